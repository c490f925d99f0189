"""Checks whether a model loads where it must; only answers of tested releases count. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import Release
from matrix.errors import UsageError
from matrix.model.facts import Format
from matrix.options.versions import specifier
from matrix.plan.loaders import LOADERS
from matrix.versions import version_of
from reports.gate.divided import divided
from reports.gate.known_failures import KnownFailure, meets, within
from reports.many.opened import OpenedReport
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport

_REFUSED = "cannot be tested."


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """The releases in which a model must load, with one loader or with any.

    `text` is how it was written. `beside` is what stands behind the release in the id of the cells
    meant, such as `tensorflow_text`; `None` means the plain ones.
    """

    text: str
    tensorflow: SpecifierSet
    loader: str | None = None
    beside: str | None = None


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a report is held to: `level` is `loads` or `runs`, `today` what expiry is measured by.

    With a `baseline` it says what changed; with `fail_on_regression` that must be no regression.
    `lacking` are sentences on what the report lacks of what it is held to, such as a shard.
    """

    today: date
    requirements: tuple[Requirement, ...] = ()
    level: str = "loads"
    known_failures: tuple[KnownFailure, ...] = ()
    baseline: OpenedReport | None = None
    fail_on_regression: bool = False
    lacking: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether a report is held to anything."""
        return bool(self.requirements or self.baseline)

    def told_lacking(self, lacking: Sequence[str]) -> tuple[Gate, Sequence[str]]:
        """The gate that says what a report lacks, or the sentences where it asks for nothing."""
        return (replace(self, lacking=tuple(lacking)), ()) if self.asks else (self, lacking)

    def excuse(
        self, model: ModelReport, cell: CellReport, check: CheckReport
    ) -> KnownFailure | None:
        """The declaration that excuses a check today."""
        active = (failure for failure in self.known_failures if failure.expires >= self.today)
        return next((failure for failure in active if failure.excuses(model, cell, check)), None)


@dataclass(frozen=True, kw_only=True)
class UnmetRequirement:
    """A cell, or a release without one, that does not meet a requirement, unless excused."""

    requirement: Requirement
    cell: str
    answered: bool
    text: str
    excused_by: KnownFailure | None = None


def read_requirement(text: str, releases: Sequence[Release]) -> Requirement:
    """A requirement as written: `tensorflow>=2.12,<2.19` or `keras:tensorflow+tf_keras>=2.16`.

    Raises:
        UsageError: it is not valid, or matches no known release.
    """
    match = re.fullmatch(
        r"\s*(?:([^:<>=!~\s]+)\s*:)?\s*(tensorflow\b)?(\+[\w.]+)?\s*(.*?)\s*", text
    )
    loader, package, beside, versions = match.groups() if match else (None, None, None, "")
    if loader is not None and loader not in LOADERS:
        raise UsageError(f"--require {text}: unknown loader. The loaders are {', '.join(LOADERS)}.")
    if not package and not versions:
        raise UsageError(
            f"--require '{text}' matches nothing. Write it like 'tensorflow>=2.12,<2.19'."
        )
    wanted = specifier(versions, "--require")
    if not any(release.matching(wanted) for release in releases):
        raise UsageError(
            f"--require {text} matches none of the known releases ({releases[0].version} to "
            f"{releases[-1].version}). Correct the range."
        )
    return Requirement(
        text=text.strip(), tensorflow=wanted, loader=loader, beside=beside and beside[1:]
    )


def unmet(
    model: ModelReport, requirement: Requirement, gate: Gate, releases: Sequence[Release]
) -> Iterator[UnmetRequirement]:
    """Everything that keeps a model from meeting a requirement.

    A release within the range that was not tested, or gave no answer, is a shortfall too: what is
    not known is not met.
    """
    cells = [cell for cell in model.cells if within(cell.tensorflow, requirement.tensorflow)]
    chosen = _asked(cells, requirement)
    for cell in chosen:
        checks = _checks(cell, requirement.loader)
        if not any(meets(check, gate.level) for check in checks):
            yield _unmet(model, requirement, cell, gate)
    if gate.level == "runs":
        checks_of = [(cell, _checks(cell, requirement.loader)) for cell in chosen]
        for name, text in divided(model, checks_of, gate.excuse):
            yield UnmetRequirement(requirement=requirement, cell=name, answered=True, text=text)
    for release in releases:
        # The newest patch within the range stands for its minor.
        inside = release.matching(requirement.tensorflow)
        if inside and not any(_stands_for(cell, inside[-1]) for cell in chosen):
            tried = any(_stands_for(cell, inside[-1]) for cell in cells)
            yield UnmetRequirement(
                requirement=requirement,
                cell=str(inside[-1]),
                answered=False,
                text=_missing(model, requirement) if tried else _untested(model),
            )


def only_by_session(model: ModelReport, requirement: Requirement, level: str) -> list[str]:
    """The cells that meet a requirement of no loader by a session of TensorFlow 1 alone."""
    if requirement.loader:
        return []
    cells = [cell for cell in model.cells if within(cell.tensorflow, requirement.tensorflow)]
    meeting = {
        cell.id: {check.loader for check in _checks(cell, None) if meets(check, level)}
        for cell in _asked(cells, requirement)
        # In TensorFlow 1 that is how a model is loaded.
        if not cell.tensorflow.startswith("1.")
    }
    return [cell for cell, loaders in meeting.items() if loaders == {"session"}]


def _stands_for(cell: CellReport, version: Version) -> bool:
    tested = version_of(cell.tensorflow)
    return bool(tested and tested.release[:2] == version.release[:2] and tested >= version)


def _untested(model: ModelReport) -> str:
    """Why: a damaged file is told as such, and not as a release that nobody chose."""
    # That it cannot be tested is what "no answer" says.
    why = model.untested.rpartition(f"{_REFUSED} ")[2]
    return why.rstrip(".") or "it was not tested"


def _missing(model: ModelReport, requirement: Requirement) -> str:
    loader = LOADERS.get(requirement.loader or "")
    # Of a format that is not known nothing is said.
    others = set(Format) - {Format.UNKNOWN, *(loader.formats if loader else Format)}
    if loader and model.format in {one.value for one in others}:
        return f"{loader.name} does not read a {model.format_in_words}"
    what = requirement.loader or "it"
    beside = f" with {requirement.beside}" if requirement.beside else ""
    return f"{what} was not tested there{beside}"


def _asked(cells: Sequence[CellReport], requirement: Requirement) -> list[CellReport]:
    """The cells a requirement is about: the plain ones, unless it says what stands beside.

    A loader that plain cells do not have, such as tf_keras, is looked for in the others of that
    release.
    """
    loader, beside = requirement.loader, requirement.beside
    having = [cell for cell in cells if loader is None or loader in cell.loaders]
    if beside is not None:
        return [cell for cell in having if beside in CellId.parse(cell.id).labels]
    plain = {cell.tensorflow for cell in having if cell.plain}
    return [cell for cell in having if cell.plain or (loader and cell.tensorflow not in plain)]


def _checks(cell: CellReport, loader: str | None) -> list[CheckReport]:
    names = (loader,) if loader else cell.loaders
    return [check for name in names if (check := cell.best(name))]


def _unmet(
    model: ModelReport, requirement: Requirement, cell: CellReport, gate: Gate
) -> UnmetRequirement:
    checks = _checks(cell, requirement.loader)
    silent = [check for check in checks if check.loads is None]
    told = min(silent or checks, key=lambda check: check.rank, default=None)
    # What cannot exist there needs no excuse, unless there is nothing else.
    possible = [check for check in checks if check.kind.applies] or checks
    excuses = [gate.excuse(model, cell, check) for check in possible]
    # Of what was not run at all the report knows why, such as a shard that is missing.
    silence = _untested(model) if model.untested else cell.reason or cell.verdict
    text = told.why if told else silence
    return UnmetRequirement(
        requirement=requirement,
        cell=cell.id,
        answered=bool(checks) and not silent,
        text=text,
        excused_by=excuses[0] if excuses and all(excuses) else None,
    )
