"""Copies of models with something wrong in them, and what the tool says about each."""
