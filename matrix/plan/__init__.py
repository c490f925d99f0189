"""Models x releases x options -> cells and checks in their order. Nothing is started here."""
