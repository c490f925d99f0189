"""`report.json` is what its schema says, whatever a run ends in and whatever a model wrote."""

from __future__ import annotations

import itertools
import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matrix.model.facts import Format, ModelFacts
from matrix.plan.plan import Plan
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.evidence import Difference
from matrix.results.result import CellResult, ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.run.probe_output import sanitize
from matrix.run.probe_output.events import read_events
from matrix.run.probe_process import Verification
from matrix.run.store import Store
from reports.build.build_report import Run, build_report
from reports.report.report_json import read_schema, to_document
from reports.report.tool import tool_version
from tests.builders import (
    EXAMPLES,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    make_result,
    make_sample,
)

RUN = Run(started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), seconds=12.3456)
VALIDATOR = jsonschema.Draft202012Validator(read_schema())
WORDS = [member.word for member in MEMBERS]


def _document(*cells: CellResult, model: ModelFacts | None = None) -> dict[str, Any]:
    """The report on one model, checked to be what its schema says and proper JSON."""
    result = make_result(*cells)
    return _checked(make_plan([cell.cell for cell in cells], model), result)


def _checked(plan: Plan, *results: ModelResult) -> dict[str, Any]:
    document = to_document(build_report(plan, results, RUN))
    VALIDATOR.validate(document)
    again: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    return again


