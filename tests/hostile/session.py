"""`nox -s hostile`: hostile models beside sound ones, and what comes of it.

    nox -s hostile -- [KIND | NAME ...] [--isolation MODE] [--as-user ID] [--json FILE]

Each model runs in the cell where it bites, through the main job with its default options, between
two sound neighbours; several are in one run where nothing is seen of any (`--together 1`: never).
What it could damage is a copy (`copies.py`); what it wants is a fake.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout
from tabulate import tabulate

from matrix.errors import UsageError
from tests.hostile import running
from tests.hostile.beside import Hostile
from tests.hostile.copies import copied
from tests.hostile.effects import Effect, Entry, entries
from tests.hostile.judging import Judged

Say = Callable[[str], object]
# They want something outside, and nothing of the run.
_TOGETHER = ("reading_ops", "writing_ops", "network_ops", "keras_files", "hdf5_files", "poisoning")
_UNWANTED = frozenset(Effect) - {Effect.NONE}


def main(arguments: Sequence[str], folder: Path, say: Say) -> int:
    """Run the models, print what came of each; 0 where none had an effect and all were named."""
    asked = _asked(arguments, folder)
    wanted = entries(*asked.models)
    with _exclusively(asked.place):
        judged = _all_judged(asked, wanted, say)
    say(f"\n{summary(judged)}")
    return 1 if any(one.effects or not one.is_named for one in judged) else 0


def _all_judged(asked: argparse.Namespace, wanted: Sequence[Entry], say: Say) -> list[Judged]:
    way = running.Way(isolation=asked.isolation, user=asked.as_user)
    cells = sorted({cell for entry in wanted for cell in entry.cells})
    say(f"Copying the tool and the environments of {', '.join(cells)} to {asked.place}.")
    copies = copied(asked.place, cells)
    say(f"Making {len(wanted)} models.")
    hostile = Hostile.laid_out(asked.place / "play", copies, wanted, way)
    kinds = {entry.kind for entry in wanted} if asked.quick else _TOGETHER
    judged: list[Judged] = []
    with running.orphans_adopted():
        for batch in batches(wanted, hostile.problem, asked.together, kinds):
            seen = _judged(hostile, batch)
            judged += seen
            for one in seen:
                say(_line(one))
            if asked.json:
                document = [each.to_dict() for each in judged]
                asked.json.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return judged


@contextlib.contextmanager
def _exclusively(place: Path) -> Iterator[None]:
    """Two runs in one folder would take each other's traces for those of a model."""
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        message = f"Another run works with {place}. Wait until it ends, or name a --place."
        raise UsageError(message) from error
    try:
        yield
    finally:
        lock.release()


def batches(
    wanted: Sequence[Entry],
    problem: Callable[[Entry], str],
    most: int,
    kinds: Collection[str] = _TOGETHER,
) -> Iterator[list[Entry]]:
    """The models that run together: those of one release that do not want the whole run."""
    waiting: dict[str, list[Entry]] = {}
    for entry in wanted:
        if most < 2 or entry.kind not in kinds or entry.options or problem(entry):
            yield [entry]
            continue
        batch = waiting.setdefault(entry.release, [])
        batch.append(entry)
        if len(batch) == most:
            yield waiting.pop(entry.release)
    yield from waiting.values()


def _judged(hostile: Hostile, batch: Sequence[Entry]) -> list[Judged]:
    if problem := hostile.problem(batch[0]):
        return [Judged(entry=batch[0], skipped=problem)]
    return hostile.judged(*batch)


def _line(one: Judged) -> str:
    if one.skipped:
        return f"{one.entry.name}: left out: {one.skipped.strip().splitlines()[-1]}"
    effects = "; ".join(f"{effect}: {why}" for effect, why in one.effects.items()) or "no effect"
    unnamed = "" if one.is_named else f" (not named: {', '.join(one.named) or 'no label'})"
    return f"{one.entry.name}: {effects} [{one.verdicts}] {one.seconds:.0f} s{unnamed}"


def summary(judged: Sequence[Judged]) -> str:
    """A table by kind, and the figures that count."""
    rows = []
    tested = [one for one in judged if not one.skipped]
    for kind in dict.fromkeys(one.entry.kind for one in tested):
        these = [one for one in tested if one.entry.kind == kind]
        seen = Counter(str(effect) for one in these for effect in one.effects)
        told = ", ".join(f"{count} {word}" for word, count in sorted(seen.items()))
        through = sum(bool(one.effects) for one in these)
        rows.append([kind, len(these), through, sum(not one.is_named for one in these), told])
    table = tabulate(rows, headers=["kind", "models", "through", "not named", "effects"])
    return f"{table}\n\n{_figures(tested)}"


def _figures(tested: Sequence[Judged]) -> str:
    def having(*effects: Effect) -> int:
        return sum(any(effect in one.effects for effect in effects) for one in tested)

    apart = (Effect.FORGES, Effect.LOSES, Effect.HANGS)
    outside = [effect for effect in _UNWANTED if effect not in apart]
    return "\n".join(
        (
            f"{len(tested)} hostile models were tested.",
            f"{having(*outside)} had an effect outside.",
            f"{having(Effect.FORGES)} forged or changed a verdict.",
            f"{having(Effect.LOSES)} lost a neighbour or the run.",
            f"{having(Effect.HANGS)} hung.",
            f"{sum(not one.is_named for one in tested)} were not named by inspect.",
        )
    )


def _asked(arguments: Sequence[str], folder: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s hostile --")
    parser.add_argument("models", nargs="*", help="kinds or names (all)")
    parser.add_argument("--isolation", default="auto", help="as for the matrix session (auto)")
    parser.add_argument(
        "--together", type=int, default=8, help="models in a run, where nothing is seen (8)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="also those together that want something of the run"
    )
    parser.add_argument("--as-user", type=int, help="run the tool as this user (needs root)")
    default = Path(tempfile.gettempdir(), "loadmatrix-hostile")
    parser.add_argument("--place", type=Path, default=default, help=f"for copies ({default})")
    parser.add_argument("--json", type=Path, help="write what was seen of each model")
    asked = parser.parse_args(arguments)
    asked.place = (folder / asked.place).resolve()
    asked.json = asked.json and folder / asked.json
    return asked
