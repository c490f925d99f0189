"""Rules for graphs: their files, ops, versions and nodes, and TensorFlow Lite."""
