"""Starts probe processes, the only module that runs a model; a wall can be put around them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from matrix.catalogue.pinned import PINNED
from matrix.catalogue.runtime import PROBE, PYTHON
from matrix.log import logger
from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.run.probe_output.events import CheckRecord, ProbeRecord, read_events
from matrix.run.processes import Watch, run_watched
from matrix.run.staging import Staging

# All a probe sees of the caller's environment.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC")
_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One process that is about to start: all that a wall has to know of it.

    `command` runs in `folder` with `environment` and no other variables. It has to read `readable`
    (the probe, the models and their inputs) and the interpreter, and to write into `writable`.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()


# Puts something around a process, such as `bwrap --unshare-net ...` before its command.
Wall = Callable[[Launch], Launch]
# The command line of a probe, from where its request lies and where it writes its events.
Command = Callable[[Path, Path], Sequence[str]]


def no_wall(launch: Launch) -> Launch:
    """The process as it is: with limits, and nothing around it."""
    return launch


def python_probe(python: Path) -> Command:
    """The probe in the Python of an environment."""
    return partial(PYTHON.command, python)


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """How the probes of one cell start.

    `folder` keeps requests, events, large outputs and logs. `variables` are those of the cell;
    they replace what is pinned for all cells. `forks` says that a probe may do each check in a
    child of its own.
    """

    command: Command
    limits: Limits
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    forks: bool = True
    wall: Wall = no_wall

    def launch(
        self, name: str, checks: Sequence[Check], isolation: str
    ) -> tuple[ProbeRecord, dict[str, CheckRecord]]:
        """One probe process from start to end: what it said of itself, and of each check.

        `isolation` is `fork` where each check is a child of the probe, `none` where the probe does
        its checks itself. Never raises for what the probe does.
        """
        place = self.folder / _folder_name(name)
        place.mkdir(parents=True, exist_ok=True)
        stored = {check.id: place / f"outputs-{n}.npz" for n, check in enumerate(checks)}
        with tempfile.TemporaryDirectory(prefix="loadmatrix-", ignore_cleanup_errors=True) as home:
            staging = Staging(folder=Path(home, "models"))
            staged = staging.staged(checks)
            _write_request(place, isolation, staged, stored)
            launch = self.wall(self._launch(place, Path(home), [*checks, *staged]))
            watch = self._watched(launch, place, forking=isolation == "fork")
        probe, records = staging.told(read_events(place / "events.jsonl", place / "log.txt", watch))
        for check, file in stored.items():
            if check in records and file.is_file():
                records[check] = replace(records[check], stored=f"{place.name}/{file.name}")
        return probe, records

    def _launch(self, place: Path, home: Path, checks: Sequence[Check]) -> Launch:
        files = [path for check in checks for path in (check.path, *check.inputs)]
        files += [check.custom_objects for check in checks if check.custom_objects]
        return Launch(
            command=tuple(self.command(place / "request.json", place / "events.jsonl")),
            environment=_environment(home, self.variables),
            folder=home,
            readable=(PROBE.parent, *dict.fromkeys(Path(file) for file in files)),
            writable=(home, place),
        )

    def _watched(self, launch: Launch, place: Path, *, forking: bool) -> Watch:
        _LOG.debug("starting %s", " ".join(launch.command))
        events = place / "events.jsonl"
        events.unlink(missing_ok=True)
        return run_watched(
            launch.command,
            environment=launch.environment,
            folder=launch.folder,
            log=place / "log.txt",
            events=events,
            limits=self.limits,
            forking=forking,
        )


def _folder_name(name: str) -> str:
    # Tags are part of a check's name, and a model may have any.
    plain = name.replace(":", "-")
    safe = re.sub(r"[^\w=.-]", "-", plain)[:80]
    digest = hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest()[:8]
    return safe if safe == plain else f"{safe}-{digest}"


def _write_request(
    place: Path, isolation: str, checks: Sequence[Check], stored: Mapping[str, Path]
) -> None:
    wanted = {
        "schema": 1,
        "isolation": isolation,
        "checks": [{**check.request(), "outputs": str(stored[check.id])} for check in checks],
    }
    (place / "request.json").write_text(json.dumps(wanted, indent=1), encoding="utf-8")


def _environment(home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP"), str(home))
    return {**kept, **places, **PINNED, **variables}
