"""The report in each output format: a registry, and a file per format."""
