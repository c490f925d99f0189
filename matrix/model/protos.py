"""TensorFlow's protocol buffers in a private pool: read without TensorFlow, in nobody's way.

`descriptors.binpb` holds their descriptors (see `generate_descriptors.py`). The pool is our own,
so that a TensorFlow imported elsewhere in the process cannot collide with it.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_DESCRIPTORS = Path(__file__).with_name("descriptors.binpb")


@functools.cache
def _pool() -> descriptor_pool.DescriptorPool:
    files = descriptor_pb2.FileDescriptorSet.FromString(_DESCRIPTORS.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


@functools.cache
def message_class(name: str) -> Any:
    """The class of a message, e.g. `tensorflow.SavedModel`.

    Raises:
        KeyError: the descriptor set has no such message.
    """
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(name))
