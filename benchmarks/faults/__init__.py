"""Faults: what is known must survive them, and no verdict may change."""
