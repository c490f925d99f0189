"""How right predictions are: counted over measured loads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from matrix.plan.prediction import FAILS, LOADS, UNKNOWN
from reports.report.releases.ranges import cell_spans

# The family of models that no rule can have been tuned on.
FRESH = ""
# Errors that begin alike are one.
_ALIKE = 40


@dataclass(frozen=True, kw_only=True)
class Load:
    """What raw calls of one loader did with a model in one release, in any variant."""

    model: str
    loader: str
    release: str
    ok: bool
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A measured load and what was predicted; `format` and `family` are those of the model."""

    load: Load
    verdict: str
    why: str
    rule: str
    format: str
    family: str

    @property
    def agrees(self) -> bool:
        """Whether the prediction was right; one that says nothing is not."""
        return self.verdict == (LOADS if self.load.ok else FAILS)

    @property
    def wrong(self) -> bool:
        """Whether it said something, and that was not so."""
        return not self.agrees and self.verdict != UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts of scored loads."""

    loads: int
    agree: int
    said_fails: int
    right_fails: int
    said_loads: int
    right_loads: int

    @classmethod
    def of(cls, scored: Iterable[Scored]) -> Figures:
        """The counts of some."""
        rows = list(scored)
        fails = [row for row in rows if row.verdict == FAILS]
        said = [row for row in rows if row.verdict == LOADS]
        return cls(
            loads=len(rows),
            agree=sum(row.agrees for row in rows),
            said_fails=len(fails),
            right_fails=sum(row.agrees for row in fails),
            said_loads=len(said),
            right_loads=sum(row.agrees for row in said),
        )

    @property
    def unknown(self) -> int:
        """How often nothing was predicted."""
        return self.loads - self.said_fails - self.said_loads

    @property
    def agreement(self) -> float:
        """The share of loads that were predicted as they went, 1 where there are none."""
        return self.agree / self.loads if self.loads else 1.0

    @property
    def fails_right(self) -> float:
        """The share of predicted failures that failed, 1 where there are none."""
        return self.right_fails / self.said_fails if self.said_fails else 1.0


def by(scored: Sequence[Scored], part: str) -> Mapping[str, Figures]:
    """The figures of each `loader`, `format`, `rule` or `family`."""
    names = sorted({_part(row, part) for row in scored})
    return {name: Figures.of(row for row in scored if _part(row, part) == name) for name in names}


def _part(row: Scored, part: str) -> str:
    named: str = row.load.loader if part == "loader" else getattr(row, part)
    return named


@dataclass(frozen=True, kw_only=True)
class Miss:
    """Wrong or missing predictions of one loader for one model that are of one kind."""

    first: Scored
    where: str

    @property
    def sentence(self) -> str:
        """What was predicted, by which rule, and what happened."""
        row = self.first
        said = row.verdict if row.verdict != UNKNOWN else "nothing"
        happened = "it loads" if row.load.ok else f"it fails: {row.load.error}"
        return (
            f"{row.load.model}, {row.load.loader} in {self.where}: {row.rule} predicts {said} "
            f"({row.why}); {happened}"
        )


def misses(scored: Iterable[Scored], releases: Sequence[str]) -> Iterator[Miss]:
    """What was not predicted as it went, those of one kind together; `releases` in their order."""
    rows = sorted((row for row in scored if not row.agrees), key=_kind)
    for _, group in groupby(rows, key=_kind):
        alike = list(group)
        where = cell_spans([row.load.release for row in alike], releases)
        yield Miss(first=alike[0], where=where)


def _kind(row: Scored) -> tuple[str, ...]:
    said = (row.verdict, row.rule, row.load.error[:_ALIKE])
    return (row.load.model, row.load.loader, *said)


def tuned(scored: Iterable[Scored], declared: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """The rules that may not be scored on each family: `{family: names of rules}`.

    Those that `declared` says were written for it, and those that decide loads of it alone.
    """
    families: dict[str, set[str]] = {}
    for row in scored:
        if row.family == FRESH:
            continue
        families.setdefault(row.rule, set()).add(row.family)
    found: dict[str, set[str]] = {}
    for rule, names in families.items():
        for name in [*names] if len(names) == 1 else []:
            found.setdefault(name, set()).add(rule)
    for rule, listed in declared.items():
        for name in listed:
            found.setdefault(name, set()).add(rule)
    return found


def table(parts: Mapping[str, Figures], head: str) -> str:
    """Figures as a Markdown table, a line for each part."""
    lines = [
        f'| {head} | loads | agree | "fails" | right | "loads" | right | unknown |',
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in parts.items():
        fails = f"{one.said_fails} | {_share(one.right_fails, one.said_fails)}"
        loads = f"{one.said_loads} | {_share(one.right_loads, one.said_loads)}"
        agree = f"{one.loads} | {_share(one.agree, one.loads)}"
        lines.append(f"| {name} | {agree} | {fails} | {loads} | {one.unknown} |")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""
