"""Which releases have an op, an attribute, a kernel, a Keras class or an argument.

`api_history.json.xz` is written by `nox -s releases` from the releases themselves. Answers are in
releases of the catalogue, the newest patch of each minor; what older patches had is not known.
"""

from __future__ import annotations

import functools
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.schemas import require_schema

PLACE = Path(__file__).with_name("api_history.json.xz")

# `[first, last, definition]`, the first two as places in the list of releases.
_Span = tuple[int, int, Any]
# A kernel for every device.
_ANY = "DEFAULT"


@dataclass(frozen=True, kw_only=True)
class ApiHistory:
    """`releases` are versions, oldest first; `ops`, `kernels` and `classes` map names to spans."""

    releases: Sequence[str]
    keras: Mapping[str, Sequence[str]]
    ops: Mapping[str, Sequence[_Span]]
    kernels: Mapping[str, Sequence[_Span]]
    classes: Mapping[str, Mapping[str, Sequence[_Span]]]

    def op_releases(self, op: str) -> tuple[str, ...]:
        """The releases that know an op; empty where none does."""
        return self._named(self.ops.get(op, ()))

    def op_since(self, op: str) -> str | None:
        """The first release that knows an op."""
        return next(iter(self.op_releases(op)), None)

    def kernel_releases(self, op: str, device: str = "CPU") -> tuple[str, ...]:
        """The releases whose package for CPUs can run an op on a device.

        Packages for GPUs were not asked: what they have on a GPU is not known.
        """
        spans = [span for span in self.kernels.get(op, ()) if {device, _ANY} & set(span[2])]
        return self._named(spans)

    def class_names(self, name: str, space: str = "keras") -> tuple[str, ...]:
        """A class by its own name in full, e.g. `layers.Dense`, wherever Keras keeps it."""
        return self._by_name[space].get(name, ())

    def class_releases(self, name: str, space: str = "keras") -> tuple[str, ...]:
        """The releases whose Keras has a class or function of that name."""
        spans = [s for full in self.class_names(name, space) for s in self.classes[space][full]]
        return self._named(spans)

    def argument_releases(self, name: str, argument: str, space: str = "keras") -> tuple[str, ...]:
        """The releases in which the constructor of a class takes an argument."""
        spans = [
            span
            for full in self.class_names(name, space)
            for span in self.classes[space][full]
            if argument in span[2]
        ]
        return self._named(spans)

    def attribute_releases(self, op: str, attribute: str) -> tuple[str, ...]:
        """The releases in which an op has an attribute."""
        return self._named([s for s in self.ops.get(op, ()) if attribute in s[2]["attrs"]])

    def keras_of(self, release: str, space: str = "keras") -> str:
        """The version of Keras that a release was asked with; empty where it does not say."""
        place = self.releases.index(release) if release in self.releases else -1
        return self.keras[space][place] if place >= 0 else ""

    @functools.cached_property
    def _by_name(self) -> dict[str, dict[str, tuple[str, ...]]]:
        by_name: dict[str, dict[str, tuple[str, ...]]] = {}
        for space, classes in self.classes.items():
            names = by_name.setdefault(space, {})
            for full in classes:
                short = full.rpartition(".")[2]
                names[short] = (*names.get(short, ()), full)
        return by_name

    def _named(self, spans: Sequence[_Span]) -> tuple[str, ...]:
        places = {place for first, last, _ in spans for place in range(first, last + 1)}
        return tuple(self.releases[place] for place in sorted(places))


@functools.cache
def api_history(place: Path = PLACE) -> ApiHistory:
    """What ships with the tool, read once."""
    document = json.loads(lzma.decompress(place.read_bytes()))
    require_schema(document, place, shipped=True)
    return ApiHistory(
        releases=document["releases"],
        keras=document["keras"],
        ops=document["ops"],
        kernels=document["kernels"],
        classes=document["classes"],
    )
