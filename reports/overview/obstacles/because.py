"""Why something stands in the way: the sentence of a diagnosis, and what makes two the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matrix.catalogue.cell_id import CellId
from matrix.plan.prediction import UNKNOWN
from reports.formats.alike import alike, kind_of, template
from reports.overview.obstacles.obstacle import Obstacle, ObstacleKind
from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.text import first_line

_MOST_WHY = 300
# Of a model with more reasons, those of the newest releases are told.
_MOST_REASONS = 3
# A shorter name may be part of any word.
_NAME = 4
# Where it works instead is part of these.
_OF_RELEASES = (ObstacleKind.STOPS, ObstacleKind.BEGINS)


@dataclass(frozen=True, kw_only=True)
class Why:
    """What a check says: its `cause`, the sentence, what it is about, what helps.

    `alike` is the same for all checks that say the same of other names. `is_diagnosed` is false
    where only what was said is known.
    """

    cause: str
    reason: str
    subject: str
    remedies: tuple[Remedy, ...]
    alike: str
    is_diagnosed: bool


def why_of(model: ModelReport, check: CheckReport | None) -> Why:
    """What a check of a model says; that nothing is known where there is none."""
    diagnosis = _known(check)
    reason = _shown(_reason(check, diagnosis), model)
    subject = first_line(_shown(diagnosis.subject if diagnosis else "", model))
    cause = diagnosis.cause.value if diagnosis else check.verdict if check else UNKNOWN
    return Why(
        cause=cause,
        reason=reason,
        subject=subject,
        remedies=diagnosis.remedies if diagnosis else (),
        alike=f"{cause}|{_alike(reason, subject, model)}",
        is_diagnosed=diagnosis is not None,
    )


def because(
    model: ModelReport,
    kind: ObstacleKind,
    where: str,
    reasons: Sequence[tuple[str, Why]],
    loader: str = "",
) -> Obstacle:
    """The obstacle for one reason, or for several, each given with its releases; the last leads.

    Two are the same if they do the same in the same releases, and have the same causes there and
    the same remedy; where a failure has no diagnosis, if the same was said.
    """
    newest = reasons[-1][1]
    remedy = _first(kind, [why for _, why in reasons])
    helps = first_line(_shown(remedy.text, model), _MOST_WHY) if remedy else ""
    told = [
        f"{releases}|{why.cause if why.is_diagnosed else why.alike}" for releases, why in reasons
    ]
    return Obstacle(
        kind=kind,
        where=where,
        loader=loader,
        cause=newest.cause,
        reason=_in_each(reasons),
        subject=newest.subject,
        remedy=helps,
        verified=bool(remedy and remedy.verified),
        key="|".join((kind.value, where, loader, *told, _kind_of_remedy(helps, newest.subject))),
    )


def _in_each(reasons: Sequence[tuple[str, Why]]) -> str:
    """The reason, or the reasons with their releases: `in 2.4 to 2.12: A. In 2.15: B.`"""
    if len(reasons) == 1:
        return reasons[0][1].reason
    shown = [f"In {releases}: {why.reason.rstrip('.')}." for releases, why in reasons]
    left = len(shown) - _MOST_REASONS
    more = "In others for another reason." if left == 1 else f"In others for {left} more reasons."
    text = " ".join([*shown[-_MOST_REASONS:], *([more] if left > 0 else [])])
    return f"i{text[1:]}"


def _known(check: CheckReport | None) -> Diagnosis | None:
    """The diagnosis of an answer; of an unknown failure only what was said is known."""
    diagnosis = check.diagnosis if check and check.is_answer else None
    unknown = diagnosis is None or diagnosis.cause is Cause.UNCLASSIFIED
    return None if unknown else diagnosis


def _reason(check: CheckReport | None, diagnosis: Diagnosis | None) -> str:
    if diagnosis:
        return first_line(diagnosis.explanation, _MOST_WHY)
    if check is None:
        return ""
    return first_line(check.reason_alone, _MOST_WHY)


def _shown(text: str, model: ModelReport) -> str:
    """Without the place where the model lay on the machine of the test."""
    return text.replace(model.path, model.name)


def _alike(reason: str, subject: str, model: ModelReport) -> str:
    """The reason without the names of the model and of what it is about."""
    if len(model.name) >= _NAME:
        reason = reason.replace(model.name, "NAME")
    return template(reason, subject) if subject else alike(reason)


def _first(kind: ObstacleKind, reasons: Sequence[Why]) -> Remedy | None:
    """The remedy to show: one that this run verified comes first, then those of newer releases."""
    every = [remedy for why in reversed(reasons) for remedy in why.remedies]
    if kind in _OF_RELEASES:
        every = [remedy for remedy in every if not _is_another_release(remedy)]
    return min(every, key=lambda remedy: not remedy.verified, default=None)


def _is_another_release(remedy: Remedy) -> bool:
    """Whether it is verified and asks for nothing but another TensorFlow."""
    return remedy.verified and all(CellId.parse(cell).is_plain for cell in remedy.cells)


def _kind_of_remedy(text: str, subject: str) -> str:
    """The first sentence of a remedy without names and numbers; more of it is of a single model."""
    return kind_of((text.replace(subject, "NAME") if subject else text).split(". ")[0])
