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

    One small model, one cell at a time, in few cells and in many. What the cells take by themselves
    is subtracted; what the rest grows by from few to many is the cost of a cell, and what it begins
    with is the start. Of each engine that of the run in this process is subtracted.
    """
    few, many = "==2.15.*", calls.only(_FEW_RELEASES) if quick else ">=2.2"
    costs: dict[str, tuple[float, float]] = {}
    for engine in ("in-process", "nox", "dask"):
        (less, first), (more, second) = (
            _beside(calls, folder / engine / size, model, releases, engine)
            for size, releases in (("few", few), ("many", many))
        )
        cell = (more - less) / max(second - first, 1)
        costs[engine] = (cell, less - cell * first)
    cell_here, start_here = costs.pop("in-process")
    for engine, (cell, start) in costs.items():
        details = f"{start - start_here:.1f} s more to start; {1000 * cell_here:.0f} ms in process"
        figure = 1000 * (cell - cell_here)
        judged(f"{engine}, overhead a cell, ms", figure, OVERHEAD_MS_TARGET, details)


def _beside(
    calls: Calls, folder: Path, model: Path, releases: str, engine: str
) -> tuple[float, int]:
    """The seconds of a run that are not those of its cells, and how many cells it has."""
    words = ("--tensorflow", releases, "--fresh", "--jobs", "1", "--executor", engine)
    took = measured(calls.matrix([model], *words), folder)
    own = _outcomes(folder)
    print(f"{engine}: {took.shown}, {sum(own.values()):.1f} s of it in {len(own)} cells")
    return took.wall - sum(own.values()), len(own)


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
    facts = [difference for difference in found if not difference.is_words]
    for difference in islice(facts, _MOST_DIFFERENCES):
        print(f"  {difference}")
    details += f"; {len(found) - len(facts)} texts in which TensorFlow names another place first"
    judged(f"{name}, differences from one run", len(facts), 0, details)
