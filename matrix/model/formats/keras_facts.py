"""What all Keras files have in common: a configuration, and HDF5 weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matrix.model.codecs.hdf5 import hdf5_in
from matrix.model.codecs.readable import Readable
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.keras_config import Config

_MOST_DATASETS = 200_000
_OF_OPTIMIZER = ("optimizer_weights/", "optimizer/")
# How h5py says that bytes make no sense.
DAMAGED_HDF5 = (OSError, RuntimeError, KeyError, ValueError, TypeError)


def facts_of_config(
    kind: Format, config: Config, *, notes: tuple[str, ...] = (), **more: Any
) -> FormatFacts:
    """The facts of a model with this configuration; `more` are facts that it does not say."""
    return FormatFacts(
        format=kind,
        layers=config.layers,
        custom_objects=config.custom_objects,
        packages=config.packages,
        lambdas=config.lambdas,
        optimizer=config.optimizer,
        signatures=config.signatures,
        notes=notes,
        **more,
    )


def parameters_in(file: Readable) -> int:
    """The numbers in all datasets of an HDF5 file but those of an optimizer.

    Raises:
        OSError, RuntimeError, KeyError, ValueError, TypeError: it is damaged.
    """
    return file.once("parameters", lambda: _count(hdf5_in(file)))


def _count(file: Any) -> int:
    total = seen = 0

    def visit(name: str, item: Any) -> bool | None:
        nonlocal total, seen
        seen += 1
        # A virtual dataset is not asked for its size: HDF5 would open the files that it is made of.
        of_model = hasattr(item, "shape") and not name.startswith(_OF_OPTIMIZER)
        if of_model and not item.is_virtual:
            total += numbers(item.shape or ())
        return True if seen >= _MOST_DATASETS else None

    visiting: Callable[..., Any] = file.visititems
    visiting(visit)
    return total
