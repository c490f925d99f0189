"""Names that do not match the content of a file, and missing parts of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.model.formats.file_kind import kind_in, kind_promised
from matrix.model.formats.signatures import SAVED_MODEL
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage, warning


def check_names(path: Path, files: Sequence[ModelFile]) -> Iterator[Finding]:
    """What is wrong with the names at a path; `files` are those that can be read there."""
    for file in files:
        yield from _promise(file)
    if not path.is_dir():
        return
    promised = kind_promised(path)
    if promised is not None and promised.kind in ("zip", "hdf5", "tflite"):
        sentence = f"{path.name} is a folder, but its name is that of {promised.words}."
        advice = "Loaders go by the name, so rename the folder."
        yield warning(Kind.WRONG_NAME, path.name, f"{sentence} {advice}")
    if (path / "variables").is_dir() and not any(_there(path / n) for n in SAVED_MODEL.names):
        sentence = "saved_model.pb is missing, but the variables of a SavedModel exist."
        yield damage(Kind.MISSING, "saved_model.pb", sentence)


def _there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _promise(file: ModelFile) -> Iterator[Finding]:
    promised, actual = kind_promised(file.path), kind_in(file)
    if promised is None or (actual is not None and promised.kind == actual.kind):
        return
    if actual is not None:
        sentence = f"{file.name} is {actual.words}, but its name is that of {promised.words}."
        advice = (
            f"Loaders go by the name, so rename it to {actual.rename}." if actual.rename else ""
        )
        yield warning(Kind.WRONG_NAME, file.name, f"{sentence} {advice}".strip())
    elif promised.marked:
        begins = f"it starts with {file.head[:8]!r}"
        sentence = f"{file.name} is not {promised.words}, as its name says: {begins}."
        yield damage(
            Kind.WRONG_NAME, file.name, f"{sentence} It is damaged, or it is another file."
        )
