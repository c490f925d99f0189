"""The summary of a model: where it loads, and how.

The names of the fields are those of `report.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from msgspec import Meta

Specifier: TypeAlias = Annotated[str, Meta(pattern="^(tensorflow.*)?$")]


@dataclass(frozen=True, kw_only=True, slots=True)
class RangesReport:
    """The same as the specifiers, in ranges that say nothing about releases between them."""

    loads: tuple[str, ...]
    runs: tuple[str, ...]
    untested: Annotated[
        tuple[str, ...],
        Meta(
            description=(
                "releases without an answer between the first and the last that load the model"
            )
        ),
    ]
    loaders: Mapping[str, tuple[str, ...]]
    companions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupReport:
    """Groups of cells: those of a group answer alike, the groups differently; all of them `runs`.

    Nothing tells which group is right. `between` are the numbers of the two groups that are
    furthest apart, `output` is what differs most there.
    """

    loader: str
    variant: str | None
    cells: Annotated[
        tuple[tuple[str, ...], ...],
        Meta(description="the cells of group 1, of group 2, and so on"),
    ]
    between: Annotated[
        tuple[int, int],
        Meta(description="the numbers of the two groups that are furthest apart"),
    ]
    output: str
    largest: float | None
    relative: float | None
    explanation: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadingAdvice:
    """One way to load, and the cells in which this run loaded the model that way.

    `releases` are those cells in few words; `install` is what has to be installed with TensorFlow.
    `loader` and `variant` name the check that loaded it.
    """

    releases: str
    cells: tuple[str, ...]
    snippet: str
    install: str = ""
    loader: str = ""
    variant: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryReport:
    """Where a model loads, of the tested releases only."""

    specifier: Annotated[
        Specifier,
        Meta(
            description=(
                "matches the releases that load the model with its usual call (`usual`); if "
                "`ranges.untested` is not empty, its `!=` parts exclude those too"
            )
        ),
    ]
    text: str
    guide: Annotated[
        str,
        Meta(
            description=(
                "what to call in which tested releases, the usual call first: the sentences that "
                "`text` begins with; empty if nothing loads the model and nobody knows why"
            )
        ),
    ] = ""
    usual: Annotated[
        str,
        Meta(
            description=(
                "the loader whose call is usual for the format: `specifier`, `runs`, `ranges` "
                "and the badge speak of it"
            )
        ),
    ] = ""
    runs: Annotated[
        Specifier,
        Meta(description="matches the releases where it also ran and matched the reference"),
    ] = ""
    loaders: Mapping[str, Specifier] = field(default_factory=dict)
    companions: Annotated[
        Mapping[str, Specifier],
        Meta(
            description=(
                "a specifier for each set of packages that was tested in addition to TensorFlow"
            )
        ),
    ] = field(default_factory=dict)
    ranges: RangesReport | None = None
    keras: Annotated[
        Mapping[str, bool],
        Meta(description="versions of Keras 3, and whether the model loads in them"),
    ] = field(default_factory=dict)
    unheld: Annotated[
        tuple[str, ...],
        Meta(description="cells where the caller's expected outputs could not be compared"),
    ] = ()
    groups: Annotated[
        tuple[GroupReport, ...],
        Meta(
            description=(
                "groups of cells with the same outputs, if the groups give different outputs "
                "and it is unknown which is correct; all of them get `runs`"
            )
        ),
    ] = ()
    boundaries: Annotated[
        tuple[str, ...],
        Meta(description="where loaders start and stop to load it, and why (if not in `guide`)"),
    ] = ()
    ways: Annotated[
        tuple[LoadingAdvice, ...],
        Meta(
            description="how to load the model, per range of releases; each snippet loaded it there"
        ),
    ] = ()
