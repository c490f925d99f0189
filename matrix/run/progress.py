"""How far each cell is: said by the process that runs it, read by the one that shows it.

`progress.json` in the folder of a cell is for people who watch. Nothing is concluded from it, so a
full disk or a file that is damaged, absent or somebody else's costs only what would be shown.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from matrix.files import write_json
from matrix.run.store import Store
from matrix.stored_files import plain_bytes

# The phases of a cell, in their order: it waits for its turn, its environment is made ready, its
# probe starts and imports TensorFlow, checks run, its outcome is stored.
PHASES = ("waiting", "installing", "starting", "testing", "done")
WAITING, INSTALLING, STARTING, TESTING, DONE = PHASES
_FILE = "progress.json"
_MOST_BYTES = 64 * 1024
_MOST_TEXT = 300
_MOST_WARNINGS = 20


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a cell does: `done` of `total` checks where it tests, and `detail` in a few words.

    `warnings` are sentences that a user must know, whatever became of the cell.
    """

    phase: str = WAITING
    done: int = 0
    total: int = 0
    detail: str = ""
    warnings: tuple[str, ...] = ()


def note(  # noqa: PLR0913 - what a line of progress has
    store: Store,
    cell: str,
    phase: str,
    *,
    done: int = 0,
    total: int = 0,
    detail: str = "",
    warnings: Sequence[str] = (),
) -> None:
    """Say how far a cell is, at most once a check: that is a few times a second."""
    told = Progress(
        phase=phase, done=done, total=total, detail=detail[:_MOST_TEXT], warnings=tuple(warnings)
    )
    with contextlib.suppress(OSError):
        write_json(store.cell_folder(cell) / _FILE, asdict(told))


def read(store: Store, cell: str) -> Progress | None:
    """How far a cell is; `None` where it has said nothing that can be understood."""
    try:
        return _progress(json.loads(plain_bytes(store.cell_folder(cell) / _FILE, _MOST_BYTES)))
    except (OSError, ValueError, RecursionError):
        return None


def forget(store: Store, cell: str) -> None:
    """Remove what an earlier try of a cell said."""
    with contextlib.suppress(OSError):
        (store.cell_folder(cell) / _FILE).unlink(missing_ok=True)


def _progress(document: Any) -> Progress | None:
    if not isinstance(document, Mapping) or document.get("phase") not in PHASES:
        return None
    warnings = document.get("warnings")
    listed = warnings if isinstance(warnings, list) else []
    return Progress(
        phase=document["phase"],
        done=_count(document.get("done")),
        total=_count(document.get("total")),
        detail=_text(document.get("detail")),
        warnings=tuple(filter(None, map(_text, listed[:_MOST_WARNINGS]))),
    )


def _count(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 10**6 else 0


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""
