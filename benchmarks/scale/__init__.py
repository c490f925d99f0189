"""Thousands of models: how they are made, planned, run and reported, and what that costs."""
