"""What else is tried where a loader does not load a model."""
