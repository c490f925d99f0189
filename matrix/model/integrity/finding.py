"""A finding: one sentence about one file of a model that is wrong."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matrix.shown import on_one_line


class Severity(enum.Enum):
    """`DAMAGED`: the bytes are not what was saved. `WARNING`: worth knowing, may be meant so."""

    DAMAGED = "damaged"
    WARNING = "warning"


class Kind(enum.Enum):
    """The ways in which a file can be wrong."""

    EMPTY = "empty"
    MISSING = "missing"
    CUT_SHORT = "cut_short"
    CHECKSUM = "checksum"
    UNPARSABLE = "unparsable"
    INCONSISTENT = "inconsistent"
    LFS_POINTER = "lfs_pointer"
    WEB_PAGE = "web_page"
    UNREADABLE = "unreadable"
    BROKEN_LINK = "broken_link"
    SPECIAL_FILE = "special_file"
    WRONG_NAME = "wrong_name"
    ENCRYPTED = "encrypted"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`file` is relative to the folder that was named, or the name of the file itself.

    `readers` are the loaders that read that file, `None` for all that can load the model.
    """

    severity: Severity
    kind: Kind
    file: str
    sentence: str
    readers: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentence", on_one_line(self.sentence))

    @property
    def damaged(self) -> bool:
        """Whether the model is damaged for sure."""
        return self.severity is Severity.DAMAGED

    def concerns(self, loader: str) -> bool:
        """Whether a loader reads the file."""
        return self.readers is None or loader in self.readers

    @property
    def line(self) -> str:
        """The sentence behind its severity."""
        return f"{self.severity.value}: {self.sentence}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "severity": self.severity.value,
            "kind": self.kind.value,
            "file": self.file,
            "sentence": self.sentence,
            "readers": None if self.readers is None else list(self.readers),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Finding:
        """The finding back from `to_dict`."""
        return cls(
            severity=Severity(document["severity"]),
            kind=Kind(document["kind"]),
            file=document["file"],
            sentence=document["sentence"],
            readers=None if (readers := document.get("readers")) is None else tuple(readers),
        )


def damage(kind: Kind, file: str, sentence: str) -> Finding:
    """A file that is not what was saved."""
    return Finding(severity=Severity.DAMAGED, kind=kind, file=file, sentence=sentence)


def warning(kind: Kind, file: str, sentence: str) -> Finding:
    """A file that may be meant as it is."""
    return Finding(severity=Severity.WARNING, kind=kind, file=file, sentence=sentence)
