"""The report of many models: one file a model, read and written one at a time."""
