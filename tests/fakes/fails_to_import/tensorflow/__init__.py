"""A TensorFlow that does not import: what a wrong numpy or protobuf beside it does."""

raise ImportError("numpy.core.multiarray failed to import")
