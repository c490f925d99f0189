"""The section of a model card: rendered, placed in a file, put on the Hub."""
