"""Rules about TensorFlow Lite models."""
