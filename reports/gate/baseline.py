"""What changed since an earlier report. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matrix.results.verdicts import Predicted
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.report import Report


class Kind(enum.Enum):
    """How an answer changed, worst first."""

    NEWLY_FAILING = "newly failing"
    DIFFERS = "newly differs"
    NO_LONGER_RUNS = "no longer runs"
    NO_LONGER_TESTED = "no longer tested"
    DIAGNOSIS_CHANGED = "diagnosis changed"
    NEWLY_LOADING = "newly loading"


# What worked and does not any more. A missing answer is none: `--require` asks for answers.
REGRESSIONS = frozenset({Kind.NEWLY_FAILING, Kind.DIFFERS, Kind.NO_LONGER_RUNS})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One loader in one cell, then and now; `cell` and `loader` are empty for a whole model."""

    kind: Kind
    model: str
    cell: str = ""
    loader: str = ""
    text: str = ""


def changes(old: Report, new: Report) -> tuple[Change, ...]:
    """Every changed answer about the models of the earlier report, worst first."""
    pairs = _pairs(old, new)
    found = [
        change
        for then in old.models
        for change in (
            _changed(then, pairs[then.path])
            if then.path in pairs
            else [Change(kind=Kind.NO_LONGER_TESTED, model=then.name, text="the whole model")]
        )
    ]
    return tuple(sorted(found, key=lambda change: list(Kind).index(change.kind)))


def _pairs(old: Report, new: Report) -> Mapping[str, ModelReport]:
    """The model of today by the path of then: the same bytes, else the same name, else the only."""
    left = list(new.models)
    pairs: dict[str, ModelReport] = {}
    for same in (_same_bytes, _same_name):
        for then in old.models:
            match = next((now for now in left if same(then, now)), None)
            if then.path not in pairs and match:
                pairs[then.path] = match
                left.remove(match)
    if len(old.models) == len(new.models) == 1:
        pairs = {old.models[0].path: new.models[0]}
    return pairs


def _same_bytes(then: ModelReport, now: ModelReport) -> bool:
    # Of what was not tested there is no digest.
    return bool(then.sha256) and then.sha256 == now.sha256


def _same_name(then: ModelReport, now: ModelReport) -> bool:
    return then.name == now.name


def _changed(then: ModelReport, now: ModelReport) -> Iterator[Change]:
    if now.untested:
        if not then.untested:
            yield Change(kind=Kind.NO_LONGER_TESTED, model=now.name, text=now.untested)
        return
    yield from _divided(then, now)
    cells = {cell.id: cell for cell in now.cells}
    for before in then.cells:
        after = cells.get(before.id)
        for loader in before.loaders:
            old = before.best(loader)
            new = after.best(loader) if after else None
            if old and (change := _kind(old, new)):
                kind, text = change
                yield Change(kind=kind, model=now.name, cell=before.id, loader=loader, text=text)


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
        return Kind.NEWLY_FAILING, new.reason or new.verdict
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
