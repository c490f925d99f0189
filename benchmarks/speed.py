"""What `nox -s bench` measures: our matrix against the noxfile a user would write by hand.

Every figure is a ratio of two things run in this very run, one after the other, because machines
are shared and noisy. Absolute seconds are printed for orientation only.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.diagnosing import diagnosing
from benchmarks.fast.both_ways import both_ways, chosen
from benchmarks.fast.replays import SHARED, fresh_models, replay
from benchmarks.integrity import integrity
from benchmarks.judging import judged
from benchmarks.prediction.bench import prediction
from benchmarks.prediction.fresh import numbers
from benchmarks.runs.known import known
from benchmarks.runs.more_models import more_models
from benchmarks.runs.real_models import MINORS, real_models
from benchmarks.runs.start import start
from benchmarks.runs.walls import walls
from benchmarks.runs.warm import warm
from benchmarks.scale.page import paging
from benchmarks.scale.planning import planning
from benchmarks.scale.reporting import reporting
from benchmarks.scale.running import Calls, engines, running
from benchmarks.timed_calls import (
    EXAMPLE,
    HERE,
    Cost,
    anew,
    command,
    copies,
    merged,
    only,
    ours,
    scratch,
    timed,
)
from matrix.cache import cache_folder
from matrix.catalogue.cell_id import CellId
from matrix.environments import disk_usage
from matrix.environments.stamp import STAMP
from matrix.errors import UsageError

BY_HAND = Path(__file__).with_name("by_hand.py")

COLD = ("2.8", "2.12", "2.15", "2.21")
SIX = ("2.4", "2.8", "2.10", "2.12", "2.13", "2.15")
EVERYTHING = ("--tensorflow", ">=1.15")
COLD_TARGET = 0.2
DISK_TARGET_MB = 100


def cold() -> None:
    """Four releases from empty caches, against virtualenv, pip and a process for each load."""
    with scratch() as folder:
        mine = anew(
            folder / "ours",
            [EXAMPLE],
            *("--tensorflow", only(COLD), "--envdir", str(folder / "envs")),
            UV_CACHE_DIR=str(folder / "uv"),
        )
        theirs = timed(
            [sys.executable, "-m", "nox", "-f", str(BY_HAND), "--envdir", str(folder / "nox")],
            folder / "theirs",
            BY_HAND_MINORS=" ".join(COLD),
            BY_HAND_MODEL=str(EXAMPLE),
            PIP_CACHE_DIR=str(folder / "pip"),
            NOX_SCRIPT_MODE="none",
        )
    details = f"ours {mine.wall:.0f} s, by hand {theirs.wall:.0f} s"
    judged(f"cold, {len(COLD)} releases, wall ratio", mine.wall / theirs.wall, COLD_TARGET, details)


def all_releases() -> None:
    """All releases with their environments ready, against nothing but importing TensorFlow."""
    with scratch() as folder:
        warm(lambda place: anew(place, [EXAMPLE], *EVERYTHING), _import_cpu, folder)


def _import_cpu(cell: str) -> float:
    """CPU seconds of `python -c "import tensorflow"` in the environment of a cell."""
    # Finished ones only: an interrupted install leaves a folder that cannot import.
    stamps = (cache_folder() / "envs").glob(f"{cell}-py*/{STAMP}")
    python = next(stamps).parent / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        return timed([str(python), "-I", "-B", "-c", "import tensorflow"], Path(folder)).cpu


def second_model() -> None:
    """What one more small model costs in each cell, and how cost grows with models and releases."""
    with scratch() as folder:

        def run(place: Path, models: Sequence[Path], releases: str) -> Cost:
            return anew(place, models, "--tensorflow", releases)

        more_models(run, folder, copies(folder / "models", 20), only)


def occupied() -> None:
    """What the environments occupy beyond the files they share with the installer's cache."""
    places = [path for path in (cache_folder() / "envs").iterdir() if (path / STAMP).exists()]
    plain = [path for path in places if CellId.parse(path.name).is_plain]
    own = sum(disk_usage.own_bytes(path) for path in plain) / 2**20
    folders = sum(disk_usage.folder_bytes(path) for path in plain) / 2**20
    bytecode = (
        sum(file.stat().st_blocks * 512 for path in plain for file in path.rglob("*.pyc")) / 2**20
    )
    hint = disk_usage.hardlinks_impossible(cache_folder())
    details = (
        f"{own - folders:.0f} MB of files and {folders:.0f} MB of folders, most of them empty but "
        f"for linked files; {bytecode:.0f} MB of bytecode is shared with the cache. {hint or ''}"
    )
    judged(f"own disk of {len(plain)} environments, MB", own, DISK_TARGET_MB, details)


