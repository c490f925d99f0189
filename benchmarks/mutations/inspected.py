"""What `nox -s inspect` says about damaged copies, in a process that may hang or die."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_path
from reports.build import inspection_json

LONGEST = 10.0
_PROJECT = Path(__file__).resolve().parents[2]
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
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mutations.inspected"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_PROJECT,
        )
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        # Starting Python and importing is not what is measured.
        self._answers.get()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def look(self, path: Path) -> Seen:
        start = time.monotonic()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(str(path)).encode() + b"\n")
        self._process.stdin.flush()
        try:
            line = self._answers.get(timeout=LONGEST)
        except queue.Empty:
            return Seen(verdict="hang", seconds=LONGEST)
        if not line:
            return Seen(verdict="died")
        seen = Seen(**json.loads(line))
        return replace(seen, said=tuple(seen.said), seconds=time.monotonic() - start)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            # What it did not read any more is lost with it.
            with contextlib.suppress(OSError):
                pipe.close()


def _serve() -> None:
    """Look at each path that comes in, and answer."""
    catalogue()
    print(flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(_look(json.loads(line)))), flush=True)


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


if __name__ == "__main__":
    _serve()
