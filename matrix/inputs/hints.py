"""What the files of a model say about its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What `probe/values.py` wants to know of inputs that belong together: kind, names, whole shape.
Group = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InputHints:
    """What inputs are made by.

    `rules` are JSON values for `probe/values.py`: words, ids, pictures, lengths. `groups` says
    which inputs of a signature belong together. `example` is what texts are fed with where the
    model decodes them: a serialized `tf.train.Example`, or a picture. `shipped` is what the model
    gives as its own example, by signature: arrays by the names of inputs.
    """

    rules: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Sequence[Group]] = field(default_factory=dict)
    example: bytes | None = None
    shipped: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict, compare=False)
