"""The sentences that tell a reader what to call, and in which releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matrix.model.facts import Format
from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownModel
from matrix.results import verdicts
from matrix.results.evidence import Difference
from matrix.results.result import CellResult
from matrix.run.probe_output.records import ErrorRecord
from reports.build.guide import guide
from reports.build.remedies.loading_advice import call_in_words, choose_ways
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_model_report,
    make_result,
)

_RUNS = verdicts.Runs()
_FAILS = verdicts.Fails(error=ErrorRecord())
_NONE = verdicts.Unavailable(reason="no wheel")
_CALL_FAILS = verdicts.Loads(error=ErrorRecord(type="ValueError", message="m"))
_DIFFERS = verdicts.Differs(
    compared_with="2.13.1",
    difference=Difference(output="o", max_abs_diff=1.0, explanation="o is off"),
)
_NOT_IN_KERAS_3 = verdicts.NotApplicable(reason="Keras 3 does not load SavedModel folders")


def _cell(version: str, **loaders: verdicts.Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _with_tf_keras(version: str) -> CellResult:
    check = make_check_result(_RUNS, "tf_keras", "compile=False")
    packages = {"tf-keras": f"{version[:4]}.0"}
    return make_cell_result(make_cell(version, tf_keras=True), check, packages=packages)


def _guide(*cells: CellResult, **model: Any) -> str:
    return make_model_report(make_result(*cells), **model).summary.guide


def test_keras_2_goes_on_with_tf_keras_and_not_with_a_session() -> None:
    old = [
        make_cell_result(make_cell(name), make_check_result(_RUNS, "keras", "compile=False"))
        for name in ("2.13.1", "2.14.1", "2.15.1")
    ]
    new = [
        cell
        for name in ("2.16.2", "2.17.1")
        for cell in (_cell(name, keras=_NOT_IN_KERAS_3, session=_RUNS), _with_tf_keras(name))
    ]
    assert _guide(*old, *new) == (
        "TensorFlow 2.13 - 2.15: `tf.keras.models.load_model(path, compile=False)`. "
        "2.16 - 2.17: `pip install tf-keras` (the version of your TensorFlow), then "
        "`tf_keras.models.load_model(path, compile=False)`. "
        "Keras 3 does not load SavedModel folders."
    )


def test_session_is_told_where_nothing_else_loads_it() -> None:
    cells = _cell("2.15.1", keras=_RUNS), _cell("2.16.2", keras=_NOT_IN_KERAS_3, session=_RUNS)
    assert " 2.16: `tf.compat.v1.saved_model.load` in a session. Keras 3 does" in _guide(*cells)


@pytest.mark.parametrize("verdict", [_NONE, None])
def test_range_has_no_release_without_an_answer(verdict: verdicts.Verdict | None) -> None:
    between = [_cell("2.13.1", saved_model=verdict)] if verdict else []
    cells = [_cell("2.12.1", saved_model=_RUNS), *between, _cell("2.14.1", saved_model=_RUNS)]
    assert _guide(*cells) == "TensorFlow 2.12, 2.14: `tf.saved_model.load(path)`."


def test_older_patch_does_not_stand_for_its_minor() -> None:
    cells = _cell("2.14.1", saved_model=_RUNS), _cell("2.15.0", saved_model=_RUNS)
    assert _guide(*cells) == "TensorFlow 2.14 - 2.15.0: `tf.saved_model.load(path)`."


def test_releases_where_nothing_loads_it_come_after_the_call_with_the_reason() -> None:
    young = verdicts.NotApplicable(reason="the .keras format exists since TensorFlow 2.12")
    cells = [
        _cell("2.10.1", keras=young),
        _cell("2.11.1", keras=young),
        _cell("2.12.1", keras=_RUNS),
    ]
    assert _guide(*cells, kind=Format.KERAS_V3).endswith(
        " 2.10 - 2.11: nothing loads it. The .keras format exists since TensorFlow 2.12."
    )


def test_unknown_reason_is_not_told() -> None:
    cells = [_cell("2.12.1", saved_model=_FAILS), _cell("2.13.1", saved_model=_RUNS)]
    assert _guide(*cells).endswith(". 2.12: nothing loads it.")
    assert _guide(_cell("2.12.1", saved_model=_FAILS)) == ""


def test_release_with_a_silent_loader_is_not_said_to_load_nothing() -> None:
    cells = [
        _cell("2.12.1", keras=_FAILS, saved_model=_NONE),
        _cell("2.13.1", keras=_RUNS, saved_model=_RUNS),
    ]
    assert "2.12" not in _guide(*cells)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(_CALL_FAILS, "(it loads, the call fails)"), (_DIFFERS, "(its outputs differ)")],
)
def test_call_after_which_it_does_not_run_is_told_so(verdict: verdicts.Verdict, told: str) -> None:
    cells = _cell("2.13.1", saved_model=_RUNS), _cell("2.14.1", saved_model=verdict)
    assert _guide(*cells).endswith(f" 2.14: `tf.saved_model.load(path)` {told}.")


def test_path_of_the_machine_is_in_no_sentence() -> None:
    refused = verdicts.NotApplicable(reason="/secret/place/m is too young")
    cells = _cell("2.13.1", keras=refused), _cell("2.14.1", keras=_RUNS)
    assert " 2.13: nothing loads it. m is too young." in _guide(
        *cells, path=Path("/secret/place/m")
    )


def test_call_has_the_import_that_registers_what_the_model_needs() -> None:
    head = "import tensorflow as tf\nimport tensorflow_text\nimport mine"
    code = 'model = tf.saved_model.load("m", custom_objects=vars(mine))'
    assert call_in_words(f"{head}\n\n{code}", "saved_model", ShownModel(path="m")) == (
        "`import tensorflow_text`, then `tf.saved_model.load(path, custom_objects=vars(mine))`"
    )


def _with_keras(version: str, keras: str) -> CellResult:
    check = make_check_result(_RUNS, "keras")
    return make_cell_result(make_cell(version), check, packages={"keras": keras})


def test_range_says_which_keras_3_it_was_tested_with() -> None:
    cells = [_with_keras(f"2.{minor}.1", "3.15.1") for minor in (17, 18)]
    told = _guide(*cells, kind=Format.KERAS_V3)
    assert told.startswith("TensorFlow 2.17 - 2.18 (tested with Keras 3.15.1): `tf.keras.")


def test_range_says_which_of_its_releases_have_keras_3() -> None:
    cells = [_with_keras("2.15.1", "2.15.0"), _with_keras("2.16.2", "3.3.3")]
    told = _guide(*cells, kind=Format.KERAS_V3)
    assert told.startswith("TensorFlow 2.15 - 2.16 (2.16 tested with Keras 3.3.3): ")
    other = make_cell_result(make_cell("2.16.2"), make_check_result(_RUNS, "saved_model"))
    assert "tested with" not in _guide(other)


def test_what_a_call_needs_stands_behind_it_and_not_behind_a_range_without() -> None:
    cells = [_cell("2.14.1", keras=_FAILS), _cell("2.15.1", keras=_RUNS)]
    model = make_model_report(make_result(*cells), kind=Format.KERAS_H5)
    given = CustomObjects(name="layers.py", source="layers.py", sha256="0")
    ways = choose_ways(model, ShownModel(path="m.h5", format="keras_h5"), given)
    needed = "This needs layers.py, which defines the custom objects."
    assert f"`. {needed} 2.14: nothing loads it." in guide(model, ways)


def test_reason_with_a_long_quote_is_told_without_it() -> None:
    quote = f"ImportError: cannot import name 'x' from '{'y' * 150}'"
    failed = verdicts.Fails(
        error=ErrorRecord(
            type="CustomObjectsError", message=f"layers.py does not import here: {quote}"
        )
    )
    told = _guide(_cell("2.14.1", keras=failed), _cell("2.15.1", keras=_RUNS))
    assert told.endswith("layers.py cannot be imported with this TensorFlow.")
