"""The plan of a run for a terminal: what will be done, and what it costs."""
