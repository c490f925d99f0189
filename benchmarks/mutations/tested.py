"""Damaged copies in the matrix, each held against its whole model: by rule, to be checked by hand.

For each loader in each release:

- the whole model fails there and the copy fails with the same words: its cause must be the same.
  Where it is called damage, a version matter was called damage.
- the whole model loads there and the copy does not: its cause must be one that damage can have.
  Where it is one of versions, damage was called a version matter.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reports.formats.alike import alike
from reports.report.cause import Cause
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.report_json import read_report

# What can be wrong with a copy that is damaged.
_OF_DAMAGE = frozenset(
    {Cause.CORRUPT_OR_TRUNCATED, Cause.MISSING_FILE, Cause.PERMISSION_DENIED}
    | {Cause.WRONG_FORMAT_OR_PATH, Cause.WEIGHTS_MISMATCH, Cause.LOOKUP_TABLE_OR_RESOURCE_INIT}
    | {Cause.TIMEOUT_OR_CRASH, Cause.RESOURCE_EXHAUSTED, Cause.UNCLASSIFIED}
)
_DAMAGE = frozenset({Cause.CORRUPT_OR_TRUNCATED, Cause.MISSING_FILE})
_CODES = (0, 1, 3)
_LONGEST = 7200


class Damaged(Protocol):
    """A damaged copy: where it is, of what, and what was done to it."""

    @property
    def whole(self) -> Path: ...
    @property
    def place(self) -> Path: ...
    @property
    def what(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class _Wrong:
    """A check of a copy whose cause is not what the whole model says."""

    rule: str
    copy: str
    where: str
    whole: str
    said: str


def compared(copies: Sequence[Damaged], folder: Path, releases: Sequence[str]) -> int:
    """Test the copies beside their whole models, and count what is called what it is not."""
    wholes = list(dict.fromkeys(copy.whole for copy in copies))
    output = folder / "compatibility"
    models = [*wholes, *(copy.place for copy in copies)]
    code, log = _tested(models, output, releases)
    tracebacks = log.count("Traceback (most recent call last)")
    if code not in _CODES:
        _print(log[-3000:])
    reports = {model.path: model for model in read_report(output / "report.json").models}
    untested = [copy for copy in copies if reports[str(copy.place)].untested]
    wrong = [
        one
        for copy in copies
        for one in _wrong(copy, reports[str(copy.whole)], reports[str(copy.place)])
    ]
    for one in wrong:
        _print(
            f"{one.rule}: {one.copy}\n  in {one.where}\n  whole: {one.whole}\n  copy: {one.said}"
        )
    bugs = output / "results" / "internal-errors.log"
    tracebacks += bugs.read_text().count("Traceback") if bugs.exists() else 0
    _print(f"{len(copies)} copies of {len(wholes)} models, {len(untested)} of them not testable")
    for rule in ("version matter called damage", "damage called a version matter"):
        count = sum(one.rule == rule for one in wrong)
        which = len({one.copy for one in wrong if one.rule == rule})
        _print(f"{rule}: {count} checks of {which} copies")
    hangs = sum(check.verdict == "timed-out" for check in _checks(reports.values()))
    _print(f"tracebacks: {tracebacks}, timed out: {hangs}, exit code {code}")
    return 1 if wrong or tracebacks or hangs or code not in _CODES else 0


def _tested(models: Sequence[Path], output: Path, releases: Sequence[str]) -> tuple[int, str]:
    """The exit code of the main job, and all that it printed."""
    chosen = ",".join(f"!={minor}.*" for minor in _others(releases))
    words = [*map(str, models), "--tensorflow", chosen, "--output", str(output)]
    words += ["--no-remedies", "--offline"]
    command = [sys.executable, "-m", "nox", "-s", "matrix", "--", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=_LONGEST, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _others(releases: Sequence[str]) -> Iterator[str]:
    """The minor releases that are not asked for: a specifier can only leave out."""
    from matrix.catalogue.releases import catalogue

    for release in catalogue():
        minor = ".".join(map(str, release.version.release[:2]))
        if not any(name.startswith(f"{minor}.") for name in releases):
            yield minor


def _wrong(copy: Damaged, whole: ModelReport, damaged: ModelReport) -> Iterator[_Wrong]:
    before = dict(_by_place(whole))
    for place, check in _by_place(damaged):
        reference = before.get(place)
        if reference is None or check.diagnosis is None or check.loads:
            continue
        cause = check.diagnosis.cause
        rule = ""
        if reference.loads:
            rule = "" if cause in _OF_DAMAGE else "damage called a version matter"
        elif reference.diagnosis is not None and _said(check) == _said(reference):
            same = cause is reference.diagnosis.cause or cause not in _DAMAGE
            rule = "" if same else "version matter called damage"
        if rule:
            yield _Wrong(
                rule=rule,
                copy=f"{copy.place}: {copy.what}",
                where=" ".join(place),
                whole=f"{reference.verdict}: {_shown(reference)}",
                said=f"{check.verdict}: {_shown(check)}",
            )


def _by_place(model: ModelReport) -> Iterator[tuple[tuple[str, str, str], CheckReport]]:
    for cell in model.cells:
        for check in cell.checks:
            yield (cell.id, check.loader, check.variant or ""), check


def _checks(models: Iterable[ModelReport]) -> Iterator[CheckReport]:
    for model in models:
        for cell in model.cells:
            yield from cell.checks


def _said(check: CheckReport) -> str:
    error = check.error
    return alike(f"{error.type}: {error.message}") if error else check.verdict


def _shown(check: CheckReport) -> str:
    error = check.error.message.strip().splitlines()[:1] if check.error else []
    cause = check.diagnosis.cause.value if check.diagnosis else "-"
    rule = check.diagnosis.rule if check.diagnosis else ""
    return f"{cause} ({rule}) {error[0][:200] if error else ''}"


def _print(text: str) -> None:
    print(text, flush=True)
