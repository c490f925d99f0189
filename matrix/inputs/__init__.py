"""The inputs of models: generated, or given by the user."""
