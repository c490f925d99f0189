"""What a graph does with its inputs: which values and which sizes they must have."""
