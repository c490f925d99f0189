"""Starts probe processes, the only module that runs a model, behind the walls of a run."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from matrix.catalogue.pinned import PINNED
from matrix.catalogue.runtime import PROBE, PYTHON
from matrix.isolation.isolation import Isolation
from matrix.isolation.launch import Launch
from matrix.isolation.needed_paths import needed_paths
from matrix.isolation.out_of_bounds import out_of_bounds
from matrix.log import logger
from matrix.options.isolation import OFF, IsolationOptions
from matrix.options.limits import Limits
from matrix.plan.check import Check, is_redundant
from matrix.run.probe_output.events import CheckRecord, ProbeRecord, read_events
from matrix.run.probing.allowed import ProbeReads
from matrix.run.probing.connection import connected
from matrix.run.probing.conversation import Conversation
from matrix.run.probing.guard import Guard, size_below, size_of
from matrix.run.probing.kept_output import EventFile
from matrix.run.probing.scratch import remove_tree, scratch_folder, take_outputs
from matrix.run.probing.staging import Staging
from matrix.run.refusals import Allowed, refusals

# All a probe sees of the caller's environment.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC")
# What a check may write: loaders unpack what they load.
_LEAST_SCRATCH_MB = 2048
_SCRATCH_PER_MODEL = 3
_MOST_MODEL = 2**40
_REQUEST = "request.json"
_LOG = logger(__name__)


# The command line of a probe.
Command = Callable[[], Sequence[str]]
NO_WALLS = Isolation(means=(), options=IsolationOptions(mode=OFF))


def _unheard(_check: str) -> None:
    """Nobody watches."""


def python_probe(python: Path) -> Command:
    """The probe in the Python of an environment."""
    return partial(PYTHON.command, python)


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """How the probes of one cell start.

    `folder` keeps requests, events, large outputs and logs. `variables` are those of the cell;
    they replace what is pinned for all cells. `forks` says that a probe may do each check in a
    child of its own, `isolation` what is put around each probe and what it raises itself. `begun`
    is called with the id of each check when it begins.
    """

    command: Command
    limits: Limits
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    forks: bool = True
    isolation: Isolation = NO_WALLS
    begun: Callable[[str], None] = _unheard

    def launch(
        self, name: str, checks: Sequence[Check], *, forked: bool
    ) -> tuple[ProbeRecord, dict[str, CheckRecord]]:
        """One probe process from start to end: what it said of itself, and of each check.

        `forked` says that each check is a child of the probe; else the probe does its only check
        itself. Never raises for what the probe does.
        """
        place = self.folder / _folder_name(name)
        place.mkdir(parents=True, exist_ok=True)
        with scratch_folder() as home, out_of_bounds() as surroundings:
            staging = Staging(folder=home / "models")
            staged = staging.staged(checks)
            run = _ProbeRun(
                launcher=self,
                place=place,
                home=home,
                checks={check.id: check for check in checks},
                staged={check.id: check for check in staged},
                surroundings=surroundings,
            )
            run.to_its_end("fork" if forked else "none")
            probe, records = read_events(place)
            for check, record in records.items():
                records[check] = run.judged(check, record, probe)
        return staging.told((probe, records))


@dataclass(kw_only=True)
class _ProbeRun:
    """One probe process. `stored` are the files with the large outputs of its checks."""

    launcher: Launcher
    place: Path
    home: Path
    checks: Mapping[str, Check]
    staged: Mapping[str, Check]
    surroundings: Mapping[str, Any]
    stored: dict[str, str] = field(default_factory=dict)
    # A check cannot prepare anything where a later one will look: it cannot guess the name.
    _secret: str = field(default_factory=lambda: secrets.token_hex(8))

    def to_its_end(self, isolation: str) -> None:
        request = self._request(isolation)
        documents = {name: self._document(name) for name in self.checks}
        wanted = {**request, "checks": list(documents.values())}
        (self.place / _REQUEST).write_text(json.dumps(wanted, indent=1), encoding="utf-8")
        launch = self.launcher.isolation.around(self._launch)
        _LOG.debug("starting %s", " ".join(launch.command))
        waiting = list(self.checks.values())

        def following(loaded: frozenset[str]) -> Mapping[str, Any] | None:
            while waiting:
                check = waiting.pop(0)
                if not is_redundant(check, self.checks, loaded):
                    self.launcher.begun(check.id)
                    return documents[check.id]
            return None

        with EventFile(self.place) as events, connected(launch) as (process, connection, log):
            guard = Guard(
                root=process.pid,
                limits=self.launcher.limits,
                scratch=self.home,
                scratch_mb=self._scratch_mb(),
            )
            talk = Conversation(
                folder=self.place,
                connection=connection,
                guard=guard,
                events=events,
                request=request,
                following=following,
                done=self._done,
            )
            try:
                talk.hold(lambda: process.poll() is not None, log)
            finally:
                process.kill()
                talk.close(self.launcher.isolation.code_of(process.wait()))

    def _request(self, isolation: str) -> dict[str, Any]:
        walls = self.launcher.isolation.request()
        if walls is not None:
            walls |= {
                "readable": [str(path) for path in self._reads.readable],
                "listable": [str(path) for path in self._reads.listable],
                "writable": [str(self.home)],
                "memory_mb": self.launcher.limits.memory_mb,
                "file_mb": self._scratch_mb(),
                **self.surroundings,
            }
        return {"schema": 2, "isolation": isolation, "scratch": str(self.home), "walls": walls}

    def _document(self, name: str) -> dict[str, Any]:
        scratch = self._scratch(name)
        return {
            **self.staged[name].request(),
            "outputs": str(scratch / "outputs.npz"),
            "scratch": str(scratch),
            "readable": [str(path) for path in self._reads.readable_by(name)],
            "listable": [str(path) for path in self._reads.by_check[name].listable],
        }

    def judged(self, name: str, record: CheckRecord, probe: ProbeRecord) -> CheckRecord:
        """The record of a check, with what it stored and what walls refused to it."""
        options, check = self.launcher.isolation.options, self.checks[name]
        allowed = Allowed(
            readable=(*self._reads.readable_by(name), PROBE.parent, *self._environments),
            writable=(self._scratch(name),),
            network=options.network,
            programs=options.programs,
            # HDF5 takes a name from where the file is.
            named=tuple(Path(check.path).parent / name for name in check.outside),
        )
        refused = refusals(record, allowed, probe.isolation.observed)
        stored = f"{self.place.name}/{self.stored[name]}" if name in self.stored else None
        return replace(record, refused=refused, stored=stored)

    @functools.cached_property
    def _environments(self) -> tuple[Path, ...]:
        return needed_paths(self._launch)

    def _scratch(self, name: str) -> Path:
        digest = hashlib.sha256(f"{self._secret} {name}".encode(errors="backslashreplace"))
        return self.home / f"check-{digest.hexdigest()[:16]}"

    @functools.cached_property
    def _reads(self) -> ProbeReads:
        more = self.launcher.isolation.options.readable
        return ProbeReads(checks=self.checks, staged=self.staged, more=more)

    @functools.cached_property
    def _launch(self) -> Launch:
        options = self.launcher.isolation.options
        return Launch(
            command=tuple(self.launcher.command()),
            environment=_environment(self.home, self.launcher.variables),
            folder=self.home,
            readable=self._reads.readable,
            listable=self._reads.listable,
            writable=(self.home,),
            network=options.network,
            programs=options.programs,
            memory_mb=self.launcher.limits.memory_mb,
        )

    def _scratch_mb(self) -> int:
        models = [
            {path.resolve() for path in reads.readable} for reads in self._reads.by_check.values()
        ]
        sizes = [sum(map(_size, paths)) for paths in models]
        return max(_LEAST_SCRATCH_MB, _SCRATCH_PER_MODEL * max(sizes, default=0) // 2**20)

    def _done(self, name: str) -> None:
        scratch, file = self._scratch(name), f"outputs-{list(self.checks).index(name)}.npz"
        if take_outputs(scratch / "outputs.npz", self.place / file):
            self.stored[name] = file
        remove_tree(scratch)


def _size(path: Path) -> int:
    """The bytes on disk of a part of a model, about: enough to tell what unpacking it may take.

    What it claims beyond that (holes in files, links to what is not the model) counts for nothing.
    """
    return size_below(path, _MOST_MODEL) if path.is_dir() else size_of(path)


def _folder_name(name: str) -> str:
    # Tags are part of a check's name, and a model may have any.
    plain = name.replace(":", "-")
    safe = re.sub(r"[^\w=.-]", "-", plain)[:80]
    digest = hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest()[:8]
    return safe if safe == plain else f"{safe}-{digest}"


def _environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    names = ("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP", "KERAS_HOME")
    # Whoever asks for the name of the user shall not have to look it up.
    user = dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "loadmatrix")
    return {**kept, **user, **dict.fromkeys(names, str(home)), **PINNED, **variables}
