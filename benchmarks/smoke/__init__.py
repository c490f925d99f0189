"""The main job on a model of each format, in real environments."""
