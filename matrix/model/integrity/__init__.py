"""Checks of the bytes of a model, a module for each kind of file; what they find is a `Finding`."""
