"""Python code inside a model, and code that was written for another version."""
