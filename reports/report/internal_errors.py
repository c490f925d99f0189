"""What could not be made or written of a report: each costs a sentence, not the report."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from matrix.files import what_failed
from matrix.stored_files import append_text

Made = TypeVar("Made")
_MOST = 200


class Guard(Protocol):
    """Makes a part of a report; where that fails, `instead` takes its place."""

    def __call__(self, what: str, make: Callable[[], Made], instead: Made) -> Made: ...


def unguarded(what: str, make: Callable[[], Made], instead: Made) -> Made:  # noqa: ARG001
    """For tests and tools, which want to see every failure."""
    return make()


@dataclass(frozen=True, kw_only=True)
class InternalErrors:
    """What could not be made so far, a sentence each; tracebacks are appended to the file `log`.

    `unwritten` are the sentences of the system, such as that of a full disk.
    """

    log: Path
    sentences: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)

    def guard(self, what: str, make: Callable[[], Made], instead: Made) -> Made:
        """What `make` gives, or `instead` where it raises; `what` is named in the sentence."""
        try:
            return make()
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the report is made
            said = f"{type(error).__name__}: {error}"[:_MOST]
            self.sentences.append(f"{what} could not be created ({said})")
            self._keep(what)
            return instead

    def written(self, write: Callable[[], None]) -> bool:
        """Whether a file could be written; else the system says why in a sentence."""
        try:
            write()
        except OSError as error:
            self.unwritten.append(what_failed(error))
            return False
        return True

    @property
    def lines(self) -> list[str]:
        """What to tell the caller, empty where all went well."""
        refused = [*dict.fromkeys(self.unwritten)]
        if not self.sentences:
            return refused
        return [
            *refused,
            *(f"Internal error: {sentence}." for sentence in dict.fromkeys(self.sentences)),
            f"The rest of the report is complete. Please report this error and attach {self.log}.",
        ]

    def _keep(self, what: str) -> None:
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            append_text(self.log, f"{what}\n{traceback.format_exc()}\n")
        except OSError:
            # A full disk loses the traceback; the sentence is printed all the same.
            return
