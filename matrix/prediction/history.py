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
    """Releases as words: `from TensorFlow 2.10 on`, `up to TensorFlow 2.5 and in 2.7 to 2.15`."""
    runs: list[list[int]] = []
    for place in sorted(places):
        if runs and runs[-1][1] == place - 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    parts = [_run(first, last) for first, last in runs]
    words = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    # Once is enough.
    head, name, rest = words.partition("TensorFlow ")
    return head + name + rest.replace("TensorFlow ", "")


def _run(first: int, last: int) -> str:
    newest = len(_minors()) - 1
    if first == 0 and last == newest:
        return "in every release"
    if last == newest:
        return f"from TensorFlow {minor_at(first)} on"
    if first == 0:
        return f"up to TensorFlow {minor_at(last)}"
    if first == last:
        return f"in TensorFlow {minor_at(first)}"
    return f"in TensorFlow {minor_at(first)} to {minor_at(last)}"


@functools.cache
def kernel_places(op: str) -> frozenset[int]:
    """The places of the releases that can run an op on a CPU; empty where none can."""
    names = api_history().kernel_releases(op)
    return frozenset(api_history().releases.index(name) for name in names)
