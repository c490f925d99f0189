"""A module for each model format: its `READER` says how files are recognised, read, checked."""
