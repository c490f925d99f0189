"""The model loads, but the call does not match it."""
