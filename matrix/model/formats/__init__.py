"""One reader per model format: what a file or folder is, and what it says about the model."""
