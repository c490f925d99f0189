"""What is new since a baseline: new cells, and failures grouped by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.gate.judgement import evaluate_gate
from reports.gate.requirements import Gate
from reports.many.opened import opened
from reports.report.model_report import ModelReport
from reports.report.report import Report
from tests.builders import report_of

LOADS = verdicts.Runs(compared_with="2.15.1")
PREDICTED = verdicts.Predicted()


def fails(message: str) -> Verdict:
    return verdicts.Fails(error=ErrorRecord(type="ValueError", message=message))


def report(*models: Mapping[str, Verdict]) -> Report:
    """A report of models `m0`, `m1`, ..., each with the verdicts of its cells."""
    found: list[ModelReport] = []
    for number, cells in enumerate(models):
        model = report_of(cells).models[0]
        name = f"m{number}"
        found.append(replace(model, path=f"/models/{name}", sha256=f"{number:064x}"))
    return replace(report_of(models[0]), models=tuple(found))


def told(old: Report, new: Report) -> Sequence[str]:
    judgement = evaluate_gate(new, Gate(today=date(2026, 1, 1), baseline=opened(old)))
    assert judgement.errors == ()
    return judgement.notices


def test_a_new_release_is_told_with_its_failures_by_cause() -> None:
    old = report(*[{"2.14.1": LOADS}] * 5)
    odd, other = fails("no such op: Odd"), fails("no such op: Other")
    new = report(
        {"2.14.1": LOADS, "2.15.1": odd},
        {"2.14.1": LOADS, "2.15.1": LOADS},
        {"2.14.1": LOADS, "2.15.1": other},
        {"2.14.1": LOADS, "2.15.1": odd},
        {"2.14.1": LOADS, "2.15.1": verdicts.NotRun()},
    )
    assert told(old, new) == (
        "Nothing changed in the cells of the baseline of 2026-01-02.",
        "2.15.1 is new: 1 of 4 models loads; 3 fail; no answer for 1.",
        "2.15.1: 2 models fail (m0, m3): Unknown error: ValueError: no such op: Odd",
        "2.15.1: 1 model fails (m2): Unknown error: ValueError: no such op: Other",
    )


def test_a_cell_that_some_model_of_the_baseline_has_is_not_new() -> None:
    old = report({"2.14.1": LOADS}, {"2.14.1": LOADS, "2.15.1": LOADS})
    new = report(*[{"2.14.1": LOADS, "2.15.1": LOADS}] * 2)
    assert told(old, new) == ("Nothing changed since the baseline of 2026-01-02.",)


def test_predictions_are_no_news() -> None:
    old = report({"2.14.1": LOADS})
    new = report({"2.14.1": LOADS, "2.15.1": PREDICTED})
    assert not any("is new" in line for line in told(old, new))


def test_what_several_models_newly_fail_for_is_told_once() -> None:
    both = {"2.14.1": LOADS, "2.15.1": LOADS}
    old = report(both, both, both, both)
    odd = fails("no such op: Odd")
    new = report(
        {"2.14.1": odd, "2.15.1": odd},
        both,
        {"2.14.1": odd, "2.15.1": odd},
        {"2.14.1": LOADS, "2.15.1": fails("no such op: Other")},
    )
    assert told(old, new) == (
        "2 models newly fail with saved_model in 2.14 - 2.15 (m0, m2): "
        "Unknown error: ValueError: no such op: Odd",
        # One alone has its own line.
        "newly failing: m3 saved_model in 2.15.1: fails: ValueError: no such op: Other",
    )
    gate = Gate(today=date(2026, 1, 1), baseline=opened(old), fail_on_regression=True)
    assert evaluate_gate(new, gate).errors == tuple(
        f"Worse than the baseline: {line}" for line in told(old, new)
    )


def test_models_of_one_name_are_two() -> None:
    old = report({"2.15.1": LOADS}, {"2.15.1": LOADS})
    new = report(*[{"2.14.1": fails("no op"), "2.15.1": fails("no such op: Odd")}] * 2)
    old, new = (
        replace(some, models=tuple(replace(m, path=f"{m.path}/model.h5") for m in some.models))
        for some in (old, new)
    )
    said = told(old, new)
    assert "2.14.1: 2 models fail (m0/model.h5, m1/model.h5): " in said[1]
    assert "2 models newly fail with saved_model in 2.15.1 (m0/model.h5, m1/model.h5): " in said[2]
    assert len(said) == 3


def test_hundreds_of_causes_are_a_few_lines() -> None:
    old = report(*[{"2.14.1": LOADS}] * 40)
    new = report(
        *({"2.14.1": LOADS, "2.15.1": fails(f"no such op: Op{n}")} for n in "abcdefgh" * 5)
    )
    lines = [line for line in told(old, new) if line.startswith("2.15.1: ")]
    assert len(lines) == 6
    assert lines[-1] == "2.15.1: 15 more fail for other causes."
