"""From a cell to the Python of a finished environment."""
