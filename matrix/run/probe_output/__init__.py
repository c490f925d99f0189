"""Reads what a probe wrote, once and as untrusted input, into types."""
