"""Names that a model chose for itself, in everything that is shown: they stay visible text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from matrix.log import logger
from matrix.model.facts import Format, SignatureFacts, TensorFacts
from matrix.model.inspection import Inspection, Refusal
from matrix.model.integrity.finding import Kind, damage
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from matrix.shown import on_lines, on_one_line
from reports.build import inspection_json
from reports.card import markers, section
from reports.formats import github, terminal
from reports.formats.plans.plan_text import render_plan
from reports.formats.registry import FORMATS
from reports.gate.judgement import Judgement
from reports.jobs.exit_code import exit_code_of
from reports.output import echo
from reports.report.cause import Cause, Diagnosis
from reports.report.report import Report
from tests.builders import make_model, make_plan, report_of

NAMES = {
    "colours": "a\x1b[31m\x9b2Jb",
    "turned around": "a\u202egnp.b\u2066c",
    "line break": "a\r\n::error::forged\n\u2028b",
    "end of the card": "a<!-- END LOADMATRIX -->b",
    "formula": "=HYPERLINK(1)",
    "markup": "a|<b>`*x*`</b>![i](http://x)~~~",
    "bytes": "a\udcff\x00b",
}
each_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


def _report(name: str) -> Report:
    error = ErrorRecord(type=name, message=name, traceback=name)
    report = report_of({"2.15.1": verdicts.Fails(error=error), "2.16.2": verdicts.Runs()})
    (model,) = report.models
    diagnosis = Diagnosis(cause=Cause.UNREGISTERED_OP, subject=name, explanation=f"It is `{name}`.")
    first, second = model.cells
    (check,) = first.checks
    first = replace(first, checks=(replace(check, diagnosis=diagnosis),))
    facts = {**model.facts, "keras": name, "layers": {name: 1}, "ops": {name: 1}}
    return replace(
        report,
        models=(
            replace(
                model,
                path=f"/models/{name}",
                facts=facts,
                cells=(first, second),
                findings=(damage(Kind.CHECKSUM, name, f"{name} is damaged."),),
                risks=(_risk(name),),
                brings_python=(name,),
            ),
        ),
    )


def _risk(name: str) -> Risk:
    where = OpPlacement.LOAD
    return Risk(kind="lambda", subject=name, where=where, sentence=f"{name} holds bytecode.")


def _inspection(name: str) -> Inspection:
    tensor = TensorFacts(name=name, dtype=name)
    facts = make_model(
        Format.KERAS_H5,
        path=Path(f"/models/{name}".replace("\0", "")),
        keras=name,
        ops={name: 1},
        layers={name: 1},
        lambdas=(name,),
        custom_objects=(name,),
        notes=(name,),
        signatures=(SignatureFacts(name=name, inputs=(tensor,), outputs=(tensor,)),),
    )
    return Inspection(facts=facts, findings=(), risks=(_risk(name),))


def _plan_text(name: str) -> str:
    plan = make_plan([], _inspection(name).facts)
    return render_plan(replace(plan, risks=((_risk(name),),)), [])


def _inspected(name: str) -> str:
    refusal = Refusal(path=Path("m"), sentence=f"{name} is no model.", findings=())
    return "\n".join(inspection_json.text(seen, ()) for seen in (_inspection(name), refusal))


def _rendered(kind: str, name: str) -> str:
    return FORMATS[kind](_report(name))


SHOWN: Mapping[str, Callable[[str], str]] = {
    **{kind: partial(_rendered, kind) for kind in FORMATS},
    "terminal": lambda name: terminal.render(_report(name).models[0]),
    "plan": _plan_text,
    "inspect": _inspected,
    "card": lambda name: section.render(_report(name)),
    "summary": lambda name: github.step_summary(_report(name), Judgement()),
    "annotations": lambda name: "\n".join(github.workflow_commands(_report(name), Judgement())),
}


@each_name
@pytest.mark.parametrize("where", SHOWN)
def test_every_character_that_is_shown_is_what_it_seems(where: str, name: str) -> None:
    text = SHOWN[where](name)
    # What is printed passes through `echo`, the others are written to files as they are.
    text = on_lines(text) if where in ("terminal", "plan", "inspect", "annotations") else text
    odd = {c for line in text.split("\n") for c in line if not c.isprintable()} - {"\t", "\r"}
    assert odd == set()
    assert where.startswith("report.") or where == "junit.xml" or "\n::error::forged" not in text


@each_name
def test_name_cannot_end_the_section_of_a_card(name: str) -> None:
    stamp = markers.Stamp(tool="loadmatrix 1", date="2026-01-02")
    written = markers.stamped(section.render(_report(name)), stamp)
    assert len(markers._MARKER.findall(written)) == 2
    assert markers.is_untouched(written)


@each_name
def test_document_for_programs_has_the_name_letter_by_letter(name: str) -> None:
    document = json.loads(json.dumps(inspection_json.document(_inspection(name), ())))
    assert document["facts"]["lambdas"] == [name]
    assert document["facts"]["signatures"][0]["name"] == name


@each_name
def test_what_is_printed_does_nothing_to_a_terminal(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def job(_: object) -> int:
        logger("tests").warning("careful with %s", name)
        echo(f"the result of {name}")
        raise LoadmatrixError(f"{name} was not found.")

    assert exit_code_of(job) == LoadmatrixError.exit_code
    said = capsys.readouterr()
    assert not [c for c in said.out + said.err if not c.isprintable() and c not in "\n\t"]


def test_errors_are_no_commands_to_github(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def job(_: object) -> int:
        raise LoadmatrixError("a\n::error::forged was not found.")

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    exit_code_of(job)
    said = capsys.readouterr()
    word = re.match(r"::stop-commands::(\w+)\n", said.out)
    assert word is not None
    # Both streams are one log there: the word that lets commands through comes last.
    assert said.out.endswith(f"::{word[1]}::\n")
    assert "forged" in said.err


def test_one_line_is_one_line_and_says_what_was_there() -> None:
    assert on_one_line("a\nb\tc\x1b\u202e\xa0d") == "a\\nb\\tc\\x1b\\u202e d"
    assert on_lines("a\r\nb\tc\rd") == "a\nb\tc\\rd"
