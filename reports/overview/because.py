"""Why something stands in the way: the sentence of a diagnosis, and what makes two the same."""

from __future__ import annotations

from matrix.plan.prediction import UNKNOWN
from reports.formats.alike import alike, template
from reports.overview.obstacle import Obstacle, ObstacleKind
from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.text import first_line

_MOST_WHY = 300
# A shorter name may be part of any word.
_NAME = 4


def because(
    model: ModelReport,
    kind: ObstacleKind,
    where: str,
    check: CheckReport | None,
    loader: str = "",
) -> Obstacle:
    """The obstacle that a check speaks for; `None` where nothing says why."""
    diagnosis = _known(check)
    reason = _shown(_reason(check, diagnosis), model)
    subject = diagnosis.subject if diagnosis else ""
    remedy = _first(diagnosis)
    cause = diagnosis.cause.value if diagnosis else check.verdict if check else UNKNOWN
    return Obstacle(
        kind=kind,
        where=where,
        loader=loader,
        cause=cause,
        reason=reason,
        subject=first_line(_shown(subject, model)),
        remedy=first_line(_shown(remedy.text, model), _MOST_WHY) if remedy else "",
        verified=bool(remedy and remedy.verified),
        key="|".join((kind.value, where, loader, cause, _alike(reason, subject, model))),
    )


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


def _first(diagnosis: Diagnosis | None) -> Remedy | None:
    """The remedy to show: one that this run verified comes first."""
    remedies = diagnosis.remedies if diagnosis else ()
    return min(remedies, key=lambda remedy: not remedy.verified, default=None)
