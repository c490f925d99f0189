"""One reader per model format: what a file or folder is, by its content, and what it says."""
