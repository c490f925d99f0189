"""What `inspect` and `predict` share: they look at each model for itself, of thousands too."""
