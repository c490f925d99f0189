"""Predictions: what the engine makes of rules, and of their mistakes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import catalogue
from matrix.model.contents.contents import Contents, Graph
from matrix.model.facts import Format
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.prediction import Prediction
from matrix.prediction import predict
from matrix.prediction.predict import predicted, with_predictions
from matrix.prediction.rule import Case, Judgement, Rule, Subject
from matrix.prediction.rules.all import RULES
from tests.builders import make_cell, make_companion, make_model, make_plan

_OLD, _NEW = "2.8.4", "2.10.1"


def _subject(**graph: Any) -> Subject:
    model = make_model(keras_objects="none", tag_sets=(("serve",),))
    return Subject(model=model, contents=Contents(graphs=(Graph(**graph),)))


def _by_loader(subject: Subject, *cells: Cell, **more: Any) -> dict[tuple[str, str], Prediction]:
    return {(one.cell, one.loader): one for one in predicted(subject, cells, **more)}


def test_op_that_a_release_lacks_is_predicted_to_fail_there_with_its_history() -> None:
    subject = _subject(ops={"DisableCopyOnRead": 1})
    found = _by_loader(subject, make_cell(_OLD), make_cell(_NEW))
    old, new = found[_OLD, "saved_model"], found[_NEW, "saved_model"]
    assert (old.verdict, new.verdict) == ("fails", "loads")
    assert old.why == "op DisableCopyOnRead exists from TensorFlow 2.10 on"
    assert old.rule == "unregistered-op"


def test_names_of_a_model_stay_short_and_on_one_line_in_reasons() -> None:
    op = f"Odd\n\x1b[31m{'x' * 100_000}"
    said = _by_loader(_subject(ops={op: 1}), make_cell(_NEW))[_NEW, "saved_model"].why
    assert r"Odd\n\x1b[31mxxx" in said
    assert len(said) < 400


def test_op_of_a_package_fails_where_the_package_is_not() -> None:
    subject = _subject(ops={"CaseFoldUTF8": 1})
    beside = make_cell("2.15.1", make_companion())
    found = _by_loader(subject, make_cell("2.15.1"), beside)
    assert "tensorflow-text" in found["2.15.1", "saved_model"].why
    assert found[beside.id, "saved_model"].verdict == "loads"


def test_call_of_a_function_is_no_op() -> None:
    subject = _subject(ops={"__inference_f_12": 1}, functions=frozenset({"__inference_f_12"}))
    assert _by_loader(subject, make_cell(_OLD))[_OLD, "session"].verdict == "loads"


def test_loader_that_the_file_rules_out_fails_for_the_reason_of_its_record() -> None:
    found = _by_loader(_subject(), make_cell(_OLD))
    assert found[_OLD, "keras"].why == (
        "this SavedModel was not saved from a Keras model, so Keras cannot load it"
    )


def test_what_the_facts_decide_is_predicted_of_what_could_not_be_read() -> None:
    found = _by_loader(Subject(model=make_model(keras_objects="none")), make_cell(_OLD))
    assert found[_OLD, "tfsm_layer"].rule == "not-applicable"
    assert found[_OLD, "tfsm_layer"].verdict == "fails"


def test_nothing_is_predicted_of_what_could_not_be_read() -> None:
    subject = replace(_subject(), contents=None)
    found = _by_loader(subject, make_cell(_OLD))
    assert found[_OLD, "saved_model"].verdict == found[_OLD, "session"].verdict == "unknown"


def test_best_of_several_graphs_counts() -> None:
    odd, sound = Graph(ops={"DisableCopyOnRead": 1}), Graph(ops={"MatMul": 1})
    one = replace(_subject(), contents=Contents(graphs=(odd, sound), has_variables=True))
    assert _by_loader(one, make_cell(_OLD))[_OLD, "saved_model"].verdict == "loads"
    none = replace(_subject(), contents=Contents(graphs=(odd, odd), has_variables=True))
    assert _by_loader(none, make_cell(_OLD))[_OLD, "saved_model"].verdict == "fails"


def test_graph_that_asks_for_a_newer_consumer() -> None:
    subject = replace(_subject(), model=make_model(Format.GRAPH_DEF, min_consumer=5000))
    one = _by_loader(subject, make_cell(_NEW))[_NEW, "graph"]
    assert (one.verdict, one.rule) == ("fails", "graph-version")


def test_rule_that_is_left_out_decides_nothing() -> None:
    subject = _subject(ops={"DisableCopyOnRead": 1})
    found = _by_loader(subject, make_cell(_OLD), without={"unregistered-op"})
    assert found[_OLD, "saved_model"].verdict == "loads"


def test_mistake_of_a_rule_costs_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_case: Case) -> Judgement:
        raise KeyError("nobody thought of that")

    broken = Rule(name="broken", judge=wrong, source="", loaders=frozenset({"session"}))
    monkeypatch.setattr(predict, "RULES", (broken, *RULES))
    found = _by_loader(_subject(), make_cell(_OLD))
    assert found[_OLD, "session"].verdict == "unknown"
    assert "bug in loadmatrix" in found[_OLD, "session"].why
    assert found[_OLD, "saved_model"].verdict == "loads"


def _plan() -> Plan:
    model = make_model(Format.GRAPH_DEF)
    plan = make_plan([make_cell(_OLD), make_cell(_NEW)], model)
    return replace(
        plan, contents=(Contents(graphs=(Graph(main_ops=frozenset({"DisableCopyOnRead"})),)),)
    )


def test_plan_knows_what_is_predicted_of_its_cells() -> None:
    plan = with_predictions(_plan())
    one = plan.prediction(0, _OLD, "graph")
    assert one is not None
    assert one.sentence.startswith("predicted to fail: op DisableCopyOnRead")
    assert plan.prediction(0, _OLD, "tflite") is None


def test_predictions_come_back_from_the_disk() -> None:
    plan = with_predictions(_plan())
    document = json.loads(json.dumps(plan_document(plan)))
    assert plan_from(document, catalogue()).predictions == plan.predictions


def test_plan_of_before_there_were_predictions_is_read() -> None:
    document = plan_document(_plan())
    document.pop("predictions")
    assert plan_from(document, catalogue()).prediction(0, _OLD, "graph") is None
