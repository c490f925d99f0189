"""What `nox -s inspect` says about damaged copies, in a process that may hang or die."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_path
from reports.build import inspection_json

LONGEST = 10.0
_NO_MODELS = ("README.md", "LICENSES", "catalog.jsonl")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What became of a look at one path: `verdict` in a word, and what was said."""

    verdict: str
    said: tuple[str, ...] = ()
    format: str = ""
    seconds: float = 0.0


def whole_models(folders: Sequence[Path]) -> list[Path]:
    """The sound models among what lies in the folders; one that is a file alone by that file."""
    found = []
    for folder in folders:
        for place in sorted(folder.iterdir()):
            files = [file for file in place.iterdir() if file.is_file()] if place.is_dir() else []
            alone = len(files) == 1 and len(list(place.iterdir())) == 1
            path = files[0] if alone and files[0].name != "saved_model.pb" else place
            if place.name not in _NO_MODELS and _look(str(path)).verdict == "sound":
                found.append(path)
    return found


def each_seen(paths: Sequence[Path]) -> Iterator[Seen]:
    """What is said about each path; a process that hangs or dies is replaced by a new one."""
    worker = _Worker()
    for path in paths:
        seen = worker.look(path)
        if seen.verdict in ("hang", "died"):
            worker.end()
            worker = _Worker()
        yield seen
    worker.end()


class _Worker:
    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, os.environ.copy()), daemon=True)
        self._process.start()
        far.close()
        # Starting Python and importing is not what is measured.
        self._line.recv()

    def look(self, path: Path) -> Seen:
        start = time.monotonic()
        self._line.send(str(path))
        try:
            if not self._line.poll(LONGEST):
                return Seen(verdict="hang", seconds=LONGEST)
            seen: Seen = self._line.recv()
        except EOFError:
            return Seen(verdict="died")
        return Seen(**{**seen.__dict__, "seconds": time.monotonic() - start})

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._line.close()


def _serve(line: Connection, variables: dict[str, str]) -> None:
    os.environ.update(variables)
    catalogue()
    line.send("ready")
    while True:
        try:
            path = line.recv()
        except EOFError:
            return
        line.send(_look(path))


def _look(path: str) -> Seen:
    try:
        seen = inspect_path(Path(path))
        document: dict[str, Any] = inspection_json.document(seen, catalogue())
        json.dumps(document, allow_nan=False)
        inspection_json.text(seen, catalogue()).encode()
    except LoadmatrixError as error:
        return Seen(verdict="damaged", said=(str(error),))
    except Exception:  # noqa: BLE001 - this is what is looked for
        return Seen(verdict="traceback", said=(traceback.format_exc(),))
    said = [finding.line for finding in seen.findings]
    if isinstance(seen, Inspection):
        said += [*seen.facts.notes, *(risk.line for risk in seen.risks if not risk.usual)]
    elif document["problem"]:
        said.insert(0, document["problem"])
    verdict = "sound" if inspection_json.is_sound(seen) else "damaged"
    return Seen(verdict=verdict, said=tuple(said), format=str(document["format"]))
