"""Which models of a report a card is about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from matrix.errors import LoadmatrixError, UsageError
from matrix.model.identify import identify
from matrix.near import nearest
from matrix.shown import some_of
from reports.many.opened import Label, OpenedReport
from reports.report.report import Report

# More models than these make no card.
MOST = 64
_SHOWN = 5


def chosen(report: OpenedReport, wanted: Sequence[str]) -> Report:
    """The report of the models that are wanted, of all where none is named.

    `wanted` are names, paths, or ends of paths. The only model of a report may lie anywhere now.

    Raises:
        UsageError: a name is that of no model, or of several; or all of too many are wanted.
    """
    if len(report) > MOST and not wanted:
        raise UsageError(
            f"{report.path} has {len(report):,} models, which is too many for a card. Choose one "
            "with --model NAME."
        )
    if len(report) <= 1 or not wanted:
        return report.whole()
    numbers = dict.fromkeys(_number(report, name) for name in wanted)
    return replace(report.header, models=tuple(map(report.model, numbers)))


def _number(report: OpenedReport, wanted: str) -> int:
    """The number of the model that is meant, by the first way that finds any."""
    for is_meant in _ways(wanted):
        found = [number for number, label in enumerate(report.labels) if is_meant(label)]
        if len(found) > 1:
            raise UsageError(_ambiguous(wanted, [report.labels[number].path for number in found]))
        if found:
            return found[0]
    names = [name for label in report.labels for name in (label.name, label.path)]
    its = some_of([label.name for label in report.labels], _SHOWN)
    hint = nearest(wanted, names) or f" Its models are {its}."
    raise UsageError(f"{report.path} has no model {wanted}.{hint}")


def _ways(wanted: str) -> Iterator[Callable[[Label], bool]]:
    text = wanted.replace("\\", "/").rstrip("/")
    yield lambda label: wanted in (label.path, label.called)
    yield lambda label: text == label.name
    yield lambda label: f"/{label.path}".replace("\\", "/").rstrip("/").endswith(f"/{text}")
    with contextlib.suppress(LoadmatrixError, OSError):
        digest = identify(Path(wanted)).sha256
        yield lambda label: label.sha256 == digest
    yield lambda label: text.rpartition("/")[2] == label.name


def _ambiguous(wanted: str, paths: Sequence[str]) -> str:
    return (
        f"{len(paths):,} models are called {wanted}: {some_of(paths, _SHOWN)}. Give as much of the "
        "path as tells one from the others."
    )
