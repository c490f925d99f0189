"""Encodings: protobuf, TensorBundle, SSTable, Snappy, flatbuffers, zip members."""
