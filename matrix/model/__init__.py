"""What a model is, read as bytes: TensorFlow is never imported here."""
