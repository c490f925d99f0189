"""Thousands of generated models, inspected, planned and predicted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.judging import judged
from benchmarks.scale.make_models import LIST, make
from benchmarks.scale.measured import measured

_MODELS, _FEW = 2000, 130
WALL_TARGET = 120.0
TREE_MB_TARGET = 500.0


def planning(command: Callable[..., list[str]], folder: Path, *, quick: bool) -> None:
    """`--plan` of all models in all releases, and what `inspect` and `predict` say of them."""
    count = _FEW if quick else _MODELS
    models = make(folder / "models", count)
    listed = ("--models-from", str(folder / "models" / LIST))
    words = command([], *listed, "--plan")
    took = measured(words, folder / "plan")
    details = f"{len(models)} models; {took.shown}; {1000 * took.cpu / count:.0f} CPU ms a model"
    judged(f"{count} models planned and predicted, wall s", took.wall, WALL_TARGET, details)
    judged("most memory of all processes, MB", took.tree_mb, TREE_MB_TARGET, details)
    for session in ("inspect", "predict"):
        took = measured(command([], *listed, "--json", session=session), folder / session)
        judged(f"{count} models, {session}, wall s", took.wall, WALL_TARGET, took.shown)
        judged(f"{session}, most memory, MB", took.tree_mb, TREE_MB_TARGET, took.shown)
