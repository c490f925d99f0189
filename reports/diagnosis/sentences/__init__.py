"""Finds the sentences of the releases in a text, and dates it by them."""
