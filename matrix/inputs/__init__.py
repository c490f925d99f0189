"""What models are called with: generated values, or the caller's."""
