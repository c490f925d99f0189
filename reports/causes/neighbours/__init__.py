"""What is easily taken for something else: causes with the same words, and what decides."""
