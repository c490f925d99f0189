"""What is at the path of a model when the run is planned; it is stored in the plan.

A report is made from that. On another machine, or a day later, something else may lie there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.model.opened_files import OpenedFiles
from matrix.schemas import known_fields

_HEAD = 64
_MOST_NAMES = 200


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is at the path that loaders are given; what is not known is `None` or empty.

    `head` are the first bytes of the file itself; for a folder `names` is what lies in it.
    """

    exists: bool | None = None
    is_folder: bool | None = None
    readable: bool | None = None
    head: bytes | None = None
    names: tuple[str, ...] = ()

    @property
    def is_file(self) -> bool:
        return self.exists is True and self.is_folder is False

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        head = None if self.head is None else self.head.hex()
        return {**self.__dict__, "head": head, "names": list(self.names)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Place:
        """The place back from `to_dict`."""
        head = document["head"]
        read = {
            "head": None if head is None else bytes.fromhex(head),
            "names": tuple(document["names"]),
        }
        return cls(**{**known_fields(cls, document), **read})


def place_at(path: Path, opened: OpenedFiles) -> Place:
    """What is at a path now.

    Nothing is claimed of what is not there: it may be the prefix of a checkpoint, which is no file
    itself.
    """
    try:
        if path.is_dir():
            readable = os.access(path, os.R_OK | os.X_OK)
            names = sorted(entry.name for entry in path.iterdir())[:_MOST_NAMES] if readable else ()
            return Place(exists=True, is_folder=True, readable=readable, names=tuple(names))
        if not path.is_file():
            return Place()
        if not os.access(path, os.R_OK):
            return Place(exists=True, is_folder=False, readable=False)
        head = opened.at(path).head[:_HEAD]
        return Place(exists=True, is_folder=False, readable=True, head=head)
    except OSError:
        return Place()
