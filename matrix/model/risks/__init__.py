"""What a model could do beyond computing, read from its bytes."""
