"""What a run shows while it runs: a live board in a terminal, lines elsewhere."""
