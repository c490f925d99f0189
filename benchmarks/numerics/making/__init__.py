"""Makes the models of `numerics.py` abroad: nothing here imports the project."""
