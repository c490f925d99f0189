"""Fast runs: replayed over measured loads, and made for real beside full ones."""
