"""Whether what a section describes is what lies beside its card now."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.model.formats.signatures import LFS_POINTER
from matrix.model.identify import identify
from matrix.shown import some_of
from reports.card.described import Described
from reports.card.home import Home
from reports.card.made import Kept, Section

_SHORT = 12
_MOST_NAMED = 5
_ABSENT = "not beside the card and"
# Instead of a checksum.
_NO_MODEL = "a folder without a model now"
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_HEAD = 1024


@dataclass(kw_only=True)
class Compared:
    """`wrong` are sentences on what is not as it was in the section of a date.

    `absent` names what is not there to be compared, and `unread` what cannot be read.
    """

    date: str = ""
    wrong: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def not_compared(self) -> str:
        """What could not be compared, in sentences; empty where all was."""
        return " ".join(
            f"{some_of(names, _MOST_NAMED)} {is_not if len(names) == 1 else are_not} compared."
            for names, is_not, are_not in (
                (self.absent, f"is {_ABSENT} was not", f"are {_ABSENT} were not"),
                (self.unread, "cannot be read and was not", "cannot be read and were not"),
            )
            if names
        )

    def look(self, path: Path, model: Described | None, tested: set[str], digest: str) -> None:
        """Compare what is at a path with the model that it is meant to be."""
        if not digest:
            self.unread.append(str(path))
        elif model is None:
            self.wrong.append(f"{path} is none of the models of the section")
        elif digest not in tested:
            differ = self.digests(model.sha256, digest)
            self.wrong.append(f"{path} is not the tested model: {differ}")

    def digests(self, old: str, new: str) -> str:
        """What tells what was tested from what is there now."""
        of = f" of {self.date}" if self.date else ""
        now = new if new == _NO_MODEL else f"{new[:_SHORT]}... now"
        return f"SHA-256 {old[:_SHORT]}... in the section{of}, {now}"


def compared(section: Section, home: Home, given: Sequence[Path], date: str) -> Compared:
    """Compare what a section of this date describes with what is there.

    `given` are paths of models now; the others are looked for where they lay, and by their names.

    Raises:
        UsageError: a path that is given leads nowhere.
    """
    seen = Compared(date=date)
    left = list(section.models)
    for path in given:
        digest = _digest(path)
        model = _meant(path, digest, left)
        if model is not None:
            left.remove(model)
        seen.look(path, model, {model.sha256 if model else ""}, digest)
    for model in left:
        if (place := _place(model, home)) is None:
            seen.absent.append(model.name)
        else:
            seen.look(place, model, _alike(model, section.models), _digest(place))
    if section.made and (python := section.made.custom_objects):
        _compare_python(python, _python_places(python, section.models, home), seen)
    return seen


def _meant(path: Path, digest: str, models: Sequence[Described]) -> Described | None:
    """The model that a path is meant to be: by its bytes, by its name, or as the only one."""
    by_bytes = [model for model in models if model.sha256 == digest]
    by_name = [model for model in models if model.name == path.name]
    only = models if len(models) == 1 else ()
    return next(iter((*by_bytes, *by_name, *only)), None)


def _alike(model: Described, models: Sequence[Described]) -> set[str]:
    """The checksums of which one is that of a model: where it lies, or of all of its name."""
    if model.place:
        return {model.sha256}
    return {one.sha256 for one in models if one.name == model.name}


def _place(model: Described, home: Home) -> Path | None:
    """Where a model lies now, as far as the card and the call can tell."""
    folder = home.folder or Path()
    named = [start / model.given for start in home.seen_from if model.given]
    placed = [folder / model.place] if model.place else []
    return next((path for path in (*placed, *named, folder / model.name) if path.exists()), None)


def _digest(path: Path) -> str:
    """The SHA-256 of a model as it is now; empty for one that cannot be read.

    Of a file that is left to git-lfs, its pointer says it.
    """
    try:
        return identify(path).sha256
    except LoadmatrixError as error:
        if not path.exists():
            raise
        if path.is_file():
            return _digest_of_file(path)
        return "" if isinstance(error.__cause__, OSError) else _NO_MODEL


def _digest_of_file(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    if LFS_POINTER.matches_head(content[:_HEAD]):
        match = _OID.search(content[:_HEAD])
        return match[1].decode() if match else ""
    return hashlib.sha256(content).hexdigest()


def _compare_python(python: Kept, places: Iterable[Path], seen: Compared) -> None:
    """Compare the file of --custom-objects; a module is whatever is installed."""
    digests = {path: _digest_of_file(path) for path in places if path.is_file()}
    if not python.sha256 or python.sha256 in digests.values():
        return
    path, new = next(iter(digests.items()), (None, ""))
    if new:
        seen.wrong.append(
            f"{path} is not the file of --custom-objects that the models were tested with: "
            f"{seen.digests(python.sha256, new)}"
        )
    elif path:
        seen.unread.append(str(path))
    elif python.place:
        seen.wrong.append(
            f"{python.place}, the file of --custom-objects, is no longer beside the card"
        )
    else:
        seen.absent.append(python.name)


def _python_places(python: Kept, models: Sequence[Described], home: Home) -> Iterator[Path]:
    """Where the file may be now: where it lay, beside the card, beside a model."""
    folder = home.folder or Path()
    if python.place:
        yield folder / python.place
    yield folder / python.name
    for model in models:
        if (path := _place(model, home)) is not None:
            yield path.parent / python.name
