"""Outputs of calls: what is expected, what is known, and how much two of them differ."""
