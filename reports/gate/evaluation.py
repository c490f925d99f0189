"""Holds the models of a report to a gate, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from reports.gate.baseline import REGRESSIONS, Change, Comparison, names_of, shown_by
from reports.gate.known_failures import KnownFailure, Review
from reports.gate.news import News
from reports.gate.required import said_of
from reports.gate.requirements import Gate
from reports.gate.sentence import Sentence
from reports.gate.told_changes import ToldChange, told_changes
from reports.many.opened import Label
from reports.report.model_report import ModelReport


class Evaluation:
    """What is to be said of the models so far; each is needed only while it is added.

    `labels` are those of all models of the report: an earlier report is compared by them.
    """

    def __init__(self, gate: Gate, labels: Sequence[Label]) -> None:
        self.gate = gate
        self._names = names_of(labels)
        self._review = Review(gate.known_failures, gate.level)
        self._compared = Comparison(gate.baseline, labels) if gate.baseline else None
        # By requirement, so that what is said of one requirement stands together.
        self._missed: list[list[Sentence]] = [[] for _ in gate.requirements]
        self._tolerated: list[list[Sentence]] = [[] for _ in gate.requirements]
        self._barely: list[Sentence] = []
        self._worse: list[Change] = []
        self._excused: dict[Change, KnownFailure] = {}
        # By the number of the model; those of the baseline alone are below 0.
        self._predicted: dict[int, set[str]] = {}
        self._news = News()

    def add(self, number: int, model: ModelReport) -> None:
        """Judge one model, given with its number in the report."""
        self._review.add(model)
        name = self._names[number]
        for place, requirement in enumerate(self.gate.requirements):
            said = said_of(model, requirement, self.gate)
            self._missed[place] += (Sentence(name, text) for text in said.missed)
            self._tolerated[place] += (Sentence(name, text) for text in said.tolerated)
            self._barely += (Sentence(name, text) for text in said.barely)
        if self._compared:
            self._note_predicted(number, model)
            changed: tuple[Change, ...] = ()
            if then := self._compared.then(number):
                self._note_predicted(number, then)
                changed = self._compared.add(number, then, model)
                self._sort(changed, model)
            # What is excused is told as a known failure, and not together with what is not.
            news = [one for one in changed if one not in self._excused]
            self._news.add(name, then, model, news)

    @property
    def missed(self) -> list[Sentence]:
        """What is required and not met."""
        return [sentence for said in self._missed for sentence in said]

    @property
    def tolerated(self) -> list[Sentence]:
        """What is not met and declared as a known failure."""
        return [sentence for said in self._tolerated for sentence in said]

    @property
    def barely(self) -> list[Sentence]:
        """What meets a requirement in a way that few people use."""
        return self._barely

    @property
    def reviewed(self) -> list[str]:
        """What is to be said of the declarations of known failures."""
        return list(self._review.sentences(self.gate.today))

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed since the baseline, worst first."""
        return self._compared.changes if self._compared else ()

    @property
    def news(self) -> News:
        """Cells that the baseline has not, and what several models newly fail for."""
        return self._news

    @property
    def told_alone(self) -> tuple[Change, ...]:
        """The changes that the news do not tell of several models together."""
        together = self._news.told
        return tuple(change for change in self.changes if change not in together)

    @property
    def told(self) -> tuple[ToldChange, ...]:
        """The same in few lines; those that make the run fail are known by it."""
        return self._told(self.told_alone)

    @property
    def told_each(self) -> tuple[ToldChange, ...]:
        """All changes, also those that the news tell of several models together."""
        return self._told(self.changes)

    def _told(self, changes: Sequence[Change]) -> tuple[ToldChange, ...]:
        cells = self._compared.cells if self._compared else {}
        return tuple(told_changes(changes, cells, self.failing, self._excused))

    @property
    def failing(self) -> frozenset[Change]:
        """The regressions, where the run is to fail for them."""
        return frozenset(self.worse if self.gate.fail_on_regression else ())

    @property
    def worse(self) -> list[Change]:
        """Those among the changes that are regressions and no known failures."""
        worse = set(self._worse)
        return [change for change in self.changes if change in worse]

    @property
    def not_compared(self) -> int:
        """How many cells of models were only predicted, now or in the baseline."""
        if self._compared:
            for number, gone in enumerate(self._compared.gone):
                self._note_predicted(-1 - number, gone)
        return sum(map(len, self._predicted.values()))

    def _note_predicted(self, number: int, model: ModelReport) -> None:
        cells = {cell.id for cell in model.cells if cell.is_predicted}
        if cells:
            self._predicted.setdefault(number, set()).update(cells)

    def _sort(self, changes: Sequence[Change], model: ModelReport) -> None:
        """Note which changes of a model are regressions, and which a known failure excuses."""
        cells = {cell.id: cell for cell in model.cells}
        for change in changes:
            if change.kind not in REGRESSIONS:
                continue
            cell = cells.get(change.cell)
            check = shown_by(change, cell) if cell else None
            declared = None
            if cell and check:
                # Also one that expired: what it speaks of still fails.
                self._review.add_change(model, cell, check)
                declared = self.gate.excuse(model, cell, check)
            if declared:
                self._excused[change] = declared
            else:
                self._worse.append(change)
