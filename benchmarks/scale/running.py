"""Many models as one run, as shards, over Dask: the same report, and what engines cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.judging import judged
from benchmarks.scale.equal_reports import differences
from benchmarks.scale.make_models import EXAMPLES, LIST, make
from benchmarks.scale.measured import measured

_MODELS, _FEW = 200, 70
_SHARDS = 4
_SIX = ("2.4", "2.8", "2.10", "2.12", "2.13", "2.15")
_FEW_RELEASES = ("2.13", "2.15")
PARENT_MB_TARGET = 400.0
OVERHEAD_MS_TARGET = 50.0
_MOST_DIFFERENCES = 20


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The words of calls: `matrix` of models with options, and `report`, which merges runs.

    `only` gives the specifier of some minors.
    """

    matrix: Callable[..., list[str]]
    report: Callable[[Sequence[Path], Path], list[str]]
    only: Callable[[Sequence[str]], str]


def running(calls: Calls, folder: Path, seeds: Path, *, quick: bool) -> None:
    """One run, four shards that are merged, and Dask with two workers."""
    count = _FEW if quick else _MODELS
    releases = calls.only(_FEW_RELEASES if quick else _SIX)
    make(folder / "models", count, seeds if seeds.is_dir() and not quick else EXAMPLES)
    listed = str(folder / "models" / LIST)
    words = ("--models-from", listed, "--tensorflow", releases, "--fresh", "--jobs", "2")
    alone = measured(calls.matrix([], *words), folder / "one")
    details = f"{count} models in {len(_outcomes(folder / 'one'))} cells and parts; {alone.shown}"
    judged(f"{count} models in one run, parent MB", alone.parent_mb, PARENT_MB_TARGET, details)
    shards = [
        measured(calls.matrix([], *words, "--shard", f"{n}/{_SHARDS}"), folder / f"shard{n}")
        for n in range(1, _SHARDS + 1)
    ]
    cut = [folder / f"shard{number}" / "compatibility" for number in range(1, _SHARDS + 1)]
    # In another order than they ran.
    merged = measured(calls.report(cut[::-1], folder / "merged"), folder / "merging")
    _equal("shards", folder / "one" / "compatibility", folder / "merged", f"merge {merged.shown}")
    print(f"shards: {sum(shard.wall for shard in shards):.0f} s wall in turn")
    over = measured(calls.matrix([], *words, "--executor", "dask"), folder / "dask")
    _equal("dask", folder / "one" / "compatibility", folder / "dask" / "compatibility", over.shown)
    judged("over dask, parent MB", over.parent_mb, PARENT_MB_TARGET, over.shown)


def engines(calls: Calls, folder: Path, model: Path, *, quick: bool) -> None:
    """What nox and Dask cost for each cell beyond what running it in this process costs.

    One small model in as many cells as there are, one at a time. What a cell takes by itself is
    subtracted from the time of the whole run; what is left beyond that of the run in this process
    is that of the engine.
    """
    words = (
        "--tensorflow",
        calls.only(_FEW_RELEASES) if quick else ">=2.2",
        "--fresh",
        "--jobs",
        "1",
    )
    left: dict[str, tuple[float, int]] = {}
    for engine in ("in-process", "nox", "dask"):
        place = folder / engine
        took = measured(calls.matrix([model], *words, "--executor", engine), place)
        own = _outcomes(place)
        left[engine] = (took.wall - sum(own.values()), len(own))
        print(f"{engine}: {took.shown}, {sum(own.values()):.0f} s of it in {len(own)} cells")
    base, cells = left.pop("in-process")
    for engine, (seconds, _) in left.items():
        overhead = 1000 * (seconds - base) / max(cells, 1)
        details = f"{cells} cells; {seconds:.1f} s beside them, {base:.1f} s without an engine"
        judged(f"{engine}, overhead a cell, ms", overhead, OVERHEAD_MS_TARGET, details)


def _outcomes(folder: Path) -> Mapping[str, float]:
    """The seconds of every cell of every part, as the cell itself took them."""
    results = folder / "compatibility" / "results"
    return {
        file.parent.relative_to(results).as_posix(): json.loads(file.read_bytes())["seconds"]
        for file in results.rglob("outcome.json")
    }


def _equal(name: str, one: Path, other: Path, details: str) -> None:
    """Judge how much two reports differ, and print the first differences."""
    found = list(differences(one, other))
    for line in islice(found, _MOST_DIFFERENCES):
        print(f"  {line}")
    judged(f"{name}, differences from one run", len(found), 0, details)
