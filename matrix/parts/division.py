"""Divides the models of a call into parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.model.source.address import Address
from matrix.options.options import Options
from matrix.parts.part import PART_SIZE, Part


def is_divided(options: Options) -> bool:
    """Whether the run of a call is divided: it has many models, or is a shard of a run."""
    return options.shard is not None or len(options.models) > PART_SIZE


def divide(options: Options, size: int = PART_SIZE) -> tuple[Part, ...]:
    """The parts of a call, each with at most `size` models, in the order of their places."""
    chosen = list(_chosen(options))
    return tuple(
        _part(number, chosen[start : start + size])
        for number, start in enumerate(range(0, len(chosen), size), start=1)
    )


def _chosen(options: Options) -> Iterator[tuple[int, Path | Address]]:
    for place, model in enumerate(options.models):
        if options.shard is None or options.shard.has(options.given(model)):
            yield place, model


def _part(number: int, chosen: Sequence[tuple[int, Path | Address]]) -> Part:
    return Part(
        number=number,
        places=tuple(place for place, _ in chosen),
        models=tuple(model for _, model in chosen),
    )
