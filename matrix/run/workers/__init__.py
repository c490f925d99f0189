"""Runs the cells of a plan in a few processes, each of which takes one cell after the other."""
