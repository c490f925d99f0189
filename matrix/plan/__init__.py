"""Models x releases x options become cells and checks. Nothing is started here."""
