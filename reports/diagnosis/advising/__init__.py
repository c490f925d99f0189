"""Advice: what it does, and in which direction it sends a reader."""
