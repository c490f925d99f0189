"""What a report is held to, as it is written in options and in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.options.parsing import Option, absolute

LEVELS = ("loads", "runs")


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What a report is held to, as it was written: `reports/gate/judgement.py` reads it.

    `known_failures` are the tables of `[[tool.loadmatrix.known-failures]]`.
    """

    require: tuple[str, ...] = ()
    require_verdict: str = "loads"
    baseline: Path | None = None
    fail_on_regression: bool = False
    known_failures: tuple[Mapping[str, Any], ...] = ()


# These belong to every session that makes a report.
DEMANDS: Mapping[str, Option] = {
    "require": Option(
        kind=list, value="SPEC", help="fail if the model does not load there; repeatable"
    ),
    "require-verdict": Option(
        kind=str, value="WORD", help="what --require asks for: loads or runs"
    ),
    "baseline": Option(kind=str, value="REPORT", help="a report.json to compare with"),
    "fail-on-regression": Option(kind=bool, help="fail if a result is worse than the baseline"),
}
KNOWN_FAILURES = Option(kind=dict, help="failures that are accepted until a date")


def read_demands(values: Mapping[str, Any], folder: Path) -> Demands:
    """The demands among the values of a call made in `folder`.

    Raises:
        UsageError: a value that makes no sense.
    """
    level = values.get("require_verdict", Demands.require_verdict)
    if level not in LEVELS:
        raise UsageError(f"--require-verdict {level} is not valid. Use {' or '.join(LEVELS)}.")
    baseline = values.get("baseline")
    if values.get("fail_on_regression") and baseline is None:
        raise UsageError(
            "--fail-on-regression needs a report to compare with. Add --baseline REPORT."
        )
    return Demands(
        require=tuple(dict.fromkeys(values.get("require", ()))),
        require_verdict=level,
        baseline=None if baseline is None else absolute(folder, baseline),
        fail_on_regression=bool(values.get("fail_on_regression")),
        known_failures=tuple(values.get("known_failures", ())),
    )