def _check(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = _document(make_cell_result(make_cell(), verdict))
    check: dict[str, Any] = found["models"][0]["cells"][0]["checks"][0]
    return check


def test_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(read_schema())


def test_schema_refuses_a_verdict_nobody_knows() -> None:
    document = _document(make_cell_result(make_cell(), verdicts.Runs()))
    document["models"][0]["cells"][0]["verdict"] = "works"
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("key", ["schema", "tool", "host", "started", "seconds", "models"])
def test_schema_refuses_a_document_without_its_fields(key: str) -> None:
    document = _document(make_cell_result(make_cell(), verdicts.Runs()))
    del document[key]
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("member", MEMBERS, ids=WORDS)
def test_every_pair_of_verdicts_makes_a_valid_cell(member: type[Verdict]) -> None:
    for other, stage in itertools.product(MEMBERS, ("import", "load", "run")):
        first = make_check_result(EXAMPLES[member], "keras", "compile=True", stage)
        second = make_check_result(EXAMPLES[other], "keras", "compile=False", stage)
        document = _document(make_cell_result(make_cell(), first, second))
        cell = document["models"][0]["cells"][0]
        assert [check["verdict"] for check in cell["checks"]] == [member.word, other.word]
        assert cell["verdict"] == min(member.word, other.word, key=WORDS.index)


@pytest.mark.parametrize("kind", Format)
def test_every_format_makes_a_valid_model(kind: Format) -> None:
    model = make_model(kind, tensorflow="2.15.0", producer=1645, tag_sets=(("serve",),))
    document = _document(make_cell_result(make_cell(), verdicts.Runs()), model=model)
    assert document["models"][0]["format"] == kind.value
    assert document["models"][0]["facts"]["tag_sets"] == [["serve"]]


def test_run_and_tool_are_told() -> None:
    document = _document(make_cell_result(make_cell(), verdicts.Runs()))
    assert (document["started"], document["seconds"]) == ("2026-01-02T03:04:05+00:00", 12.346)
    assert document["tool"] == {"name": "loadmatrix", "version": tool_version()}
    assert document["complete"] is True


def test_begin_is_told_in_utc() -> None:
    here = timezone(timedelta(hours=2))
    run = Run(started=datetime(2026, 1, 2, 1, 0, tzinfo=here), seconds=1.0)
    cell = make_cell_result(make_cell(), verdicts.Runs())
    document = to_document(build_report(make_plan([cell.cell]), [make_result(cell)], run))
    assert document["started"] == "2026-01-01T23:00:00+00:00"


def test_cells_keep_the_order_of_the_plan() -> None:
    document = _document(*make_sample().cells)
    ids = [cell["id"] for cell in document["models"][0]["cells"]]
    assert ids == [cell.cell.id for cell in make_sample().cells]


def test_summary_is_told() -> None:
    summary = _document(*make_sample().cells)["models"][0]["summary"]
    assert (summary["usual"], summary["specifier"]) == ("keras", "tensorflow>=2.14,<2.16")
    assert summary["runs"] == "tensorflow>=2.15,<2.16"
    assert summary["runs"] in summary["text"]
    assert summary["text"].startswith(f"{summary['guide']} ")


@pytest.mark.parametrize("member", MEMBERS, ids=WORDS)
def test_check_tells_what_its_verdict_knows(member: type[Verdict]) -> None:
    check = _check(EXAMPLES[member])
    assert bool(check["error"]) is (member.word in ("loads", "fails"))
    assert bool(check["ending"]) is (member.word in ("crashed", "timed-out", "out-of-memory"))
    assert bool(check["difference"]) is (member.word == "differs")
    assert bool(check["reason"]) is (member.word != "runs")


def test_error_arrives_whole() -> None:
    error = {"type": "A", "message": "m", "traceback": "t", "chain": [{"type": "B", "message": ""}]}
    raised = sanitize.error(error)
    assert raised is not None
    assert _check(verdicts.Fails(error=raised))["error"] == error


def test_infinite_difference_is_null() -> None:
    verdict = verdicts.Differs(
        compared_with="2.15.1",
        difference=Difference(output="out", max_abs_diff=math.inf, explanation="off"),
    )
    assert _check(verdict)["difference"]["largest"] is None


def test_interrupted_run_is_not_complete() -> None:
    run = Run(started=RUN.started, seconds=1.0, complete=False)
    cell = make_cell_result(make_cell(), verdicts.NotRun())
    document = to_document(build_report(make_plan([cell.cell]), [make_result(cell)], run))
    VALIDATOR.validate(document)
    assert document["complete"] is False


def test_hostile_text_makes_a_valid_document() -> None:
    cells = make_hostile().cells
    assert len(_document(*cells)["models"][0]["cells"]) == len(cells)


def test_finished_run_makes_a_valid_document() -> None:
    cell = make_cell()
    plan = make_plan([cell], nearest="2.15.1")
    outcome = make_outcome(cell, {"0:saved_model": make_ran(1.0, "nan")})
    (result,) = conclude(plan, {cell.id: outcome})
    check = _checked(plan, result)["models"][0]["cells"][0]["checks"][0]
    assert check["calls"][0]["outputs"][0]["values"] == [1.0, "nan"]


# --- what a probe writes is untrusted ------------------------------------------------------------

_IMPORT = {"event": "import", "ok": True, "seconds": 1.0, "cpu_seconds": 1.0, "environment": {}}


def _ran(calls: Any, **more: Any) -> dict[str, Any]:
    return {"event": "ran", "check": "0:saved_model", "seconds": 1.0, "calls": calls, **more}


def _call(**tensor: Any) -> dict[str, Any]:
    """A call as a probe writes it, with odd fields in its output."""
    output = {"name": "out", "dtype": "float32", "shape": [1], "digest": "d", "values": [2.0]}
    return {"signature": "serve", "inputs": [], "outputs": [{**output, **tensor}]}


def _failed(error: Any) -> dict[str, Any]:
    return {"event": "failed", "check": "0:saved_model", "seconds": 1.0, "error": error}


def _report(tmp_path: Path, line: dict[str, Any]) -> dict[str, Any]:
    """Two cells: an honest one, and one whose probe wrote this line; through disk, to a report."""
    honest, other = make_cell("2.15.1"), make_cell("2.16.2")
    plan = make_plan([honest, other], nearest="2.15.1")
    store = Store(folder=tmp_path)
    store.write(make_outcome(honest, {"0:saved_model": make_ran(1.0)}))
    events = tmp_path / "events.jsonl"
    ended = ({"event": "end"}, {"event": "exit", "code": 0})
    text = "\n".join(json.dumps(one) for one in (_IMPORT, line, *ended))
    events.write_text(text, encoding="utf-8")
    probe, checks = read_events(tmp_path)
    seen = Verification(probe=probe, checks=checks)
    store.write(Outcome(cell=other.id, seconds=1.0, verification=seen))
    outcomes = {cell.id: store.read(cell.id) for cell in (honest, other)}
    return _checked(plan, *conclude(plan, outcomes))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(_ran([{"signature": "serve", "outputs": None}]), id="outputs-null"),
        pytest.param(_ran([{"signature": "f", "outputs": [1]}]), id="outputs-numbers"),
        pytest.param(_ran([{"outputs": []}]), id="signature-missing"),
        pytest.param(_ran([{**_call(), "signature": 7}]), id="signature-a-number"),
        pytest.param(_ran([{"signature": [], "outputs": []}]), id="signature-a-list"),
        pytest.param(_ran([_call(values=[[1.0], 2.0])]), id="values-nested"),
        pytest.param(_ran([_call(values=[{}])]), id="values-objects"),
        pytest.param(_ran([_call(values=[10**400])]), id="values-too-large"),
        pytest.param(_ran([_call(values=[math.nan])]), id="values-nan"),
        pytest.param(_ran([_call(name=[])]), id="name-a-list"),
        pytest.param(_ran([_call(values=3)]), id="values-a-number"),
        pytest.param(_ran([_call(statistics=[1])]), id="statistics-a-list"),
        pytest.param(_ran([_call(shape="big")]), id="shape-a-string"),
        pytest.param(_ran([{**_call(), "inputs": [None]}]), id="inputs-null"),
        pytest.param(_ran([], seconds=math.nan), id="seconds-nan"),
        pytest.param(_ran([], seconds=-1), id="seconds-negative"),
        pytest.param(_ran([], peak_mb=math.inf), id="memory-infinite"),
        pytest.param(_ran([], peak_mb=math.nan), id="memory-nan"),
        pytest.param(_failed("a string"), id="error-a-string"),
        pytest.param(_failed({"type": 3, "message": None}), id="error-of-odd-types"),
        pytest.param(_failed({"type": "A", "chain": 3}), id="chain-a-number"),
        pytest.param(_failed({"type": "A", "chain": ["x"]}), id="chain-of-strings"),
        pytest.param(_failed({"type": "A", "message": "\udcff"}), id="message-no-unicode"),
        pytest.param({"event": "stage", "check": "0:saved_model", "stage": []}, id="stage-a-list"),
    ],
)
def test_nothing_a_probe_writes_loses_the_report(tmp_path: Path, line: dict[str, Any]) -> None:
    cells = _report(tmp_path, line)["models"][0]["cells"]
    assert [cell["id"] for cell in cells] == ["2.15.1", "2.16.2"]
    assert cells[0]["checks"][0]["verdict"] == "runs"


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"packages": [1]}, id="packages-a-list"),
        pytest.param({"packages": {"keras": {}}, "python": []}, id="versions-of-odd-types"),
        pytest.param({"packages": {"keras": "\udcff"}}, id="version-no-unicode"),
        pytest.param({"memory": math.nan}, id="nan"),
    ],
)
def test_no_environment_a_probe_writes_loses_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, Any]
) -> None:
    monkeypatch.setitem(_IMPORT, "environment", environment)
    cells = _report(tmp_path, _ran([]))["models"][0]["cells"]
    assert [cell["tensorflow"] for cell in cells] == ["2.15.1", "2.16.2"]
