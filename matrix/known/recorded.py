"""The keys of answers, beside the outcome of their cell: results may serve as known answers.

`answers.json` has the keys under which models were measured in a cell, each with a digest of what
its checks said. By that the answer is found in the outcome, whatever number its model has there.
What was not written so, or has changed since, is measured again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.files import write_text
from matrix.known.answers import Answer, answer_document
from matrix.run.store import Store
from matrix.stored_files import DAMAGED, plain_text

ANSWERS = "answers.json"
# Those of 64 models take some 50 KB.
_MOST_BYTES = 2**24


@dataclass(frozen=True, kw_only=True)
class Found:
    """An answer that is known under a key, with the content of its large outputs by their names."""

    key: str
    answer: Answer
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """A digest of what the checks said, whatever their files are called.

        What the probe said of its environment is not part of it: a cell has that once for all of
        its models, whenever each was measured.
        """
        checks = answer_document(self.answer)["outcome"]["verification"]["checks"]
        for record in checks.values():
            if record["stored"]:
                record["stored"] = hashlib.sha256(self.files[record["stored"]]).hexdigest()
        said = {"cell": self.answer.cell, "checks": checks}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def record(store: Store, cell: str, found: Iterable[Found]) -> None:
    """Write the keys of answers beside the outcome of a cell; a full disk costs only them."""
    run, path = store.of_this_run().run, store.cell_folder(cell) / ANSWERS
    there = _document(path)
    kept = there.get("answers") if there.get("run") == run else None
    answers = {
        **(kept if isinstance(kept, dict) else {}),
        **{one.key: _recorded(one) for one in found},
    }
    _write(path, run, answers)


def carry(sources: Iterable[Path], store: Store) -> None:
    """Write the keys of answers that were merged from the results in `sources` into new ones."""
    folders = list(sources)
    for cell in store.cells_on_disk():
        answers: dict[str, Any] = {}
        for folder in folders:
            found = _document(folder / cell / ANSWERS).get("answers")
            answers |= found if isinstance(found, dict) else {}
        if answers:
            _write(store.cell_folder(cell) / ANSWERS, store.of_this_run().run, answers)


def _write(path: Path, run: str | None, answers: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):
        write_text(path, json.dumps({"run": run, "answers": answers}) + "\n")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What is written of an answer beside its outcome: what of an `Answer` no outcome has."""

    digest: str
    measured: float
    first: Mapping[str, str]
    asked: Mapping[str, str]


def _recorded(found: Found) -> dict[str, Any]:
    return {
        "digest": found.digest,
        "measured": found.answer.measured,
        "first": dict(found.answer.first),
        "asked": dict(found.answer.asked),
    }


def recorded_in(folder: Path) -> dict[str, Recorded]:
    """What was written in the folder of a cell, by keys; nothing where it is damaged."""
    found: dict[str, Recorded] = {}
    answers = _document(folder / ANSWERS).get("answers")
    for key, one in answers.items() if isinstance(answers, dict) else ():
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            found[key] = Recorded(
                digest=_text(one["digest"]),
                measured=float(one["measured"]),
                first=_texts(one["first"]),
                asked=_texts(one["asked"]),
            )
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(plain_text(path, _MOST_BYTES))
    except (OSError, *DAMAGED):
        return {}
    return document if isinstance(document, dict) else {}


def _texts(values: Any) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
