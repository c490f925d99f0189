"""What is new since a baseline, in a few lines: new cells, and failures grouped by cause. Pure.

A cell that the baseline has not is no regression. What fails there is news all the same. Models are
given with names that tell each from all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reports.formats.alike import alike, template
from reports.gate.baseline import Change, Kind, in_order
from reports.gate.sentence import NAMES, named
from reports.gate.told_changes import places
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.text import first_line

# So many causes of a cell are told, and so many of what newly fails.
_MOST_CAUSES = 5
_MOST_WHY = 300
# One model has its own lines.
_SEVERAL = 2


@dataclass(slots=True)
class _Failures:
    """The models that fail for one cause, by name, and how that was said of the first.

    `changes` are what changed of them where they loaded before.
    """

    text: str
    models: dict[str, None] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class _NewCell:
    """A cell that no model of the baseline has: how many loaded, and the others by their cause."""

    loaded: int = 0
    silent: int = 0
    failed: int = 0
    causes: dict[str, _Failures] = field(default_factory=dict)


class News:
    """What is new of the models so far; each is needed only while it is added."""

    def __init__(self) -> None:
        self._before: set[str] = set()
        self._cells: dict[str, _NewCell] = {}
        # By the loaders and cells in which models newly fail, and the cause.
        self._failing: dict[tuple[str, str], _Failures] = {}

    def add(
        self,
        name: str,
        then: ModelReport | None,
        now: ModelReport,
        changes: Iterable[Change] = (),
    ) -> None:
        """Take in a model: what the baseline said of it, what is said now, and what changed."""
        for cell in then.cells if then else ():
            self._before.add(cell.id)
            self._cells.pop(cell.id, None)
        for cell in now.cells:
            if cell.id not in self._before and not cell.is_predicted:
                self._note(name, now, cell)
        self._note_failing(name, now, changes)

    @property
    def cells(self) -> tuple[str, ...]:
        """New cells in their order, with what fails there."""
        return tuple(self._of_cells())

    def failing(self, most: int = NAMES) -> tuple[str, ...]:
        """What several models newly fail for, most models first, with at most so many names."""
        return tuple(text for text, _ in self.failing_with(most))

    def failing_with(self, most: int = NAMES) -> Iterator[tuple[str, Sequence[Change]]]:
        """The same, each with the changes that it tells."""
        for where, one in self._together():
            yield _sentence(one, f" newly fail with {where}", most), one.changes

    @property
    def told(self) -> frozenset[Change]:
        """The changes that `failing` tells."""
        return frozenset(change for _, one in self._together() for change in one.changes)

    def _note(self, name: str, model: ModelReport, cell: CellReport) -> None:
        told = self._cells.setdefault(cell.id, _NewCell())
        if cell.loads is None:
            told.silent += 1
        elif cell.loads:
            told.loaded += 1
        else:
            told.failed += 1
            key, text = _cause(model, _worst(cell))
            told.causes.setdefault(key, _Failures(text)).models[name] = None

    def _note_failing(self, name: str, model: ModelReport, changes: Iterable[Change]) -> None:
        cells = {cell.id: cell for cell in model.cells}
        # A cause that several loaders or cells of a model share is told once, with all of them.
        shared: dict[str, tuple[str, list[Change]]] = {}
        for change in changes:
            check = cells[change.cell].best(change.loader) if change.cell in cells else None
            if change.kind is Kind.NEWLY_FAILING and check:
                key, text = _cause(model, check)
                shared.setdefault(key, (text, []))[1].append(change)
        for key, (text, found) in shared.items():
            order = in_order([*cells, *(change.cell for change in found)])
            one = self._failing.setdefault((places(found, order), key), _Failures(text))
            one.models[name] = None
            one.changes += found

    def _of_cells(self) -> Iterator[str]:
        if not self._before:
            return
        for cell, told in self._cells.items():
            answered = told.loaded + told.failed
            if not answered:
                yield f"{cell} is new: no model has an answer there."
                continue
            fail = f"; {told.failed:,} fail{'s' if told.failed == 1 else ''}" if told.failed else ""
            silent = f"; no answer for {told.silent:,}" if told.silent else ""
            verb = "loads" if told.loaded == 1 else "load"
            models = f"{told.loaded:,} of {answered:,} model{'' if answered == 1 else 's'}"
            yield f"{cell} is new: {models} {verb}{fail}{silent}."
            yield from _told(told.causes.values(), f"{cell}: ")

    def _together(self) -> Iterator[tuple[str, _Failures]]:
        """What several models newly fail for, with where: a few causes, the others are told alone.

        One model has its own lines.
        """
        several = [
            (where, one) for (where, _), one in self._failing.items() if len(one.models) >= _SEVERAL
        ]
        yield from sorted(several, key=lambda found: -len(found[1].models))[:_MOST_CAUSES]


def _told(several: Iterable[_Failures], head: str) -> Iterator[str]:
    """A line for each cause, of most models first; the rest in one."""
    ordered = sorted(several, key=lambda one: -len(one.models))
    for one in ordered[:_MOST_CAUSES]:
        yield f"{head}{_sentence(one, ' fail', NAMES)}"
    if left := sum(len(one.models) for one in ordered[_MOST_CAUSES:]):
        yield f"{head}{left:,} more fail for other causes."


def _sentence(one: _Failures, verb: str, most: int) -> str:
    names = list(one.models)
    count = "1 model" if len(names) == 1 else f"{len(names):,} models"
    said = verb.replace(" fail", " fails", 1) if len(names) == 1 else verb
    return f"{count}{said} ({named(names, most)}): {one.text}"


def _worst(cell: CellReport) -> CheckReport | None:
    """The failing check that says most: one with a diagnosis before others."""
    failing: Sequence[CheckReport] = [check for check in cell.checks if check.loads is False]
    return min(failing, key=lambda check: check.diagnosis is None, default=None)


def _cause(model: ModelReport, check: CheckReport | None) -> tuple[str, str]:
    """What is the same for all models that fail for the same cause, and how to tell it."""
    if check is None:
        return "", "no check says why"
    diagnosis = check.diagnosis if check.is_answer else None
    text = diagnosis.explanation if diagnosis else check.reason_alone or check.verdict
    text = first_line(text.replace(model.path, model.name), _MOST_WHY)
    if diagnosis is None:
        return f"{check.verdict}|{alike(text.replace(model.name, 'NAME'))}", text
    # Another class that is not registered is another cause: other code has to be found.
    return f"{diagnosis.cause.value}|{diagnosis.subject}|{template(text, diagnosis.subject)}", text
