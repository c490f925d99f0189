"""The history of ops and classes, by place of a release in it: what rules ask for each cell."""

from __future__ import annotations

import functools

from matrix.catalogue.api_history import api_history


@functools.cache
def _minors() -> tuple[tuple[int, int], ...]:
    parts = (release.split(".") for release in api_history().releases)
    return tuple((int(major), int(minor)) for major, minor, *_ in parts)


@functools.cache
def place_of(minor: tuple[int, int]) -> int:
    """The place of a release in the history, of the last before it where it is not there."""
    return max((at for at, known in enumerate(_minors()) if known <= minor), default=0)


def minor_at(place: int) -> str:
    """The release at a place, as sentences name it: `2.10`."""
    major, minor = _minors()[place]
    return f"{major}.{minor}"


@functools.cache
def op_places(op: str) -> frozenset[int]:
    """The places of the releases that know an op; empty where none does."""
    spans = api_history().ops.get(op, ())
    return frozenset(place for first, last, _ in spans for place in range(first, last + 1))


def where(places: frozenset[int]) -> str:
    """Releases as words: `from TensorFlow 2.10 on`, `in TensorFlow 2.3 to 2.18`, `up to ...`."""
    first, last, newest = min(places), max(places), len(_minors()) - 1
    if last == newest:
        return f"from TensorFlow {minor_at(first)} on"
    if first == 0:
        return f"up to TensorFlow {minor_at(last)}"
    return f"in TensorFlow {minor_at(first)} to {minor_at(last)}"


@functools.cache
def kernel_places(op: str) -> frozenset[int]:
    """The places of the releases that can run an op on a CPU; empty where none can."""
    names = api_history().kernel_releases(op)
    return frozenset(api_history().releases.index(name) for name in names)
