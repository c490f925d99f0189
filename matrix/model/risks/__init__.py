"""What a model could do besides computing, read from its bytes."""
