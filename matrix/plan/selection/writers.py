"""Who wrote a model, and which release is closest to that. Pure.

The first is a fact and may be told. The second is a choice: it decides what is tested first and
which cell the others are held against, and no sentence may give it out for the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from matrix.catalogue.releases import Release
from matrix.model.facts import ModelFacts
from matrix.versions import minor_of, version_of

_KERAS_3 = Version("3")


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The versions that a model names; `None` where it names none."""

    tensorflow: Version | None = None
    keras: Version | None = None


def writer_of(model: ModelFacts) -> Writer:
    """What the bytes of a model say."""
    return Writer(tensorflow=version_of(model.tensorflow), keras=version_of(model.keras))


def is_keras_3_only(model: ModelFacts) -> bool:
    """Whether a file says of itself what Keras 2 does not read.

    An input layer of Keras 3 has a `batch_shape`, which Keras 2 refuses. Without one, such as a
    `Sequential` that was never built, a file of Keras 3 may be read by Keras 2.
    """
    keras = writer_of(model).keras
    return keras is not None and keras >= _KERAS_3 and "InputLayer" in model.layers


def nearest_release(model: ModelFacts, releases: Sequence[Release]) -> Release | None:
    """The release that comes nearest to the writer of a model, `None` where nothing says.

    Files of Keras 3 say only their Keras, which runs on many releases: the newest does for it.
    """
    writer = writer_of(model)
    if saved := writer.tensorflow:
        at_most = [r for r in releases if r.minor <= (saved.major, saved.minor)]
        return at_most[-1] if at_most else releases[0]
    keras = writer.keras
    if keras is None:
        return None
    if keras >= _KERAS_3:
        return releases[-1]
    # Keras 2.4.0 came with TensorFlow 2.3 and 2.4; from 2.5 on both count alike.
    minor = (keras.major, keras.minor)
    same = [r for r in releases if minor_of(r.keras) == minor]
    older = [r for r in releases if (minor_of(r.keras) or (9,)) <= minor]
    return same[0] if same else older[-1] if older else releases[0]


def producing_release(model: ModelFacts, releases: Sequence[Release]) -> Release | None:
    """The release whose GraphDef version a graph carries, or the last before it."""
    if not model.producer:
        return None
    at_most = [r for r in releases if 0 < r.graphdef <= model.producer]
    return at_most[-1] if at_most else releases[0]
