"""What changed since an earlier report. Pure."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matrix.catalogue.cell_id import CellId
from matrix.models_list.distinct import told_apart
from matrix.plan.loaders import is_usual
from matrix.plan.variant import Variant
from matrix.results.verdicts import Predicted
from matrix.versions import version_of
from reports.many.opened import Label, OpenedReport, labels_of, opened
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.report import Report


class Kind(enum.Enum):
    """How an answer changed, worst first."""

    NEWLY_FAILING = "newly failing"
    DIFFERS = "newly differs"
    NO_LONGER_RUNS = "no longer runs"
    OTHER_CALL = "needs another call now"
    NO_LONGER_APPLIES = "no longer for this model"
    NO_LONGER_TESTED = "no longer tested"
    DIAGNOSIS_CHANGED = "diagnosis changed"
    NEWLY_LOADING = "newly loading"


# What worked and does not any more. A missing answer is none: `--require` asks for answers.
REGRESSIONS = frozenset({Kind.NEWLY_FAILING, Kind.DIFFERS, Kind.NO_LONGER_RUNS, Kind.OTHER_CALL})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One loader in one cell, then and now; `cell` and `loader` are empty for a whole model.

    `model` is what tells the model from all others of its report.
    """

    kind: Kind
    model: str
    cell: str = ""
    loader: str = ""
    text: str = ""


