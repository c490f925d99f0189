"""Makes the patterns of rules safe, tolerant and quick."""
