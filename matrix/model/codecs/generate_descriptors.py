"""Writes `descriptors.binpb`, which is needed to read a SavedModel without TensorFlow.

Run it with the Python of an environment of the newest TensorFlow release; `nox -s releases` does:

    PYTHON matrix/model/codecs/generate_descriptors.py matrix/model/codecs/descriptors.binpb

Standard library and that TensorFlow only: it runs outside our own environment.
"""

import importlib
import sys

FILES = (
    "tensorflow.core.protobuf.saved_model_pb2",
    "tensorflow.core.protobuf.meta_graph_pb2",
    "tensorflow.core.protobuf.saved_object_graph_pb2",
    "tensorflow.core.protobuf.trackable_object_graph_pb2",
    "tensorflow.core.protobuf.struct_pb2",
    "tensorflow.core.protobuf.tensor_bundle_pb2",
    "tensorflow.core.protobuf.fingerprint_pb2",
    "tensorflow.core.framework.graph_pb2",
    "tensorflow.core.framework.function_pb2",
)


def main(path):
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    files = FileDescriptorSet()
    seen = set()

    def add(descriptor):
        if descriptor.name in seen:
            return
        seen.add(descriptor.name)
        for dependency in descriptor.dependencies:
            add(dependency)
        descriptor.CopyToProto(files.file.add())

    for name in FILES:
        add(importlib.import_module(name).DESCRIPTOR)
    with open(path, "wb") as file:
        file.write(files.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
