"""`nox -s faults`: brings every fault about, and prints what was lost, left or said."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tabulate import tabulate

from benchmarks.faults import damaged_places, disks, kills, machine
from benchmarks.faults.bench import Bench, Verdicts, make_models, ran, verdicts
from benchmarks.faults.judge import Fault, Seen, tried
from matrix.cache import cache_folder
from matrix.errors import LoadmatrixError
from matrix.files import write_json
from reports.output import echo

_JSON = "--json"
_WIDTH = 90


def main(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """Bring about the faults whose names contain one of the words, or all; 0 if nothing is wrong.

    `--json FILE` also writes what was seen into a file.
    """
    words = list(arguments)
    file = folder / words.pop(words.index(_JSON) + 1) if _JSON in words else None
    names = [word for word in words if word != _JSON]
    clock = time.monotonic()
    # A shell that starts this in the background has it ignored, and so would all that start here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Beside the environments, whose copies are links.
    place = Path(tempfile.mkdtemp(prefix="faults-", dir=cache_folder()))
    try:
        seen = list(_all(place, noxfile, names))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    if file:
        write_json(file, {"faults": [vars(one) for one in seen]})
    wrong = [one for one in seen if one.wrong]
    echo(f"\n{_table(seen)}\n")
    echo(
        f"{len(seen)} faults in {time.monotonic() - clock:.0f} s, "
        f"{sum(bool(one.skipped) for one in seen)} skipped, {len(wrong)} with something wrong."
    )
    if wrong:
        echo(f"What those wrote and said is in {place}.")
    else:
        shutil.rmtree(place, ignore_errors=True)
    return 1 if wrong or not seen else 0


def _all(place: Path, noxfile: Path, names: Sequence[str]) -> Iterator[Seen]:
    make_models(place)
    bench = Bench(folder=place / "none", envdir=cache_folder(), noxfile=noxfile)
    expected = _expected(bench)
    for number, fault in enumerate(_faults()):
        if names and not any(name in fault.name for name in names):
            continue
        here = Bench(folder=place / str(number), envdir=bench.envdir, noxfile=noxfile)
        seen = tried(fault, here, expected)
        echo(
            f"{seen.name}: {seen.skipped or '; '.join(seen.wrong) or 'fine'} ({seen.seconds:.0f} s)"
        )
        if not seen.wrong:
            shutil.rmtree(here.folder, ignore_errors=True)
        yield seen


def _faults() -> Iterator[Fault]:
    for group in (kills, disks, damaged_places, machine):
        yield from group.faults()


def _expected(bench: Bench) -> Verdicts:
    """The verdicts of a run that nothing happens to.

    Raises:
        LoadmatrixError: it has no answers, so nothing could be compared with it.
    """
    code, said = ran(bench, bench.command())
    found = verdicts(bench.output)
    if code != 0 or not {"runs", "fails"} <= set(found.values()):
        raise LoadmatrixError(f"A run without any fault ends with code {code}:\n{said}")
    return found


def _table(seen: Sequence[Seen]) -> str:
    rows = [(one.name, _told(one)[:_WIDTH], f"{one.seconds:.0f} s") for one in seen]
    return tabulate(rows, headers=("fault", "seen", "time"))


def _told(seen: Seen) -> str:
    return seen.skipped or "; ".join(seen.wrong) or "fine"
