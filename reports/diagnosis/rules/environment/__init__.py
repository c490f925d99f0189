"""The interpreter, its packages and its libraries: failures that the model does not cause."""
