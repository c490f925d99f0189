"""Changes since a baseline in few lines: one for each cause, with its releases as ranges. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.formats.alike import alike
from reports.gate.baseline import Change, Kind
from reports.gate.known_failures import KnownFailure
from reports.report.releases.folding import ranges_in_words


@dataclass(frozen=True, kw_only=True)
class ToldChange:
    """Changes of a model of one kind and for one cause; `where` is empty for a whole model.

    `is_worse` says that the run fails for them, `excused_by` is the known failure that they are.
    """

    kind: Kind
    model: str
    where: str
    text: str
    is_worse: bool
    excused_by: KnownFailure | None = None

    @property
    def without_model(self) -> str:
        if self.excused_by:
            known = f"is a known failure {self.excused_by.until}"
            return f"{self.where} {known}: {self.kind.value}: {self.text}"
        return f"{self.kind.value}: {self.where and f'{self.where}: '}{self.text}"

    def __str__(self) -> str:
        if self.excused_by:
            return f"{self.model}: {self.without_model}"
        return f"{self.kind.value}: {self.model}{self.where and f' {self.where}'}: {self.text}"


def told_changes(
    changes: Sequence[Change],
    cells: Mapping[str, Sequence[str]],
    worse: Collection[Change],
    excused: Mapping[Change, KnownFailure],
) -> Iterator[ToldChange]:
    """The changes by their causes, in their order; `cells` are all cells of a model, in order."""
    groups: dict[tuple[Kind, str, str, bool, KnownFailure | None], list[Change]] = {}
    for change in changes:
        key = (change.kind, change.model, alike(change.text), change in worse, excused.get(change))
        groups.setdefault(key, []).append(change)
    for (kind, model, _, is_worse, declared), found in groups.items():
        where = places([one for one in found if one.cell], cells.get(model, ()))
        loaders = "" if where else ", ".join(dict.fromkeys(filter(None, (c.loader for c in found))))
        yield ToldChange(
            kind=kind,
            model=model,
            where=where or loaders,
            text=found[0].text,
            is_worse=is_worse,
            excused_by=declared,
        )


def places(changes: Sequence[Change], order: Sequence[str]) -> str:
    """Loaders with their cells: `keras, saved_model in 2.14 - 2.15; session in 2.15.1`."""
    cells: dict[str, list[str]] = {}
    for change in changes:
        cells.setdefault(change.loader, []).append(change.cell)
    loaders: dict[str, list[str]] = {}
    for loader, names in cells.items():
        loaders.setdefault(ranges_in_words(names, order), []).append(loader)
    return "; ".join(f"{', '.join(those)} in {names}" for names, those in loaders.items())
