"""Reads the sentences of installed packages: from their Python, and from their shared objects."""
