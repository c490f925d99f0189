"""A plan -> outcomes: each cell in its own process, its probe started, limited and read."""
