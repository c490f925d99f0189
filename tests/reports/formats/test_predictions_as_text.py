"""Predictions as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.model.contents.contents import Contents
from matrix.model.contents.keras import KerasContents, KerasObject
from matrix.plan.plan import Plan
from matrix.plan.prediction import PERHAPS_UNCOMPILED, Prediction
from reports.formats.plans.own_code import what_to_pass
from reports.formats.predicted import at_the_head, text, with_packages
from tests.builders import make_cell, make_model, make_plan

_VERSIONS = ("2.13.1", "2.14.1", "2.15.1", "2.16.2")
_LONG = "because of something that takes many words to say, more than anybody reads before a run"


def _said(loader: str, verdicts: Sequence[str], why: str = "why") -> tuple[Prediction, ...]:
    return tuple(
        Prediction(
            tensorflow=version, loader=loader, verdict=verdict, why=why, rule="r", cell=version
        )
        for version, verdict in zip(_VERSIONS, verdicts, strict=True)
    )


def _plan(*predictions: tuple[Prediction, ...]) -> Plan:
    plan = make_plan([make_cell(version) for version in _VERSIONS])
    return replace(
        plan, models=tuple(make_model() for _ in predictions), predictions=tuple(predictions)
    )


def test_releases_of_the_same_word_are_drawn_together() -> None:
    said = _said("keras", ["fails", "loads", "loads", "fails"])
    lines = text("m", "saved_model", said).splitlines()[2:]
    assert [line.strip() for line in lines] == [
        "keras       predicted to fail in 2.13: why",
        "predicted to load in 2.14 to 2.15",
        "predicted to fail in 2.16: why",
    ]


def test_whole_range_is_named() -> None:
    assert text("m", "tflite", _said("tflite", ["loads"] * 4)).endswith("in 2.13 to 2.16")


def test_head_gives_a_reason_once_and_not_whole() -> None:
    (_, *lines) = at_the_head(_plan(_said("keras", ["fails", "loads", "loads", "fails"], _LONG)))
    assert all(len(one) <= 100 for one in lines)
    assert all(one.startswith("    ") for one in lines[1:])
    line = " ".join(map(str.strip, lines))
    assert line.startswith("keras: predicted to fail in 2.13: because of something")
    assert _LONG not in line
    assert line.endswith("; predicted to load in 2.14 to 2.15; predicted to fail in 2.16")


def test_head_is_not_cut_inside_parentheses() -> None:
    why = f"{'a layer ' * 6}does not take it (it does from TensorFlow 2.16 on)"
    (_, *lines) = at_the_head(_plan(_said("keras", ["fails", "fails", "loads", "loads"], why)))
    line = " ".join(map(str.strip, lines))
    assert "does not take it; predicted to load" in line


def test_what_loads_nowhere_is_told_with_its_last_reason() -> None:
    (_, line) = at_the_head(_plan(_said("keras", ["fails"] * 4)))
    assert line == "keras: predicted to fail in 2.13 to 2.16: why"


def test_loaders_of_which_the_same_is_predicted_share_a_line() -> None:
    said = {"saved_model": "loads", "session": "loads", "keras": "fails", "tfsm_layer": "fails"}
    plan = _plan(tuple(one for loader, word in said.items() for one in _said(loader, [word] * 4)))
    assert at_the_head(plan)[1:] == [
        "saved_model and session: predicted to load in 2.13 to 2.16",
        "keras and tfsm_layer: predicted to fail in all these releases",
    ]


def test_many_models_are_a_few_lines() -> None:
    plan = _plan(*[_said("graph", ["loads"] * 4)] * 9)
    lines = at_the_head(plan)
    assert len(lines) == 6
    assert lines[-1].startswith("... and 5 more models")


def test_loader_that_asks_least_speaks_for_a_model() -> None:
    both = (*_said("session", ["loads"] * 4), *_said("saved_model", ["loads"] * 3 + ["fails"]))
    lines = at_the_head(_plan(both, both))
    assert all("saved_model predicted to load in 2.13 to 2.15" in line for line in lines[1:])


def test_no_release_is_named_that_was_not_asked_about() -> None:
    said = _said("keras", ["loads"] * 4)
    assert text("m", "tflite", [said[0], said[3]]).endswith("predicted to load in 2.13, 2.16")


def test_release_that_fails_for_another_reason_is_named_too() -> None:
    first, second = _said("keras", ["fails"] * 4, "old"), _said("keras", ["fails"] * 4, "new")
    (_, line) = at_the_head(_plan((*first[:2], *second[2:])))
    assert line == "keras: predicted to fail in 2.13 to 2.16 (2.15 to 2.16: new)"


def test_reason_that_names_the_keras_of_each_release_is_told_once() -> None:
    said = [
        replace(one, why=f"no layer in the Keras of TensorFlow {one.tensorflow[:4]}")
        for one in _said("keras", ["fails"] * 4)
    ]
    (line,) = text("m", "saved_model", said).splitlines()[2:]
    assert line.endswith("fail in 2.13 to 2.16: no layer in the Keras of that release")
    assert text("m", "saved_model", said[:1]).endswith("no layer in the Keras of TensorFlow 2.13")


def test_what_is_open_of_a_load_is_told_with_its_releases() -> None:
    said = [*_said("keras", ["loads"] * 4)]
    said[3] = replace(said[3], why=f"nothing; {PERHAPS_UNCOMPILED}: it was compiled")
    lines = text("m", "keras_h5", said).splitlines()[2:]
    assert lines[0].endswith("predicted to load in 2.13 to 2.15")
    assert lines[1].endswith("predicted to load in 2.16 (perhaps only with compile=False)")


def test_package_that_a_model_asks_for_has_lines_of_its_own() -> None:
    said = (*_said("session", ["loads"] * 4), *_said("keras", ["fails"] * 4))
    lines = with_packages("tensorflow-text", said)
    assert lines[1].startswith("With tensorflow-text, where")
    assert [line.split()[0] for line in lines[2:]] == ["session"]
    assert "no version is known" in with_packages("tensorflow-text", ())[-1]
    assert with_packages("", ()) == []


def test_package_with_which_alone_it_loads_is_named_before_a_run() -> None:
    plain, beside = _said("session", ["fails"] * 4), _said("session", ["loads"] * 4)
    there = tuple(replace(one, cell=f"{one.cell}+tensorflow_text") for one in beside)
    lines = at_the_head(_plan((*plain, *there)))
    assert lines[-1] == "with tensorflow_text: session predicted to load in 2.13 to 2.16"
    assert "tensorflow_text" not in "".join(at_the_head(_plan((*beside, *there))))


@pytest.mark.parametrize("there", [True, False])
def test_class_that_nobody_passes_is_told_with_what_to_do(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "my_layers.py").touch()
    why = "Odd is a class that Keras does not have, and nobody passes it"
    said = tuple(replace(one, rule="keras-class") for one in _said("keras", ["fails"] * 4, why))
    odd = KerasObject(name="Odd", config={}, kinds=frozenset(), module="my_layers")
    contents = Contents(keras=KerasContents(document={}, form="keras", objects=(odd,)))
    model = replace(make_model(), path=tmp_path / "m.keras")
    plan = replace(_plan(said), models=(model,), contents=(contents,))
    (line,) = what_to_pass(plan, said)
    assert ("my_layers.py lies beside it" in line) == there
    assert "--custom-objects" in line
    assert list(what_to_pass(plan, _said("keras", ["loads"] * 4))) == []
