"""Known failures in `[[tool.loadmatrix.known-failures]]`, each with an expiry date. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from packaging.specifiers import SpecifierSet

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.near import nearest
from matrix.options.versions import specifier
from matrix.plan.loaders import LOADERS
from matrix.shown import some_of
from matrix.versions import version_of
from reports.report.cause import Cause
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport

_MOST_NAMES = 3
_KEYS = ("tensorflow", "cells", "model", "loader", "cause", "reason", "expires")


@dataclass(frozen=True, kw_only=True)
class KnownFailure:
    """What need not load until `expires`, that day included.

    Without a `loader` it holds for all of them, without a `cause` for whatever the cause.
    """

    expires: date
    tensorflow: SpecifierSet | None = None
    cells: tuple[str, ...] = ()
    model: str | None = None
    loader: str | None = None
    cause: Cause | None = None
    reason: str = ""

    @property
    def label(self) -> str:
        """The declaration in few words."""
        release = f"tensorflow{self.tensorflow}" if self.tensorflow is not None else ""
        parts = [self.model, self.loader, release, *self.cells, self.cause and self.cause.value]
        return " ".join(part for part in parts if part)

    @property
    def until(self) -> str:
        """Until when it holds, and why: what stands behind `is a known failure`."""
        return f"until {self.expires} ({self.why})"

    @property
    def why(self) -> str:
        return self.reason or (self.cause.value if self.cause else "")

    def speaks_of(self, model: ModelReport) -> bool:
        return self.model in (None, model.name, model.file_name, model.path)

    def applies_to(self, model: ModelReport, cell: CellReport, check: CheckReport) -> bool:
        """Whether it speaks of this check, as far as place and loader go."""
        return (
            self.speaks_of(model)
            and self.loader in (None, check.loader)
            and (not self.cells or cell.id in self.cells)
            and (self.tensorflow is None or within(cell.tensorflow, self.tensorflow))
        )

    def excuses(self, model: ModelReport, cell: CellReport, check: CheckReport) -> bool:
        """Whether it excuses this check: the declared cause must be the one that was found.

        What was not tried because it cannot load has no cause.
        """
        cause = check.diagnosis.cause if check.diagnosis else None
        caused = self.cause in (None, cause) or not check.kind.applies
        return self.applies_to(model, cell, check) and caused


def within(version: str, wanted: SpecifierSet) -> bool:
    """Whether a tested release is within a range; one that is no final release may be, too."""
    tested = version_of(version)
    return tested is not None and wanted.contains(tested, prereleases=True)


def read_known(tables: Sequence[Mapping[str, Any]]) -> tuple[KnownFailure, ...]:
    """The declarations of the configuration.

    Raises:
        UsageError: one of them has an unknown key, lacks one or has an invalid value.
    """
    return tuple(_known(f"known-failures number {n}", one) for n, one in enumerate(tables, 1))


def _known(where: str, table: Mapping[str, Any]) -> KnownFailure:
    for key in table:
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f" The keys are {', '.join(_KEYS)}."
            raise UsageError(f"{where} has an unknown key {key}.{hint}")
    cells = table.get("cells", [])
    if not isinstance(cells, list) or not all(isinstance(cell, str) for cell in cells):
        raise UsageError(f"`cells` of {where} must be a list of strings such as '2.16.2'.")
    texts = {name: _text(where, name, table.get(name)) for name in _KEYS[2:6]}
    release = _text(where, "tensorflow", table.get("tensorflow"))
    if not cells and release is None:
        raise UsageError(f"{where} has no releases. Add tensorflow = '>=2.16' or cells.")
    if not texts["cause"] and not texts["reason"]:
        raise UsageError(f"{where} has no reason. Add a reason or a cause.")
    return KnownFailure(
        expires=_date(where, table.get("expires")),
        tensorflow=_range(where, release) if release else None,
        cells=tuple(cells),
        model=texts["model"],
        loader=_one_of(where, "loader", texts["loader"], tuple(LOADERS)),
        cause=_cause(where, texts["cause"]),
        reason=texts["reason"] or "",
    )


def _range(where: str, text: str) -> SpecifierSet:
    """A range in which there is a known release: another one would be silent for ever."""
    wanted = specifier(text, f"tensorflow of {where}")
    releases = catalogue()
    if not any(release.matching(wanted) for release in releases):
        raise UsageError(
            f"tensorflow of {where} is {text}, which matches none of the known releases "
            f"({releases[0].version} to {releases[-1].version}). Correct the range."
        )
    return wanted


def _text(where: str, name: str, value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise UsageError(f"{name} of {where} must be a string that is not empty, not {value!r}.")


def _one_of(where: str, name: str, value: str | None, choices: Sequence[str]) -> str | None:
    if value is None or value in choices:
        return value
    raise UsageError(f"{name} of {where} is {value}. It must be one of {', '.join(choices)}.")


def _cause(where: str, word: str | None) -> Cause | None:
    known = _one_of(where, "cause", word, [cause.value for cause in Cause])
    return None if known is None else Cause(known)


def _date(where: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        text = f"{where} needs an expiry date such as expires = 2027-01-31"
        raise UsageError(f"{text}, not {value!r}." if value is not None else f"{text}.") from error


def meets(check: CheckReport, level: str) -> bool:
    """Whether a check is as good as asked for: `loads` or `runs`."""
    return check.kind.agrees is True if level == "runs" else check.loads is True


class Review:
    """Which declarations are not needed any more, found out model by model."""

    def __init__(self, known: Sequence[KnownFailure], level: str) -> None:
        self._known, self._level = known, level
        self._needed: set[int] = set()
        self._met: set[int] = set()
        self._found: set[int] = set()
        self._models: dict[str, None] = {}
        self._cells: dict[str, None] = {}

    def add(self, model: ModelReport) -> None:
        self._models[model.name] = None
        self._cells.update(dict.fromkeys(cell.id for cell in model.cells))
        for number, failure in enumerate(self._known):
            if failure.speaks_of(model):
                self._found.add(number)
            for cell in model.cells:
                for check in _best(cell):
                    if failure.applies_to(model, cell, check):
                        # What differs may be what was declared, though it loads.
                        good = meets(check, self._level) and check.kind.agrees is not False
                        (self._met if good else self._needed).add(number)

    def add_change(self, model: ModelReport, cell: CellReport, check: CheckReport) -> None:
        """Take in a check that got worse since a baseline, though it may be as good as required."""
        for number, failure in enumerate(self._known):
            if failure.excuses(model, cell, check):
                self._needed.add(number)

    def sentences(self, today: date) -> Iterator[str]:
        """What is to be said of the declarations: which expired, which are not needed."""
        for number, failure in enumerate(self._known):
            label = failure.label
            if number in self._met - self._needed:
                yield f"Known failure {label} no longer fails. Remove the declaration."
            elif self._models and number not in self._found:
                hint = nearest(failure.model or "", self._models)
                has = hint or f" It has {some_of(list(self._models), _MOST_NAMES)}."
                yield f"Known failure {label} is about a model that this run does not have.{has}"
            elif failure.expires < today:
                yield (
                    f"Known failure {label} expired on {failure.expires}, so it counts as a "
                    "failure again."
                )
            yield from self._of_cells(failure)

    def _of_cells(self, failure: KnownFailure) -> Iterator[str]:
        """That there is no such cell; one of a release that this run left out is no mistake."""
        releases = {CellId.parse(cell).version: cell for cell in self._cells}
        tested = {_minor(version) for version in releases}
        known = {str(one) for release in catalogue() for one in (*release.patches, release.version)}
        for cell in failure.cells if self._cells else ():
            version = CellId.parse(cell).version
            if cell not in self._cells and (version not in known or _minor(version) in tested):
                same = [one for one in self._cells if _minor(one) == _minor(version)]
                hint = f" Did you mean {same[0]}?" if len(same) == 1 else nearest(cell, self._cells)
                yield f"Known failure {failure.label}: this run has no cell {cell}.{hint}"


def _minor(cell: str) -> tuple[int, ...]:
    version = version_of(CellId.parse(cell).version)
    return version.release[:2] if version else ()


def _best(cell: CellReport) -> list[CheckReport]:
    return [check for loader in cell.loaders if (check := cell.best(loader))]