def walled() -> None:
    """Six releases with walls around every probe, against the same without."""
    with scratch() as folder:

        def run(place: Path, mode: str) -> Cost:
            return anew(place, [EXAMPLE], "--tensorflow", only(SIX), "--isolation", mode)

        walls(run, folder)


def many_real_models() -> None:
    """Real models of every format, where they lie beside the project."""
    words = ("--fresh", "--tensorflow", only(MINORS))
    with scratch() as folder:

        def run(place: Path, models: Sequence[Path]) -> Cost:
            # One that has no cell in these releases is told by the code.
            return timed(command(models, *words), place, codes=(0, 3), NOX_SCRIPT_MODE="none")

        real_models(run, folder, SHARED / "models")


def unchanged() -> None:
    """Calls of which all or most is known already."""
    with scratch() as folder:
        known(ours, command, folder, copies(folder / "models", 2))


def fast_and_full() -> None:
    """Models beside the project and fresh ones, run both ways."""
    models = chosen(SHARED, (one for number in numbers() for one in fresh_models(number)))
    with scratch() as folder:

        def run(place: Path, some: Sequence[Path], options: Sequence[str]) -> float:
            return ours(place, some, *options).cpu

        both_ways(run, folder / "one", [EXAMPLE])
        both_ways(run, folder / "many", models)


def first_word() -> None:
    """How long it takes until a call says something."""
    with scratch() as folder:
        start(timed, folder, EXAMPLE, HERE, command([EXAMPLE], "--plan"))


def many_planned(*, quick: bool) -> None:
    """Thousands of models, planned and predicted."""
    with scratch() as folder:
        planning(command, folder, quick=quick)


def many_reported(*, quick: bool) -> None:
    """The report of a thousand models in all releases."""
    with scratch() as folder:
        reporting(one_report(folder / "seed", quick=quick), folder, quick=quick)


def many_shown(*, quick: bool) -> None:
    """The page of a thousand models in all releases, in a real browser."""
    with scratch() as folder:
        paging(one_report(folder / "seed", quick=quick), folder, quick=quick)


def one_report(folder: Path, *, quick: bool) -> Path:
    """The report of the example in all releases: only its form matters here."""
    ours(folder, [EXAMPLE], "--tensorflow", "==2.15.*" if quick else ">=1.15")
    return folder / "compatibility"


def many_run(*, quick: bool) -> None:
    """Hundreds of models as one run, as shards and over Dask, and what engines cost."""
    calls = Calls(matrix=command, report=merged, only=only)
    with scratch() as folder:
        running(calls, folder, SHARED / "models", quick=quick)
        engines(calls, folder / "engines", EXAMPLE, quick=quick)


def main(names: Sequence[str]) -> int:
    """Run the benchmarks named, or all but those of large runs, which `--quick` makes small."""
    quick = "--quick" in names
    large: dict[str, Callable[[], None]] = {
        "scale-plan": partial(many_planned, quick=quick),
        "scale-report": partial(many_reported, quick=quick),
        "scale-run": partial(many_run, quick=quick),
        "scale-page": partial(many_shown, quick=quick),
    }
    benchmarks: dict[str, Callable[[], None]] = {
        "warm": all_releases,
        "walls": walled,
        "models": second_model,
        "disk": occupied,
    }
    benchmarks |= {"diagnosing": diagnosing, "integrity": integrity, "cold": cold}
    benchmarks |= {"prediction": prediction, "fast": replay, "fast-real": fast_and_full}
    benchmarks |= {"known": unchanged, "start": first_word, "real-models": many_real_models}
    named = [name for name in names if name != "--quick"]
    if unknown := set(named) - set(benchmarks) - set(large):
        choice = [*benchmarks, *large]
        raise UsageError(f"There is no benchmark {min(unknown)}. Choose {choice}.")
    for name in named or benchmarks:
        {**benchmarks, **large}[name]()
    return 0
