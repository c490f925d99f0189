"""The options of the gate: requirements, baseline, known failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.options import values
from matrix.options.command_line.declared import option, unique

LEVELS = ("loads", "runs")


@dataclass(frozen=True, kw_only=True)
class GateOptions:
    """What a report is held to, as it was written: `reports/gate/judgement.py` reads it.

    `known_failures` are the tables of `[[tool.loadmatrix.known-failures]]`. Every session that
    makes a report has these options.
    """

    require: tuple[str, ...] = option(
        "require",
        list,
        "fail if the model does not load there; repeatable",
        value="SPEC",
        parse=unique(lambda text, _: text),
        heading="What is required",
        default=(),
    )
    require_verdict: str = option(
        "require-verdict",
        str,
        "what --require asks for, by default loads",
        value="WORD",
        choices=LEVELS,
        default="loads",
    )
    baseline: Path | None = option(
        "baseline",
        str,
        "a report.json to compare with, or the folder of its run",
        value="REPORT",
        parse=values.path,
        default=None,
    )
    fail_on_regression: bool = option(
        "fail-on-regression", bool, "fail if a result is worse than the baseline", default=False
    )
    known_failures: tuple[Mapping[str, Any], ...] = option(
        "known-failures",
        dict,
        "failures that are accepted until a date",
        file_only=True,
        parse=lambda tables, _: tuple(tables),
        default=(),
    )


def check_gate(gate: GateOptions) -> None:
    """Refuse options that do not fit together.

    Raises:
        UsageError: regressions are to fail, but there is no baseline.
    """
    if gate.fail_on_regression and gate.baseline is None:
        raise UsageError(
            "--fail-on-regression needs a report to compare with. Add --baseline REPORT."
        )
