"""What each model format defines: how its files are recognized, read and checked.

A format is one file in `matrix/model/formats/readers/` with a `READER`, and its name in
`matrix.model.facts.Format`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from matrix.model.facts import Format, FormatFacts, ModelFacts
from matrix.model.formats.signatures import Signature
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding
from matrix.model.opened_files import OpenedFile, OpenedFiles

# Names of loaders; `None` stands for every loader of the format.
Loaders: TypeAlias = tuple[str, ...] | None
ALL_LOADERS: Loaders = None
NO_LOADER: Loaders = ()


class Evidence(enum.IntEnum):
    """By what a format recognises its files: readers with better evidence are asked first."""

    MAGIC = 0
    NEIGHBOURS = 1
    TEXT = 2
    STRUCTURE = 3


@dataclass(frozen=True, kw_only=True)
class DetectedModel:
    """A model: the path that loaders are given, and what its bytes say."""

    path: Path
    facts: FormatFacts

    def noting(self, *notes: str) -> DetectedModel:
        """The same with notes in front of those it has."""
        return replace(self, facts=replace(self.facts, notes=(*notes, *self.facts.notes)))


def _in_no_folder(_: Path, __: OpenedFiles) -> DetectedModel | None:
    return None


def _no_graphs(_: ModelFacts, __: OpenedFiles) -> Sequence[Any]:
    return ()


def the_file_itself(place: Path, model: ModelFacts) -> Loaders:
    """The loaders that read a file of a model that is one file, with its weights perhaps beside."""
    return ALL_LOADERS if place in (model.load_path, model.weights) else NO_LOADER


@dataclass(frozen=True, kw_only=True)
class FormatReader:
    """One model format, or several that the same files can hold.

    - `signatures`: rows of the table of magic numbers and suffixes, or rows of its own.
    - `read`: the model that a file is; `None` where it is none of this format. It raises
      `NothingTestable` where the file must be of this format and cannot be used.
    - `in_folder`: the model that a folder as a whole is, `None` for other folders.
    - `verify`: what is wrong with the bytes of a file of these signatures.
    - `loaders_of`: which loaders read a file, given its path and the model that it belongs to.
    - `graphs`: the MetaGraphDefs whose ops a model may run.
    - `checked`: what it means that nothing is wrong, in words.
    """

    formats: tuple[Format, ...]
    signatures: tuple[Signature, ...]
    evidence: Evidence
    read: Callable[[OpenedFile, OpenedFiles], DetectedModel | None]
    verify: Callable[[ModelFile, OpenedFiles], Iterator[Finding]]
    in_folder: Callable[[Path, OpenedFiles], DetectedModel | None] = _in_no_folder
    loaders_of: Callable[[Path, ModelFacts], Loaders] = the_file_itself
    graphs: Callable[[ModelFacts, OpenedFiles], Sequence[Any]] = _no_graphs
    checked: str = "no damage found (this format has no checksums)"

    @property
    def suffixes(self) -> frozenset[str]:
        """The suffixes that promise this format."""
        return frozenset(suffix for signature in self.signatures for suffix in signature.suffixes)
