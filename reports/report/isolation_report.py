"""What kept a model in its place while it was tested, and the sentence on it.

The names of the fields are those of `report.json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from msgspec import Meta

from matrix.options.isolation import MEANS
from matrix.run.probe_output.records import WALLS
from reports.report.releases.ranges import cell_spans

# What walls are made with.
KNOWN_MEANS = (*MEANS, "seccomp", "job-object")
WallName: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": list(WALLS)})]

# What each wall keeps a model from, for people.
_WORDS = {
    "reads": "reading files",
    "writes": "writing files",
    "network": "network",
    "programs": "programs",
    "processes": "other processes",
}
_FILES = ("reads", "writes")
_UNCONTAINED = (
    "could read and write all files of the user who ran the test, use the network, start programs, "
    "and signal other processes"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class IsolationReport:
    """The walls around the models in one cell.

    A wall that is neither observed nor missing was not wanted: an option opened it.
    """

    means: Annotated[
        tuple[str, ...], Meta(description="what the walls were made with, such as `landlock`")
    ] = ()
    observed: Annotated[
        tuple[WallName, ...],
        Meta(description="the walls that the probe saw hold before TensorFlow started"),
    ] = ()
    missing: Annotated[
        tuple[WallName, ...], Meta(description="the walls that were wanted and did not hold")
    ] = ()

    readable: Annotated[
        tuple[str, ...],
        Meta(description="files and folders that the caller let models read (`--allow-read`)"),
    ] = ()

    @property
    def word(self) -> str:
        """The walls that held, for machines: `reads+writes+network`, or `none`."""
        return "+".join(self.observed) or "none"

    @property
    def words(self) -> str:
        """The same for people, and what was open."""
        held = _named(self.observed)
        told = [f"{held} ({', '.join(self.means)})" if self.means and held else held or "none"]
        if self.observed:
            opened = [wall for wall in WALLS if wall not in (*self.observed, *self.missing)]
            told += [f"allowed: {_named(opened)}"] if opened else []
            told += [f"also readable: {', '.join(self.readable)}"] if self.readable else []
            told += [f"not contained: {_named(self.missing)}"] if self.missing else []
        return "; ".join(told)


def sentence_on(cells: Mapping[str, IsolationReport], order: Sequence[str]) -> str:
    """One sentence on all cells in which the model was started; empty where there are none."""
    alike: dict[str, list[str]] = {}
    for name, isolation in cells.items():
        alike.setdefault(isolation.words, []).append(name)
    if not alike:
        return ""
    if len(alike) == 1:
        (words,) = alike
        told = f"Isolation in all cells: {words}."
    else:
        parts = [f"in {cell_spans(names, order)}: {words}" for words, names in alike.items()]
        told = f"Isolation {'. And '.join(parts)}."
    bare = [name for name, isolation in cells.items() if not isolation.observed]
    return " ".join(filter(None, [told, _uncontained(bare, order, everywhere=len(alike) == 1)]))


def _uncontained(bare: Sequence[str], order: Sequence[str], *, everywhere: bool) -> str:
    """What the model could do where no wall held at all."""
    if not bare:
        return ""
    who = "The model" if everywhere else f"The model in {cell_spans(bare, order)}"
    return f"{who} {_UNCONTAINED}."


def _named(walls: Sequence[str]) -> str:
    """`files, network` where the walls for reading and writing both are meant."""
    names = [_WORDS[wall] for wall in WALLS if wall in walls]
    if set(_FILES) <= set(walls):
        names = ["files", *(_WORDS[wall] for wall in WALLS if wall in walls and wall not in _FILES)]
    return ", ".join(names)
