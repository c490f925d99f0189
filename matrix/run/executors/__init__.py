"""What runs the cells of plans: one module for each executor, and the registry of their names."""
