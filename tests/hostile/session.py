"""`nox -s hostile`: hostile models beside sound ones, and what comes of it.

    nox -s hostile -- [KIND | NAME ...] [--isolation MODE] [--as-user ID] [--json FILE]

Each model runs in the cell where it bites, through the main job with its default options, between
two sound neighbours. What it could damage is a copy (`copies.py`); what it wants is a fake.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tabulate import tabulate

from matrix.environments.stamp import FILES, STAMP
from tests.hostile import playground as grounds
from tests.hostile import running
from tests.hostile.copies import ROOT, Copies, copied
from tests.hostile.effects import Effect, Entry, entries
from tests.hostile.judging import (
    Judged,
    Neighbours,
    judge_changes,
    judge_run,
    labels,
    neighbours_of,
)
from tests.hostile.listening import Listeners, watched
from tests.hostile.making import Made, make
from tests.hostile.playground import Playground
from tests.hostile.snapshot import Change, Snapshot, changes, snapshot

Say = Callable[[str], object]
_EXAMPLE = ROOT / "examples" / "half_plus_two"
# What the tool itself writes beside its environments.
_OWN = (".lock", STAMP, FILES)
_UNWANTED = frozenset(Effect) - {Effect.NONE}


def main(arguments: Sequence[str], folder: Path, say: Say) -> int:
    """Run the models, print what came of each; 0 where none had an effect and all were named."""
    asked = _asked(arguments, folder)
    wanted = entries(*asked.models)
    way = running.Way(isolation=asked.isolation, user=asked.as_user)
    cells = sorted({cell for entry in wanted for cell in entry.cells})
    say(f"Copying the tool and the environments of {', '.join(cells)} to {asked.place}.")
    copies = copied(asked.place, cells)
    say(f"Making {len(wanted)} models.")
    hostile = Hostile.laid_out(asked.place / "play", copies, wanted, way)
    judged = []
    with running.orphans_adopted():
        for entry in wanted:
            judged.append(hostile.judged(entry))
            say(_line(judged[-1]))
            if asked.json:
                document = [each.to_dict() for each in judged]
                asked.json.write_text(json.dumps(document, indent=1), encoding="utf-8")
    say(f"\n{summary(judged)}")
    return 1 if any(one.effects or not one.is_named for one in judged) else 0


@dataclass(kw_only=True)
class Hostile:
    """A playground with its models made, and how their neighbours do without them."""

    playground: Playground
    way: running.Way
    made: Made
    alone: dict[str, tuple[Neighbours, float]] = field(default_factory=dict)
    parts: Snapshot = field(default_factory=dict)

    @classmethod
    def laid_out(
        cls, folder: Path, copies: Copies, wanted: Sequence[Entry], way: running.Way
    ) -> Hostile:
        """Lay out the folders and make the models."""
        (folder / "run").mkdir(parents=True, exist_ok=True)
        playground = Playground(folder=folder, copies=copies, listeners=Listeners(folder))
        grounds.furnish(playground, wanted)
        releases = sorted({entry.release for entry in wanted})
        grounds.make_neighbours(playground, releases, _EXAMPLE)
        made = make(playground, wanted)
        _give_to(folder.parent, way)
        return cls(playground=playground, way=way, made=made)

    def judged(self, entry: Entry) -> Judged:
        """One model in its cell, between its neighbours."""
        judged, model = Judged(entry=entry), self.made[entry.name]
        if not isinstance(model, Path):
            judged.skipped = model
            return judged
        alone, seconds = self._alone(entry)
        before = snapshot(self.playground.exposed())
        self.parts = self.parts or snapshot(self.playground.copies.parts)
        with (
            running.bystander(self.way) as bystander,
            watched([self.playground.secret(entry).parent]) as opened,
        ):
            self.playground.listeners.taken()
            ran = self._matrix(entry, model)
            judged.named = labels(ran, lambda: self._inspected(model))
            if bystander.poll() is not None:
                judged.add(Effect.KILLS, "a process of the same user")
        for word in self.playground.listeners.taken():
            judged.add(Effect.CONNECTS, f"the {word} listener")
        if opened:
            judged.add(Effect.READS, ", ".join(sorted(opened)))
        judge_run(judged, self.playground, ran, alone, seconds)
        found = self._changes(before)
        judge_changes(judged, self.playground, found)
        self._mend(entry, found)
        return judged

    def _changes(self, before: Snapshot) -> list[Change]:
        after, parts = (
            snapshot(self.playground.exposed()),
            snapshot(self.playground.copies.parts),
        )
        found = [
            change
            for change in [*changes(before, after), *changes(self.parts, parts)]
            if not change.path.name.endswith(_OWN)
        ]
        # What is mended is looked at anew; a hundred thousand files are not, where all are sound.
        self.parts = {} if found else parts
        return found

    def _matrix(self, entry: Entry, model: Path) -> running.Ran:
        first, last = self.playground.models_beside(entry.release)
        shutil.rmtree(self.playground.output, ignore_errors=True)
        words = ["--tensorflow", f"=={entry.release}", *entry.options]
        if entry.kind == "names":
            words += ["--card", str(self.playground.output / "card.md")]
        return running.matrix(self.playground, self.way, [first, model, last], words)

    def _inspected(self, model: Path) -> str:
        words = [str(model), "--json"]
        return running.session(self.playground, self.way, "inspect", words).output

    def _alone(self, entry: Entry) -> tuple[Neighbours, float]:
        """What the neighbours are without it, and how long that takes."""
        release = entry.release
        if release not in self.alone:
            words = ["--tensorflow", f"=={release}"]
            shutil.rmtree(self.playground.output, ignore_errors=True)
            models = list(self.playground.models_beside(release))
            ran = running.matrix(self.playground, self.way, models, words)
            assert ran.report is not None, ran.output
            self.alone[release] = (neighbours_of(ran.report, (0, 1)), ran.seconds)
        return self.alone[release]

    def _mend(self, entry: Entry, found: Sequence[Change]) -> None:
        self.playground.copies.mend(found)
        if any(str(self.playground.neighbours) in str(change) for change in found):
            grounds.make_neighbours(self.playground, [entry.release], _EXAMPLE)
        grounds.lay_out(self.playground, entry)
        for folder in (self.playground.temp,):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(exist_ok=True)
        Path("/dev/shm", self.playground.listeners.abstract).unlink(missing_ok=True)
        if found:
            _give_to(self.playground.folder, self.way)


def _give_to(place: Path, way: running.Way) -> None:
    """Another user owns what it works with, as users do."""
    place.chmod(0o755)
    owner = way.user if way.user is not None else os.getuid()
    for base, folders, files in os.walk(place):
        for name in [*folders, *files]:
            path = Path(base, name)
            if path.lstat().st_uid != owner:
                os.lchown(path, owner, owner)
    os.chown(place, owner, owner)


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
    parser.add_argument("--as-user", type=int, help="run the tool as this user (needs root)")
    default = Path(tempfile.gettempdir(), "loadmatrix-hostile")
    parser.add_argument("--place", type=Path, default=default, help=f"for copies ({default})")
    parser.add_argument("--json", type=Path, help="write what was seen of each model")
    asked = parser.parse_args(arguments)
    asked.place = (folder / asked.place).resolve()
    asked.json = asked.json and folder / asked.json
    return asked
