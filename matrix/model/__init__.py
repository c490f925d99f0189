"""Reads a model as bytes; TensorFlow is never imported here."""
