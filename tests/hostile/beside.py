"""Lets hostile models loose between two sound ones, and looks at all that came of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from matrix.environments.stamp import FILES, STAMP
from tests.hostile import playground as grounds
from tests.hostile import running
from tests.hostile.copies import ROOT, Copies
from tests.hostile.effects import Effect, Entry
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

_EXAMPLE = ROOT / "examples" / "half_plus_two"
# What the tool itself writes beside its environments.
_OWN = (".lock", STAMP, FILES)


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

    def judged(self, *entries: Entry) -> list[Judged]:
        """Models of one release in a run of their own, between sound ones.

        Several are in one run to save time: where anything at all is seen, each runs again alone.
        """
        together = [
            Judged(entry=entry, position=position) for position, entry in enumerate(entries, 1)
        ]
        self._run(together)
        seen = any(one.effects or not one.is_named for one in together)
        if len(entries) == 1 or not seen:
            return together
        return [self.judged(entry)[0] for entry in entries]

    def problem(self, entry: Entry) -> str:
        """Why a model could not be made; nothing where it was."""
        model = self.made[entry.name]
        return "" if isinstance(model, Path) else model

    def _run(self, together: Sequence[Judged]) -> None:
        entries = [one.entry for one in together]
        alone, seconds = self._alone(entries[0])
        before = snapshot(self.playground.exposed())
        self.parts = self.parts or snapshot(self.playground.copies.parts)
        secrets = [self.playground.secret(entry).parent for entry in entries]
        self.playground.listeners.taken()
        with running.bystander(self.way) as bystander, watched(secrets) as opened:
            ran = self._matrix(entries)
            killed = bystander.poll() is not None
        heard, found = self.playground.listeners.taken(), self._changes(before)
        for one in together:
            one.named = labels(one, ran, partial(self._inspected, one.entry))
            if killed:
                one.add(Effect.KILLS, "a process of the same user")
            for word in heard:
                one.add(Effect.CONNECTS, f"the {word} listener")
            if opened:
                one.add(Effect.READS, ", ".join(sorted(opened)))
            if why := self._unlisted(one.entry):
                one.add(Effect.WRITES, why)
            judge_run(one, self.playground, ran, alone, seconds)
            judge_changes(one, self.playground, found)
        self._mend(entries, found)

    def _changes(self, before: Snapshot) -> list[Change]:
        after = snapshot(self.playground.exposed())
        parts = snapshot(self.playground.copies.parts)
        found = [
            change
            for change in [*changes(before, after), *changes(self.parts, parts)]
            if not change.path.name.endswith(_OWN)
            and not change.path.is_relative_to(self.playground.unpacked)
        ]
        # What is mended is looked at anew; a hundred thousand files are not, where all are sound.
        self.parts = {} if found else parts
        return found

    def _unlisted(self, entry: Entry) -> str:
        """What no list of files shows."""
        target = self.playground.outside(entry) / "target.txt"
        if target.exists() and os.listxattr(target):
            return f"attributes of {target}"
        shared = self._shared_memory
        return f"made {shared}" if shared.exists() else ""

    @property
    def _shared_memory(self) -> Path:
        return Path("/dev/shm", self.playground.listeners.abstract)

    def _matrix(self, entries: Sequence[Entry]) -> running.Ran:
        first, last = self.playground.models_beside(entries[0].release)
        shutil.rmtree(self.playground.output, ignore_errors=True)
        words = ["--tensorflow", f"=={entries[0].release}", *entries[0].options]
        if entries[0].kind == "names":
            words += ["--card", str(self.playground.output / "card.md")]
        models = [first, *(self._model(entry) for entry in entries), last]
        return running.matrix(self.playground, self.way, models, words)

    def _model(self, entry: Entry) -> Path:
        model = self.made[entry.name]
        assert isinstance(model, Path)
        return model

    def _inspected(self, entry: Entry) -> str:
        words = [str(self._model(entry)), "--json"]
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
            self.alone[release] = (neighbours_of(ran.report), ran.seconds)
        return self.alone[release]

    def _mend(self, entries: Sequence[Entry], found: Sequence[Change]) -> None:
        self.playground.copies.mend(found)
        if any(str(self.playground.neighbours) in str(change) for change in found):
            grounds.make_neighbours(self.playground, [entries[0].release], _EXAMPLE)
        for entry in entries:
            grounds.lay_out(self.playground, entry)
        shutil.rmtree(self.playground.temp, ignore_errors=True)
        self.playground.temp.mkdir(exist_ok=True)
        self._shared_memory.unlink(missing_ok=True)
        if found or self.way.user is not None:
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
