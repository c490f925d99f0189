"""What models answer to the plain calls of TensorFlow: `raw_calls.py`, run in many cells.

An answer is kept under what was asked, so that asking again costs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.numerics.models import run_in_cell
from matrix.npz import Array, write_arrays
from matrix.options.options import Options
from reports.output import echo

_CALLER = Path(__file__).with_name("raw_calls.py")


@dataclass(frozen=True, kw_only=True)
class RawCall:
    """One call of one model in one cell. `arrays` is a file of what is fed, in its order."""

    cell: str
    path: Path
    sha256: str
    loader: str
    compile: bool
    signature: str
    arrays: Path

    @property
    def id(self) -> str:
        """What tells it from every other call."""
        parts = (self.cell, self.path, self.sha256, self.loader, self.compile, self.signature)
        content = repr(parts).encode() + self.arrays.read_bytes()
        return hashlib.sha256(content).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a plain call gave: outputs by their names, in their order, or the error it raised."""

    outputs: Mapping[str, Array] | None = None
    error: str = ""


def stored_arrays(arrays: Mapping[str, Array], folder: Path) -> Path:
    """Arrays in a file that is named by its content; keys are numbered to keep their order."""
    numbered = {f"{n:03}|{name}": array for n, (name, array) in enumerate(arrays.items())}
    text = repr([(key, a.dtype.str, a.shape, a.tobytes()) for key, a in numbered.items()])
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.npz"
    if not path.exists():
        write_arrays(path, numbered)
    return path


def answers(calls: Iterable[RawCall], options: Options, folder: Path) -> dict[RawCall, Answer]:
    """The answers to all calls; a process for each cell, in which nothing was asked before."""
    wanted = {call: folder / call.id for call in calls}
    for cell in sorted({call.cell for call in wanted}):
        missing = [
            (call, place)
            for call, place in wanted.items()
            if call.cell == cell and not place.with_suffix(".json").exists()
        ]
        if missing:
            echo(f"{cell} answers {len(missing)} plain calls.")
            _ask(cell, missing, options, folder)
    return {call: _read(place) for call, place in wanted.items()}


def _ask(cell: str, calls: Sequence[tuple[RawCall, Path]], options: Options, folder: Path) -> None:
    request = folder / f"{cell}.request.json"
    documents = [
        {
            "id": place.name,
            "path": str(call.path),
            "loader": call.loader,
            "compile": call.compile,
            "signature": call.signature,
            "arrays": str(call.arrays),
        }
        for call, place in calls
    ]
    request.write_text(json.dumps(documents), encoding="utf-8")
    done = run_in_cell(cell, [str(_CALLER), str(request), str(folder)], options)
    if done.returncode:
        print(f"{cell} ended with {done.returncode}: {done.stderr[-500:]}", flush=True)


def _read(place: Path) -> Answer:
    try:
        told = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Answer(error="its process died")
    if "error" in told:
        return Answer(error=told["error"])
    with np.load(place.with_suffix(".npz"), allow_pickle=False) as file:
        outputs = [file[key] for key in file.files]
    return Answer(outputs=dict(zip(told["outputs"], outputs, strict=True)))
