"""Makes the models, with the TensorFlow of real environments; those of the last time are kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.hostile.effects import MODELS, Entry
from tests.hostile.playground import Playground

_SECONDS = 1800
Made = Mapping[str, Path | str]


def make(playground: Playground, entries: Sequence[Entry]) -> Made:
    """Each model by its name: its path, or why there is none."""
    made: dict[str, Path | str] = {}
    for cell in sorted({entry.cell for entry in entries}):
        environment = playground.copies.environment(cell)
        these = [entry for entry in entries if entry.cell == cell]
        if environment is None:
            made |= {entry.name: f"there is no environment of {cell}" for entry in these}
            continue
        made |= _made_in(playground, environment / "bin" / "python", these)
    return made


def _made_in(playground: Playground, python: Path, entries: Sequence[Entry]) -> Made:
    wanted = {entry.name: _request(playground, entry) for entry in entries}
    notes = {entry.name: playground.folder / "models" / f"{entry.name}.json" for entry in entries}
    missing = {name: one for name, one in wanted.items() if not _is_made(notes[name], one)}
    problem = _run(playground, python, missing) if missing else ""
    if problem:
        return dict.fromkeys(wanted, problem)
    for name, answer in _answers(playground).items() if missing else ():
        # What a maker laid out beside the model is used up by a run.
        entry = next(entry for entry in entries if entry.name == name)
        lasts = len(list(playground.outside(entry).iterdir())) == 1
        note = {"request": missing[name] if lasts else None, "answer": answer}
        notes[name].write_text(json.dumps(note), encoding="utf-8")
    answers = {name: _note(notes[name])["answer"] for name in wanted}
    return {
        name: Path(one["path"]) if "path" in one else str(one["error"])
        for name, one in answers.items()
    }


def _request(playground: Playground, entry: Entry) -> dict[str, Any]:
    sources = b"".join((MODELS / f"{name}.py").read_bytes() for name in ("common", entry.kind))
    return {
        "module": entry.kind,
        "function": entry.function,
        "path": str(playground.folder / "models" / entry.name / "model"),
        "facts": playground.facts(entry),
        "sources": hashlib.sha256(sources).hexdigest(),
    }


def _is_made(noted: Path, request: Mapping[str, Any]) -> bool:
    note = _note(noted)
    return note["request"] == request and os.path.lexists(note["answer"].get("path", ""))


def _note(noted: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(noted.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {"request": None, "answer": {"error": "nothing is known of its maker"}}


def _answers(playground: Playground) -> dict[str, Any]:
    return dict(json.loads((playground.folder / "answer.json").read_text(encoding="utf-8")))


def _run(playground: Playground, python: Path, models: Mapping[str, Mapping[str, Any]]) -> str:
    """Run the makers; what is wrong with all of them, if anything is."""
    request, answer = playground.folder / "request.json", playground.folder / "answer.json"
    for one in models.values():
        shutil.rmtree(Path(one["path"]).parent, ignore_errors=True)
    request.write_text(json.dumps({"models": models}), encoding="utf-8")
    answer.unlink(missing_ok=True)
    command = [str(python), "-B", str(MODELS / "make.py"), str(request), str(answer)]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(playground.folder),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONNOUSERSITE": "1",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=_SECONDS, check=False
    )
    if answer.exists():
        return ""
    return f"its maker failed: {done.stderr.decode(errors='replace')[-500:]}"
