"""The cells of a model do not depend on the other models of the call: shards and parts equal it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError, UsageError
from matrix.model.facts import Format, ModelFacts, SignatureFacts
from matrix.model.identify import identify
from matrix.options.options import Options
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.prediction.predict import with_predictions
from matrix.results.merging.renumbering import renumbered
from matrix.results.merging.stored_run import StoredRun
from tests.builders import make_model, make_options
from tests.conftest import SHARED

PYTHONS = ("3.7", "3.9", "3.11", "3.12")
FACTS: dict[str, Any] = {
    "kind": st.sampled_from([kind for kind in Format if kind is not Format.UNKNOWN]),
    "tensorflow": st.sampled_from([None, "1.13.1", "1.15.2", "2.0.0", "2.4.1", "2.15.1", "9.9.9"]),
    "keras": st.sampled_from([None, "2.2.4-tf", "2.4.0", "3.3.3", "3.13.0"]),
    "keras_objects": st.sampled_from([None, "none", "root"]),
    "tag_sets": st.sampled_from([(), (("serve",),), (("serve", "gpu"),)]),
    "ops": st.sampled_from([(), ("MatMul",), ("SentencepieceOp",), ("AddonsGelu",)]),
    "layers": st.sampled_from([{}, {"InputLayer": 1, "Lambda": 1}, {"Addons>GELU": 1}]),
    "packages": st.sampled_from([(), ("tensorflow_text",), ("keras_nlp",)]),
    "signatures": st.sampled_from([(), (SignatureFacts(name="serve"),)]),
}
MODELS = st.lists(st.builds(make_model, **FACTS), min_size=2, max_size=4)
OPTIONS = st.builds(
    make_options,
    tensorflow=st.sampled_from([None, SpecifierSet(">=1.15,<2.5"), SpecifierSet(">=2.15")]),
    patches=st.booleans(),
    pythons=st.sampled_from([(), ("3.7", "3.11")]),
    companions=st.sampled_from([(), ("tensorflow-text",), ("keras==3.3.3", "tensorflow-addons")]),
    loaders=st.sampled_from([(), ("saved_model", "keras")]),
    keras=st.sampled_from([None, SpecifierSet(">=3.3,<3.5")]),
    allow_lambda=st.booleans(),
    remedies=st.booleans(),
)


def plan_of(models: Sequence[ModelFacts], options: Options, *, contained: bool = True) -> Plan:
    return make_plan(models, catalogue(), options, PYTHONS, "linux-x86_64", contained=contained)


def of_model(plan: Plan, number: int) -> dict[str, Any]:
    """All that a plan says of one model: its cells, with checks and needs; nearest; predictions."""
    run = StoredRun(
        name="",
        plan=plan,
        outcomes={},
        folders={},
        inputs=(),
        started=datetime.now(UTC),
        seconds=0.0,
        complete=True,
    )
    document = plan_document(renumbered(run, {number: 0}).plan)
    told = ("models", "nearest", "cells", "predictions", "numerics", "loaders")
    # Whether other models are tested there is no matter.
    cells = [{**cell, "models": None} for cell in document["cells"]]
    return {**{name: document[name] for name in told}, "cells": cells}


def assert_independent(models: Sequence[ModelFacts], options: Options) -> None:
    try:
        together = plan_of(models, options)
    except UsageError:
        for model in models:
            with pytest.raises(UsageError):
                plan_of([model], options)
        return
    for number, model in enumerate(models):
        try:
            alone = plan_of([model], options)
        except UsageError:
            assert not any(planned.concerns(number) for planned in together.cells)
            continue
        assert of_model(together, number) == of_model(alone, 0)


@given(models=MODELS, options=OPTIONS)
@settings(max_examples=25, deadline=None)
def test_plan_of_many_models_has_for_each_what_its_own_has(
    models: list[ModelFacts], options: Options
) -> None:
    named = [
        replace(model, sha256=f"{number:064}", path=Path(f"/models/{number}"))
        for number, model in enumerate(models)
    ]
    assert_independent(named, options)


def test_old_release_is_for_the_model_that_was_written_near_it_alone() -> None:
    old, new = make_model(tensorflow="1.15.2"), make_model(tensorflow="2.15.1")
    plan = plan_of([old, new], make_options())
    planned = plan.cell("1.15.5")
    assert planned.models == (0,)
    assert {check.model for check in planned.checks} == {0}
    assert plan.cell("2.15.1").models is None


def test_cell_that_a_file_asks_for_and_nothing_contains_is_told_of_each_model() -> None:
    one = make_model(Format.KERAS_V3, path=Path("/m/a.keras"), keras="3.0.1")
    two = replace(one, path=Path("/m/b.keras"))
    plan = plan_of([one, two], make_options(), contained=False)
    assert [line.split(":")[0] for line in plan.left_out] == ["a.keras", "b.keras"]


def test_plan_of_the_models_at_hand_has_for_each_what_its_own_has() -> None:
    if not (SHARED / "models").is_dir():
        pytest.skip("the models at hand are not here")
    models = []
    for path in sorted((SHARED / "models").iterdir()):
        try:
            models.append(identify(path))
        except (LoadmatrixError, OSError):
            continue
    assert len(models) > 20
    together = with_predictions(plan_of(models, make_options()))
    for number in range(0, len(models), 5):
        alone = with_predictions(plan_of([models[number]], make_options()))
        assert of_model(together, number) == of_model(alone, 0)
