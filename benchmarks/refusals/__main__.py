"""`python -m benchmarks.refusals [RELEASE...] [--write]`: acts behind walls, and their names.

Each act is known for a refusal, known for an honest failure, missed (a release would be blamed for
a wall) or falsely called blocked (an answer would be lost). Both kinds of walls of Linux are used.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import catalogue, host_platform
from matrix.environments.environments import Environments
from matrix.isolation.isolation import isolation
from matrix.isolation.launch import Launch
from matrix.options.isolation import IsolationOptions
from matrix.run.probe_output import sanitize
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import WALLS
from matrix.run.refusals import Allowed, refusals

_HERE = Path(__file__).parent
_PROBE = _HERE.parents[1] / "probe"
_MODES = ("landlock", "bubblewrap")
_MAKER = "2.15"
_SECONDS = 1800
# What an inspection tells of the models that lead HDF5 to other files.
_NAMED = {"h5_external": ("a.npy",), "h5_link": ("w.h5",), "external_gone": ("gone.npy",)}
_TABLE = _HERE.parents[1] / "tests" / "matrix" / "run" / "refusals" / "collected.jsonl"
_NEUTRAL = (
    (re.compile(re.escape(str(_HERE))), "/code"),
    (re.compile(r"/[^\s\"']*?/(?=site-packages/|lib/python3)"), "/env/"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x0"),
    (re.compile(r"\btmp\w{8}\b"), "tmp0"),
    (re.compile(r"tempstate\d+"), "tempstate0"),
)


def measure(wanted: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What came of every act in each release and mode, with the folders that it was about."""
    with tempfile.TemporaryDirectory(dir=Path.home()) as place:
        folders = {name: Path(place, name) for name in ("outside", "model", "scratch")}
        for folder in folders.values():
            folder.mkdir()
        with _python(_MAKER) as maker:
            made = [maker, _HERE / "make.py", folders["outside"], folders["model"]]
            subprocess.run(made, check=True, capture_output=True)
        for release in wanted:
            with _python(release) as python:
                for mode in _MODES:
                    for one in _acted(python, mode, folders):
                        one |= {"release": release, "mode": mode, "folders": folders}
                        # While the files are there.
                        yield {**one, "known_as": judged(one)}


def _python(minor: str) -> Any:
    environments = Environments(folder=cache_folder())
    named = (one for one in catalogue() if f"{one.version}.".startswith(f"{minor}."))
    release = next(named).on(host_platform())
    cells = [Cell(release=release, python=python) for python in reversed(release.pythons)]
    return environments.ready(next(filter(environments.finished, cells), cells[0]))


def _acted(python: Path, mode: str, folders: dict[str, Path]) -> Iterator[dict[str, Any]]:
    options = IsolationOptions(mode=mode)
    means = isolation(options)
    launch = means.around(_launch(python, folders))
    walls = {
        **(means.request() or {}),
        "readable": [str(folders["model"]), str(_HERE)],
        "writable": [str(folders["scratch"])],
        "parent": os.getpid(),
    }
    request = {
        "probe": str(_PROBE),
        "folders": {name: str(folder) for name, folder in folders.items()},
        "walls": walls,
    }
    done = subprocess.run(
        launch.command,
        env=dict(launch.environment),
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))


def _launch(python: Path, folders: dict[str, Path]) -> Launch:
    scratch = str(folders["scratch"])
    variables = {"PATH": os.environ["PATH"], "HOME": scratch, "TMPDIR": scratch}
    return Launch(
        command=(str(python), "-I", "-B", str(_HERE / "acts.py")),
        environment={**variables, "KERAS_HOME": scratch, "CUDA_VISIBLE_DEVICES": "-1"},
        folder=folders["scratch"],
        readable=(_PROBE, _HERE, folders["model"]),
        writable=(folders["scratch"],),
    )


def judged(one: dict[str, Any]) -> str:
    """Whether an act is known for what it is."""
    folders = one["folders"]
    allowed = Allowed(
        readable=(folders["model"], _HERE, _PROBE, cache_folder(), Path(sys.base_prefix).parent),
        writable=(folders["scratch"],),
        named=tuple(folders["outside"] / name for name in _NAMED.get(one["name"], ())),
    )
    if "died" in one:
        record = CheckRecord(exit=ProcessExit(signal="SIGABRT", log=one["log"]))
    elif one["error"] is None:
        return "no error"
    else:
        record = CheckRecord(error=sanitize.error(one["error"]))
    kinds = [refusal.kind for refusal in refusals(record, allowed, WALLS)]
    if one["kind"] is None:
        return "falsely blocked" if kinds else "known"
    return "known" if kinds == [one["kind"]] else "another kind" if kinds else "missed"


def collected(one: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """What a test keeps of an act, with what tells it from others: paths stand for folders."""
    error = one.get("error")
    # Where it was raised says nothing on what was read.
    if not error or (one["kind"] in (None, "read") and not one["library"]):
        return None
    lines = error["traceback"].splitlines()
    places = [n for n, line in enumerate(lines) if line.lstrip().startswith("File ")]
    frames = lines[places[-3:][0] : places[-1] + 3] if places else []
    kept = {
        "type": error["type"],
        "message": error["message"][:400],
        "traceback": "\n".join(frames),
        "chain": error["chain"],
    }
    text = json.dumps(kept, ensure_ascii=False)
    for name, folder in one["folders"].items():
        text = text.replace(str(folder), f"{{{name}}}")
    for pattern, neutral in _NEUTRAL:
        text = pattern.sub(neutral, text)
    entry = {"name": one["name"], "kind": one["kind"], "library": one["library"]}
    key = json.dumps([*entry.values(), {**json.loads(text), "traceback": ""}])
    return key, {**entry, "seen": [], "error": json.loads(text)}


def write(found: Sequence[dict[str, Any]], path: Path) -> None:
    """The table of a test: each text once, with the places where it was seen."""
    table: dict[str, dict[str, Any]] = {}
    for one in found:
        if (kept := collected(one)) is not None:
            row = table.setdefault(*kept)
            row["seen"].append(f"{one['release']} {one['mode']}")
    rows = (json.dumps(row, ensure_ascii=False) for row in table.values())
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    counts: dict[str, Counter[str]] = {}
    wanted = [one for one in arguments if one != "--write"]
    found = list(measure(wanted or ("2.4", "2.10", "2.15", "2.21")))
    for one in found:
        verdict = one["known_as"]
        counts.setdefault(f"{one['release']} {one['mode']}", Counter())[verdict] += 1
        if verdict not in ("known", "no error"):
            error = one.get("error") or {"type": "died", "message": one["log"][-200:]}
            source = "library" if one["library"] else "lambda"
            print(one["release"], one["mode"], one["name"], source, verdict, error["type"], end=" ")
            print(error["message"][:200].replace("\n", " "))
    for where, seen in counts.items():
        print(f"{where}: {', '.join(f'{number} {word}' for word, number in seen.most_common())}")
    if "--write" in arguments:
        write(found, _TABLE)


if __name__ == "__main__":
    main(sys.argv[1:])
