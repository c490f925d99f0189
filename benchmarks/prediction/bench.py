"""`nox -s bench -- prediction`: real models beside the project, then every batch of fresh ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.numerics.models import EXAMPLE
from benchmarks.prediction import fresh
from benchmarks.prediction.fresh import Batch
from benchmarks.prediction.measured import batch_models, shared_models
from benchmarks.prediction.predictor import Predictor
from benchmarks.prediction.score import scored, told
from matrix.cache import cache_folder
from matrix.options.options import Options
from matrix.options.reading import read_options

_SHARED = Path(__file__).resolve().parents[3] / "shared"
# What a batch costs at first: some 15 CPU minutes. Others may come before.
_NICE = 5


def prediction() -> None:
    """Score predictions on everything; what a batch lacks is made and measured first."""
    if (_SHARED / "facts" / "measured-loads.jsonl").exists():
        score_shared()
    batches = [batch_of(number, cache_folder() / "prediction") for number in fresh.numbers()]
    for step in STEPS.values():
        step(batches)


def score_shared() -> None:
    """The real models beside the project."""
    told(scored(shared_models(_SHARED), Predictor(_options())), "real models")


def batch_of(number: int, folder: Path) -> Batch:
    """A batch with its place in a folder."""
    return Batch(number=number, folder=folder / f"batch-{number}")


def _make(batches: Sequence[Batch]) -> None:
    os.nice(_NICE - os.nice(0))
    for batch in batches:
        fresh.make(batch, _options())


def _measure(batches: Sequence[Batch]) -> None:
    os.nice(_NICE - os.nice(0))
    fresh.measure(batches, _options())


def _score(batches: Sequence[Batch]) -> None:
    for batch in batches:
        models = batch_models(batch)
        told(scored(models, Predictor(_options())), f"batch {batch.number}")


def _options() -> Options:
    return read_options([str(EXAMPLE)], Path.cwd())


STEPS: Mapping[str, Callable[[Sequence[Batch]], None]] = {
    "make": _make,
    "measure": _measure,
    "score": _score,
}
