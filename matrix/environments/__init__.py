"""A cell -> the Python of a finished environment."""
