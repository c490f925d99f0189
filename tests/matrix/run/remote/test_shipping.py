"""Models as bytes: packed on one machine, unpacked on another, and only what was sent counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from matrix.model.identify import identify
from matrix.run.remote import shipping
from matrix.run.remote.shipping import packed, place_of_shipped, unpack
from matrix.run.remote.taken import take
from matrix.run.remote.unit_process import UnitProcess
from tests.matrix.run.conftest import CELLS, BegunRun


def test_model_that_was_sent_is_tested_under_the_name_of_the_plan(
    begun: Callable[..., BegunRun], model_named: Callable[[str], Path], process: UnitProcess
) -> None:
    model = model_named("names_its_path")
    run = begun(model, more=("--ship-models",))
    package, unit = packed(run.plan.models[0]), run.unit()
    shutil.rmtree(model)
    assert process.perform(unit, run.shared, lambda: True).lacking == (0,)
    assert unpack(package) == ""
    outcome = take(process.perform(unit, run.shared, lambda: True), run.asked(), run.store)
    assert outcome.verification is not None
    error = outcome.verification.checks["0:saved_model"].error
    assert error is not None
    assert str(model) in error.message
    assert "shipped" not in error.message
    assert run.store.is_settled(CELLS[1])


def test_bytes_that_changed_on_the_way_are_not_kept(model_named: Callable[[str], Path]) -> None:
    package = packed(identify(model_named("loads")))
    forged = replace(package, files={**package.files, "saved_model.pb": b"another"})
    assert "arrived with another digest" in unpack(forged)
    assert not place_of_shipped(package.model).exists()


def test_file_that_would_lie_outside_is_refused(model_named: Callable[[str], Path]) -> None:
    package = packed(identify(model_named("loads")))
    forged = replace(package, files={**package.files, "../../outside": b"x"})
    assert "leads outside" in unpack(forged)
    assert not place_of_shipped(package.model).exists()


def test_model_that_is_too_large_is_not_packed(
    model_named: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "MOST_SHIPPED", 10)
    with pytest.raises(LoadmatrixError, match="Put it where the workers find it"):
        packed(identify(model_named("loads")))


def test_model_that_changed_since_it_was_planned_is_not_sent(
    model_named: Callable[[str], Path],
) -> None:
    model = model_named("loads")
    planned = identify(model)
    (model / "saved_model.pb").write_bytes(b"exported again")
    with pytest.raises(LoadmatrixError, match="was changed or removed since the run was planned"):
        packed(planned)
    shutil.rmtree(model)
    with pytest.raises(LoadmatrixError, match="was changed or removed since the run was planned"):
        packed(planned)
