"""How right predictions are, on measured loads and on models made for it."""
