"""A model that brings Python is named, and so is the caller who vouches for it."""

from __future__ import annotations

from dataclasses import replace

from matrix.model.risks.brought_python import brought_python, python_sentence
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from reports.formats.plans.plan_text import render_plan
from tests.builders import make_plan

LAMBDA = Risk(
    kind="lambda", subject="square", where=OpPlacement.LOAD, sentence="square holds bytecode."
)
READER = Risk(
    kind="reads_files", subject="ReadFile", where=OpPlacement.LOAD, sentence="ReadFile: reads."
)


def _plan(*risks: Risk, trust: bool = False) -> Plan:
    return replace(make_plan([]), risks=(risks,), trust=trust)


def test_only_python_counts_and_is_named_once() -> None:
    assert brought_python([LAMBDA, READER, LAMBDA]) == ("the Lambda layer square",)


def test_many_are_counted() -> None:
    said = python_sentence(["a", "b", "c", "d", "e"], trusted=False)
    assert said == ("Loading the model can run Python code (a, b, c and 2 more).")


def test_plan_warns_of_python_before_anything_runs() -> None:
    text = render_plan(_plan(LAMBDA, READER), [])
    assert "Loading the model can run Python code (the Lambda layer square)." in text
    assert "risk: square holds bytecode." in text


def test_trusted_python_is_no_warning_and_says_who_vouches() -> None:
    text = render_plan(_plan(LAMBDA, READER, trust=True), [])
    assert "(the Lambda layer square), trusted by the caller (--trust)." in text
    assert "square holds bytecode" not in text
    assert "risk: ReadFile: reads." in text


def test_trust_survives_on_the_disk() -> None:
    assert plan_from(plan_document(_plan(LAMBDA, trust=True)), []).trust
