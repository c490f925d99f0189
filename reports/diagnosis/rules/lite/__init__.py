"""Rules for TensorFlow Lite: its ops, its files, its calls."""
