"""Advice in a run: what it measured verifies an advice, refutes it, or leaves it as advice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.catalogue.cell import Companion
from matrix.model.facts import SignatureFacts
from matrix.plan.required_packages import MissingPackage
from matrix.plan.snippet import ShownModel
from matrix.plan.variant import UNCOMPILED
from matrix.results import verdicts
from matrix.results.result import Attempted, CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.settled_advice import settled
from reports.diagnosis.advising.advice import Advice, Releases
from reports.report.cause import Remedy
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_model,
    make_result,
)

_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))
_LOADS = verdicts.Loads(error=ErrorRecord(type="ValueError", message="call"))
_RUNS = verdicts.Runs()
_ABSENT = verdicts.Unavailable(reason="no wheels")
_NEVER = verdicts.NotApplicable(reason="no signature")
_NEWER = Advice(text="Load it with TensorFlow 2.16 or newer.", releases=Releases(first="2.16"))
_TEXT = make_companion("tensorflow-text", "2.9.0")


def _cell(version: str, *companions: Companion, stage: str = "load", **by: Verdict) -> CellResult:
    checks = [make_check_result(verdict, loader, stage=stage) for loader, verdict in by.items()]
    return make_cell_result(make_cell(version, *companions), *checks)


def _settled(advice: Advice, *cells: CellResult, number: int = 0) -> Remedy | None:
    """What becomes of an advice for the first check of a cell, the first if not told."""
    model = make_model(signatures=(SignatureFacts(name="score"),))
    failed = FailedCheck(
        model=ShownModel.of(model.to_dict()),
        result=make_result(*cells),
        cell=cells[number],
        check=cells[number].checks[0],
    )
    return settled(advice, failed)


def _of_releases(*verdicts_of_them: Verdict) -> Remedy | None:
    versions = ("2.16.2", "2.18.1", "2.21.0")
    others = (
        _cell(version, saved_model=verdict)
        for version, verdict in zip(versions, verdicts_of_them, strict=False)
    )
    return _settled(_NEWER, _cell("2.9.3", saved_model=_FAILS), *others)


def test_releases_of_this_run_that_load_it_are_named() -> None:
    found = _of_releases(_RUNS, _RUNS, _RUNS)
    assert found is not None
    assert found.verified
    assert found.text.endswith("or newer. In this run, it loads in 2.16.2, 2.18.1, 2.21.0.")
    assert found.cells == ("2.16.2", "2.18.1", "2.21.0")
    assert found.snippet.endswith('model = tf.saved_model.load("m")')


def test_release_of_the_advice_that_fails_is_named_too() -> None:
    found = _of_releases(_RUNS, _ABSENT, _FAILS)
    assert found is not None
    assert found.text == (
        "Load it with TensorFlow 2.16. In this run, it loads there and does not load in 2.9, 2.21."
    )


def test_release_that_loads_it_is_named_although_the_advice_is_narrower() -> None:
    found = _settled(
        Advice(text="Use 2.14 or newer.", releases=Releases(first="2.14")),
        _cell("2.9.3", saved_model=_FAILS),
        _cell("2.10.1", saved_model=_RUNS),
        _cell("2.14.1", saved_model=_RUNS),
    )
    assert found is not None
    assert found.text.startswith("Load it with TensorFlow 2.10, 2.14. In this run, it loads there")
    assert found.cells == ("2.10.1", "2.14.1")


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        pytest.param((_FAILS, _FAILS), False, id="all-fail"),
        pytest.param((_NEVER, _NEVER), False, id="loader-cannot-exist-there"),
        pytest.param((_FAILS, _ABSENT), False, id="all-that-answered-fail"),
        pytest.param((_ABSENT, _ABSENT), True, id="none-answered"),
        pytest.param((), True, id="none-tested"),
    ],
)
def test_advice_about_releases_is_dropped_where_they_fail(
    seen: tuple[Verdict, ...], kept: bool
) -> None:
    found = _of_releases(*seen)
    assert (found is not None) is kept
    assert found is None or (not found.verified and found.text == _NEWER.text)


def test_code_is_what_loads_in_every_cell_that_is_named() -> None:
    older = Advice(text="Use 2.15 or older.", releases=Releases(last="2.15"))
    careful, usual = (
        make_cell_result(make_cell(version), make_check_result(_RUNS, "keras", variant))
        for version, variant in (("2.11.1", "compile=False"), ("2.13.1", "compile=True"))
    )
    found = _settled(older, _cell("2.16.2", keras=_FAILS), careful, usual)
    assert found is not None
    assert found.cells == ("2.11.1", "2.13.1")
    assert "compile=False" in found.snippet


def test_failure_here_says_nothing_of_other_releases_that_are_named() -> None:
    older = Advice(text="Use 2.15 or older.", releases=Releases(last="2.15"))
    assert _settled(older, _cell("2.9.3", saved_model=_FAILS)) is not None
    this = replace(older, releases=Releases(first="2.9", last="2.9"))
    assert _settled(this, _cell("2.9.3", saved_model=_FAILS)) is None


def test_call_that_failed_is_not_helped_by_a_release_that_only_loads() -> None:
    here = _cell("2.9.3", stage="run", saved_model=_LOADS)
    assert _settled(_NEWER, here, _cell("2.16.2", saved_model=_LOADS)) is None
    found = _settled(_NEWER, here, _cell("2.16.2", saved_model=_RUNS))
    assert found is not None
    assert found.text.endswith("it runs in 2.16.2.")


_INSTALL = Advice(text="Install it.", requirement="tensorflow-text")


def _with_package(advice: Advice, beside: Verdict, *more: Companion) -> Remedy | None:
    plain = _cell("2.9.3", saved_model=_FAILS)
    return _settled(advice, plain, _cell("2.9.3", _TEXT, *more, saved_model=beside))


def test_package_that_helps_is_verified_in_its_cell() -> None:
    found = _with_package(_INSTALL, _RUNS)
    assert found is not None
    assert found.cells == ("2.9.3+tensorflow_text",)
    assert found.snippet.startswith("# pip install tensorflow-text==2.9.0\n")


def test_package_that_was_tried_in_vain_is_not_advised() -> None:
    assert _with_package(_INSTALL, _FAILS) is None


def test_another_version_of_the_package_was_not_tried() -> None:
    found = _with_package(replace(_INSTALL, requirement="tensorflow-text>=2.10"), _RUNS)
    assert found is not None
    assert not found.verified


def test_package_is_not_verified_by_a_cell_with_more_beside_it() -> None:
    assert _with_package(_INSTALL, _RUNS, make_companion("qkeras", "1")) is None


def test_package_that_changes_nothing_is_no_remedy() -> None:
    plain = _cell("2.9.3", keras=_FAILS, saved_model=_RUNS)
    beside = _cell("2.9.3", _TEXT, keras=_FAILS, saved_model=_RUNS)
    assert _settled(replace(_INSTALL, loader="saved_model"), plain, beside) is None


def test_release_is_tried_with_the_package_that_the_model_needs() -> None:
    need = MissingPackage(
        model=0, package="tensorflow-text", module="tensorflow_text", because="the op Foo"
    )
    here = replace(_cell("2.9.3", saved_model=_FAILS), needs=(need,))
    plain = _cell("2.16.2", saved_model=_FAILS)
    found = _settled(_NEWER, here, plain, _cell("2.16.2", _TEXT, saved_model=_RUNS))
    assert found is not None
    assert found.text.endswith("it loads in 2.16.2+tensorflow_text.")


def test_release_that_loads_only_beside_a_package_is_not_said_to_load() -> None:
    need = MissingPackage(
        model=0, package="tensorflow-text", module="tensorflow_text", because="the op Foo"
    )
    here = replace(_cell("2.9.3", saved_model=_FAILS), needs=(need,))
    older = _cell("2.8.4", _TEXT, saved_model=_RUNS)
    found = _settled(_NEWER, here, older, _cell("2.16.2", _TEXT, saved_model=_RUNS))
    assert found is not None
    assert found.text == (
        "Load it with TensorFlow 2.8, 2.16 and tensorflow-text. In this run, it loads with that."
    )


def test_keras_that_is_told_to_load_otherwise_is_the_one_that_failed() -> None:
    advice = Advice(text="Without.", loader="keras", variant=UNCOMPILED)
    checks = (
        make_check_result(_FAILS, "tf_keras", "compile=True"),
        make_check_result(_FAILS, "tf_keras", "compile=False"),
    )
    tried = make_cell_result(make_cell("2.16.2", tf_keras=True), *checks)
    assert _settled(advice, tried) is None
    once = make_cell_result(make_cell("2.16.2", tf_keras=True), checks[0])
    assert _settled(advice, once) is not None


@pytest.mark.parametrize("loaded", [True, False])
def test_script_that_was_tried_decides_over_its_advice(loaded: bool) -> None:
    seen = Attempted(loader="keras", name="a copy named m.h5", script="model = 1", loaded=loaded)
    cell = replace(_cell("2.9.3", keras=_FAILS), attempts=(seen,))
    found = _settled(Advice(text="Rename it.", workaround="a copy"), cell)
    assert (found.snippet if found else "") == ("model = 1" if loaded else "")


def test_advice_about_something_else_is_left_alone() -> None:
    advice = Advice(text="Raise the time limit.", snippet="--timeout 600")
    assert _settled(advice, _cell("2.9.3", saved_model=_FAILS)) == advice


def test_untested_call_is_written_for_this_very_model() -> None:
    advice = Advice(
        text="Use it as a layer.",
        snippet="keras.layers.TFSMLayer(path, call_endpoint='serving_default')",
        loader="tfsm_layer",
    )
    found = _settled(advice, _cell("2.16.2", keras=_FAILS))
    assert found is not None
    assert 'TFSMLayer("m", call_endpoint="score")' in found.snippet


def test_untested_code_calls_a_signature_that_the_model_has() -> None:
    advice = Advice(text="Call it.", snippet="model.signatures['serving_default'](...)")
    found = _settled(advice, _cell("2.9.3", saved_model=_FAILS))
    assert found is not None
    assert found.snippet == 'model.signatures["score"](...)'


def test_a_release_of_this_run_that_loads_it_comes_before_one_that_nobody_tried() -> None:
    advice = Advice(text="Load it with TensorFlow 2.21 or newer.", releases=Releases(first="2.21"))
    cells = [_cell(version, saved_model=_RUNS) for version in ("2.10.1", "2.15.1")]
    found = _settled(advice, _cell("2.4.4", saved_model=_FAILS), *cells)
    assert found is not None
    assert found.verified
    assert found.text == (
        "Load it with TensorFlow 2.10, 2.15. In this run, it loads there and does not load in 2.4."
    )
