"""Where loading begins and stops, and why."""

from __future__ import annotations

from matrix.model.facts import Format
from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.build.boundaries import boundaries, python_matters
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_model_report,
    make_result,
)

_RUNS = verdicts.Runs()
_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="File format not supported"))
_NONE = verdicts.Unavailable(reason="no wheel")


def _cell(version: str, **loaders: Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _found(*cells: CellResult, kind: Format = Format.SAVED_MODEL) -> list[str]:
    model = make_model_report(make_result(*cells), kind=kind)
    return [*(boundary.text for boundary in boundaries(model)), *python_matters(model)]


def test_release_where_a_loader_stops_is_named_while_another_goes_on() -> None:
    (text,) = _found(
        _cell("2.15.1", keras=_RUNS, session=_RUNS),
        _cell("2.16.2", keras=_FAILS, session=_RUNS),
    )
    assert text.startswith("From TensorFlow 2.16, tf.keras.models.load_model no longer loads it: ")


def test_release_where_loading_begins_says_what_was_before() -> None:
    (text,) = _found(_cell("2.9.3", saved_model=_FAILS), _cell("2.10.1", saved_model=_RUNS))
    assert text.startswith("tf.saved_model.load loads it from TensorFlow 2.10; earlier: ")


def test_releases_between_that_nobody_tested_are_no_guess() -> None:
    (text,) = _found(_cell("2.4.4", keras=_RUNS), _cell("2.10.1", keras=_FAILS))
    assert text.startswith("Between TensorFlow 2.4 and 2.10 (not tested in between), tf.keras")


def test_hole_has_two_boundaries() -> None:
    versions: dict[str, Verdict] = {
        "2.10.1": _RUNS,
        "2.11.1": _FAILS,
        "2.12.1": _FAILS,
        "2.13.1": _RUNS,
    }
    found = _found(*(_cell(name, saved_model=verdict) for name, verdict in versions.items()))
    stops, begins = found
    assert stops.startswith("In TensorFlow 2.11 - 2.12, tf.saved_model.load does not load it: ")
    assert begins == "tf.saved_model.load loads it again from TensorFlow 2.13."


def test_hole_with_an_untested_release_is_no_range() -> None:
    versions: dict[str, Verdict] = {"2.10.1": _RUNS, "2.11.1": _FAILS, "2.13.1": _RUNS}
    stops, begins = _found(*(_cell(name, saved_model=word) for name, word in versions.items()))
    assert stops.startswith("From TensorFlow 2.11, tf.saved_model.load no longer loads it: ")
    assert begins == (
        "tf.saved_model.load loads it again from TensorFlow 2.13 "
        "(not tested between 2.11 and 2.13)."
    )


def test_summary_does_not_repeat_what_its_headline_says_of_the_usual_call() -> None:
    cells = (
        _cell("2.15.1", saved_model=_RUNS, session=_RUNS),
        _cell("2.16.2", saved_model=_FAILS, session=_RUNS),
        _cell("2.17.1", saved_model=_FAILS, session=_FAILS),
    )
    summary = make_model_report(make_result(*cells)).summary
    assert summary.guide.startswith("TensorFlow 2.15: `tf.saved_model.load(path)`. 2.16: ")
    (text,) = summary.boundaries
    assert text.startswith("From TensorFlow 2.17, tf.compat.v1.saved_model.load")


def test_loaders_that_stop_together_share_a_sentence() -> None:
    (text,) = _found(
        _cell("2.15.1", keras=_RUNS, saved_model=_RUNS),
        _cell("2.16.2", keras=_FAILS, saved_model=_FAILS),
    )
    calls = "tf.keras.models.load_model and tf.saved_model.load"
    assert text.startswith(f"From TensorFlow 2.16, {calls} no longer load it: ")


def test_release_without_an_answer_is_no_boundary() -> None:
    assert _found(_cell("2.14.1", keras=_RUNS), _cell("2.15.1", keras=_NONE)) == []
    (text,) = _found(
        _cell("2.14.1", keras=_RUNS), _cell("2.15.1", keras=_NONE), _cell("2.16.2", keras=_FAILS)
    )
    assert text.startswith("Between TensorFlow 2.14 and 2.16 (no answer in between), tf.keras")


def test_loader_that_cannot_exist_before_a_release_is_no_boundary() -> None:
    absent = verdicts.NotApplicable(reason="the format is younger")
    assert _found(_cell("2.11.1", keras=absent), _cell("2.12.1", keras=_RUNS)) == []


def test_what_loads_everywhere_has_none() -> None:
    assert _found(_cell("2.14.1", keras=_RUNS), _cell("2.15.1", keras=_RUNS)) == []


def _on(python: str, version: str, verdict: Verdict) -> CellResult:
    check = make_check_result(verdict, "keras")
    return make_cell_result(make_cell(version, python=python), check)


def test_release_with_several_pythons_is_one_step() -> None:
    """A Lambda follows the Python: within one release nothing begins and nothing stops."""
    found = _found(
        _on("3.8", "2.10.1", _RUNS),
        _on("3.10", "2.10.1", _FAILS),
        _on("3.10", "2.11.1", _RUNS),
        _on("3.11", "2.11.1", _FAILS),
    )
    assert found == [
        "In TensorFlow 2.10.1, keras loads it on Python 3.8, but not on 3.10.",
        "In TensorFlow 2.11.1, keras loads it on Python 3.10, but not on 3.11.",
    ]


def test_python_without_an_answer_makes_no_boundary() -> None:
    assert (
        _found(
            _on("3.8", "2.10.1", _RUNS), _on("3.8", "2.11.1", _FAILS), _on("3.10", "2.11.1", _NONE)
        )
        == []
    )


def test_architecture_is_named_with_the_call_that_reads_it() -> None:
    cells = [_cell("2.15.1", keras=_RUNS), _cell("2.16.2", keras=_FAILS)]
    (text,) = _found(*cells, kind=Format.KERAS_JSON)
    assert "tf.keras.models.model_from_json no longer loads it" in text


def test_release_from_which_on_a_loader_is_not_applicable_is_a_boundary() -> None:
    absent = verdicts.NotApplicable(reason="Keras 3 does not load SavedModel folders")
    (text,) = _found(_cell("2.15.1", keras=_RUNS), _cell("2.16.2", keras=absent))
    assert text == (
        "From TensorFlow 2.16, tf.keras.models.load_model no longer loads it: Keras 3 does not "
        "load SavedModel folders."
    )


def test_release_that_brings_a_loader_is_no_boundary() -> None:
    absent = verdicts.NotApplicable(reason="TFSMLayer is part of Keras 3")
    assert not _found(_cell("2.15.1", tfsm_layer=absent), _cell("2.16.2", tfsm_layer=_RUNS))