class Comparison:
    """An earlier report compared with the models of a new one, which come one after the other."""

    def __init__(self, old: OpenedReport, new: Sequence[Label]) -> None:
        self._old = old
        self._pairs = pairs(old.labels, new)
        self._names = names_of(new)
        self._found: list[tuple[int, Change]] = []
        self._cells: dict[str, tuple[str, ...]] = {}
        self._gone = sorted(set(range(len(old))) - set(self._pairs.values()))
        names = names_of(old.labels)
        for number in self._gone:
            gone = Change(kind=Kind.NO_LONGER_TESTED, model=names[number], text="the whole model")
            self._found.append((number, gone))

    @property
    def gone(self) -> Iterator[ModelReport]:
        """The models that only the earlier report has."""
        return map(self._old.model, self._gone)

    def then(self, number: int) -> ModelReport | None:
        """What the earlier report says of a model of the new one; `None` if it is new there."""
        return self._old.model(self._pairs[number]) if number in self._pairs else None

    def add(self, number: int, then: ModelReport, now: ModelReport) -> tuple[Change, ...]:
        """What changed of a model, given with its number in the new report."""
        name = self._names[number]
        found = tuple(replace(change, model=name) for change in _changed(then, now))
        self._found += [(self._pairs[number], change) for change in found]
        if found:
            self._cells[name] = in_order(cell.id for cell in (*then.cells, *now.cells))
        return found

    @property
    def cells(self) -> Mapping[str, Sequence[str]]:
        """All cells of the models that changed, oldest first: then and now."""
        return self._cells

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that changed, worst first, otherwise in the order of the earlier report."""
        kinds = list(Kind)
        found = sorted(self._found, key=lambda one: (kinds.index(one[1].kind), one[0]))
        return tuple(change for _, change in found)


def in_order(cells: Iterable[str]) -> tuple[str, ...]:
    """Cells by their ids, each once, oldest first."""
    return tuple(sorted(set(cells), key=_age))


def _age(cell: str) -> tuple[object, ...]:
    identity = CellId.parse(cell)
    version = version_of(identity.version)
    return version is None, version or identity.version, identity.order


def changes(old: Report, new: Report) -> tuple[Change, ...]:
    """Every changed answer about the models of the earlier report, worst first."""
    compared = Comparison(opened(old), labels_of(new.models))
    for number, now in enumerate(new.models):
        if then := compared.then(number):
            compared.add(number, then, now)
    return compared.changes


def pairs(old: Sequence[Label], new: Sequence[Label]) -> dict[int, int]:
    """The number of then by that of today: the same bytes, else the same name, else the only."""
    if len(old) == len(new) == 1:
        return {0: 0}
    found: dict[int, int] = {}
    for same in (_bytes, _name):
        left: dict[str, deque[int]] = {}
        for number, now in enumerate(new):
            if number not in found:
                left.setdefault(same(now), deque()).append(number)
        for number in sorted(set(range(len(old))) - set(found.values())):
            key = same(old[number])
            if key and left.get(key):
                found[left[key].popleft()] = number
    return found


def names_of(labels: Sequence[Label]) -> dict[int, str]:
    """What each model is called by its number: two of one name are told apart by their folders."""
    return told_apart({number: (label.name, label.path) for number, label in enumerate(labels)})


def _bytes(label: Label) -> str:
    # Of what was not tested there is no digest.
    return label.sha256


def _name(label: Label) -> str:
    return label.name


def _changed(then: ModelReport, now: ModelReport) -> Iterator[Change]:
    if now.untested:
        if not then.untested:
            yield Change(kind=Kind.NO_LONGER_TESTED, model=now.name, text=now.untested)
        return
    yield from _divided(then, now)
    cells = {cell.id: cell for cell in now.cells}
    # What stands beside TensorFlow there is for the model only where it needs it.
    loaded = {cell.tensorflow for cell in now.cells if cell.plain and cell.loads}
    for before in then.cells:
        after = cells.get(before.id)
        for change, check in _of_cell(before, after):
            kind = change.kind
            if kind is Kind.NEWLY_FAILING and check and not check.kind.applies:
                spare = not before.plain and before.tensorflow in loaded
                kind = Kind.NO_LONGER_APPLIES if spare else kind
            yield replace(change, kind=kind, model=now.name)


def _of_cell(
    before: CellReport, after: CellReport | None
) -> Iterator[tuple[Change, CheckReport | None]]:
    """What changed in a cell, each with the check of today that shows it."""
    if after and (instead := _instead(before, after)):
        yield instead
        return
    for loader in before.loaders:
        old = before.best(loader)
        new = after.best(loader) if after else None
        if old and (found := _kind(old, new) or _other_call(before, after, loader)):
            kind, text = found
            yield Change(kind=kind, model="", cell=before.id, loader=loader, text=text), new


def _other_call(
    before: CellReport, after: CellReport | None, loader: str
) -> tuple[Kind, str] | None:
    """The call that people write loaded the model, and now only another one of the loader does."""
    old, new = usual_call(before, loader), usual_call(after, loader) if after else None
    best = after.best(loader) if after else None
    if not (old and new and best and old.loads and new.loads is False and best.loads):
        return None
    return Kind.OTHER_CALL, f"{best.verdict} only with {best.variant}; without it {new.why}"


def shown_by(change: Change, cell: CellReport) -> CheckReport | None:
    """The check of today that shows a change: of a call that is lost, the one that failed."""
    if change.kind is Kind.OTHER_CALL:
        return usual_call(cell, change.loader)
    return cell.best(change.loader)


def usual_call(cell: CellReport, loader: str) -> CheckReport | None:
    """The best of the calls that people write for a loader."""
    mine = [check for check in cell.checks if check.loader == loader]
    usual = [check for check in mine if is_usual(loader, Variant.parse(check.variant))]
    return min(usual, key=lambda check: check.rank, default=None)


def _instead(before: CellReport, after: CellReport) -> tuple[Change, CheckReport] | None:
    """A cell that loaded the model and does not, with other loaders: its format is another now.

    Loader by loader nothing could be compared, and the model would pass as not tested.
    """
    loaded = [loader for loader in before.loaders if (old := before.best(loader)) and old.loads]
    failing = [check for check in after.checks if check.loads is False]
    if after.loads is not False or not failing or not before.loads or before.is_predicted:
        return None
    if any(loader in after.loaders for loader in loaded):
        return None
    told = min(failing, key=lambda check: (not check.kind.applies, check.rank))
    text = f"{told.why} (it loaded with {' and '.join(loaded)})"
    change = Change(
        kind=Kind.NEWLY_FAILING, model="", cell=before.id, loader=told.loader, text=text
    )
    return change, told


def _divided(then: ModelReport, now: ModelReport) -> Iterator[Change]:
    """Loaders whose cells answered alike then and do not now; none of the cells is to blame."""
    cells = {cell.id: cell for cell in now.cells}
    for loader in dict.fromkeys(loader for cell in then.cells for loader in cell.loaders):
        found: dict[int | None, set[int]] = {}
        for before in then.cells:
            old = before.best(loader)
            new = cells[before.id].best(loader) if before.id in cells else None
            if old and new and old.kind.agrees and new.kind.agrees and new.group:
                found.setdefault(old.group, set()).add(new.group)
        if any(len(groups) > 1 for groups in found.values()):
            told = [group.text for group in now.summary.groups if group.loader == loader]
            text = told[0] if told else "its releases give different outputs"
            yield Change(kind=Kind.DIFFERS, model=now.name, loader=loader, text=text)


def _kind(old: CheckReport, new: CheckReport | None) -> tuple[Kind, str] | None:
    if Predicted in (old.kind, new.kind if new else None):
        # A prediction is no answer, and that none was wanted is no news.
        return None
    if new is None or new.loads is None:
        text = (new.reason or new.verdict) if new else f"was {old.verdict}"
        return None if old.loads is None else (Kind.NO_LONGER_TESTED, text)
    if new.loads and not old.loads:
        return Kind.NEWLY_LOADING, new.verdict
    if old.loads and not new.loads:
        return Kind.NEWLY_FAILING, new.why
    return _worse(old, new) if new.loads else _diagnosis(old, new)


def _worse(old: CheckReport, new: CheckReport) -> tuple[Kind, str] | None:
    """How something that loads does less than it did."""
    if not new.is_answer:
        # A wall stopped its call: that is nothing against the release.
        return (Kind.NO_LONGER_TESTED, new.reason) if old.kind.agrees is not None else None
    if new.kind.agrees is False and old.kind.agrees is not False:
        return Kind.DIFFERS, new.reason
    if old.kind.agrees is not None and new.kind.agrees is None:
        return Kind.NO_LONGER_RUNS, new.reason or new.verdict
    return None


def _diagnosis(old: CheckReport, new: CheckReport) -> tuple[Kind, str] | None:
    then, now = _told(old), _told(new)
    return (Kind.DIAGNOSIS_CHANGED, f"{then}, now {now}") if then and now and then != now else None


def _told(check: CheckReport) -> str:
    # Why there was no answer says nothing on the model.
    diagnosis = check.diagnosis if check.is_answer else None
    return f"{diagnosis.cause.value} ({diagnosis.subject})" if diagnosis else ""
