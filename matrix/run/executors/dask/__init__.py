"""Cells on the workers of a Dask scheduler: our own here, or any that is there."""
