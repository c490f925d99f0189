"""Makes the models of the numerics sweep in cells: nothing here imports the project."""
