"""How to load it: a way per range of releases, each seen to load there."""

from __future__ import annotations

import pytest

from matrix.catalogue.companions import asked_for
from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format
from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownModel
from matrix.plan.variant import ONLY
from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.build.remedies.loading_advice import choose_ways
from reports.build.remedies.snippets import snippet
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_model_report,
    make_result,
)

_FAILS = verdicts.Fails(error=ErrorRecord())
_RUNS = verdicts.Runs()


def _cell(version: str, **loaders: verdicts.Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _found(*cells: CellResult) -> list[tuple[str, str, str]]:
    model = make_model_report(make_result(*cells))
    return [(way.releases, way.snippet.splitlines()[-1], way.install) for way in model.summary.ways]


def test_neighbours_with_the_same_way_are_drawn_together() -> None:
    assert _found(*(_cell(f"2.{n}.1", saved_model=_RUNS) for n in (13, 14, 15))) == [
        ("2.13.1 to 2.15.1", 'model = tf.saved_model.load("m")', "")
    ]


def test_custom_objects_of_the_caller_are_in_the_call_that_loaded_it() -> None:
    model = make_model_report(make_result(_cell("2.15.1", keras=_RUNS)), kind=Format.KERAS_H5)
    subject = ShownModel(path="m.h5", format="keras_h5")
    (way,) = choose_ways(
        model, subject, CustomObjects(name="layers.py", source="layers.py", sha256="0")
    )
    assert way.advice.snippet.startswith("# needs layers.py, which defines the custom objects\n")
    assert "import layers\n" in way.advice.snippet
    assert way.call.endswith(".load_model(path, compile=False, custom_objects=vars(layers))`")
    odd = CustomObjects(name="my-layers.py", source="my-layers.py", sha256="0")
    (way,) = choose_ways(model, subject, odd)
    assert 'custom_objects=runpy.run_path("my-layers.py"))' in way.call
    assert "import runpy\n" in way.advice.snippet
    (plain,) = choose_ways(model, subject)
    assert "custom_objects" not in plain.call


def test_a_hole_is_in_no_range() -> None:
    cells = [_cell(f"2.{n}.1", saved_model=_FAILS if n == 13 else _RUNS) for n in (12, 13, 14)]
    assert [releases for releases, _, _ in _found(*cells)] == ["2.12.1, 2.14.1"]


def test_what_runs_comes_before_what_only_loads() -> None:
    loads = verdicts.Loads(error=ErrorRecord())
    (found,) = _found(_cell("2.15.1", keras=loads, saved_model=_RUNS))
    assert "saved_model" in found[1]


def test_the_usual_call_comes_before_a_session() -> None:
    (found,) = _found(_cell("2.15.1", session=_RUNS, keras=_RUNS))
    assert "load_model" in found[1]


def test_package_beside_tensorflow_is_named_where_nothing_plain_loads() -> None:
    beside = make_cell_result(
        make_cell("2.16.2", tf_keras=True),
        make_check_result(_RUNS, "tf_keras", "compile=False"),
        packages={"tf-keras": "2.16.0"},
    )
    assert _found(_cell("2.16.2", keras=_FAILS), beside) == [
        (
            "2.16.2+tf_keras",
            'model = tf_keras.models.load_model("m", compile=False)',
            "tf-keras==2.16.*",
        )
    ]


def test_what_the_metadata_of_a_package_lacks_is_named_with_it() -> None:
    release = next(one for one in catalogue() if one.minor == (2, 15))
    cell = make_cell("2.15.1", asked_for("qkeras", release))
    beside = make_cell_result(cell, make_check_result(_RUNS, "keras", "compile=True"))
    ((_, snippet, install),) = _found(_cell("2.15.1", keras=_FAILS), beside)
    assert install == "qkeras==0.9.0 pyparsing tensorflow-model-optimization==0.7.5"
    assert "custom_objects" not in snippet


def test_what_died_after_the_load_is_no_advice() -> None:
    died = verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV"), loaded=True)
    assert _found(_cell("2.15.1", saved_model=died)) == []


def test_what_loads_nowhere_has_no_way() -> None:
    assert _found(_cell("2.15.1", saved_model=_FAILS)) == []


@pytest.mark.parametrize("restored", [True, False])
def test_meta_graph_with_a_checkpoint_beside_it_is_restored(restored: bool) -> None:
    subject = ShownModel(
        path="m.ckpt.meta", format="meta_graph", weights="m.ckpt" if restored else ""
    )
    text = snippet("graph", ONLY, subject)
    compile(text, "snippet", "exec")
    assert ('saver.restore(session, "m.ckpt")' in text) is restored
