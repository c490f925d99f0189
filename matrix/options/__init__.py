"""The command line and `[tool.loadmatrix]`, as one `Options`."""
