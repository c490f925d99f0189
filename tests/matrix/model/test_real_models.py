"""Real models that nobody here made: each is what the catalogue says it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import NothingTestable
from matrix.model.facts import Format
from matrix.model.identify import identify
from tests.conftest import SHARED

MODELS = SHARED / "models"
CATALOG = MODELS / "catalog.jsonl"

OURS = {
    "savedmodel-tf1": Format.SAVED_MODEL_V1,
    "savedmodel-tf2": Format.SAVED_MODEL,
    "keras-h5": Format.KERAS_H5,
    "keras-v3": Format.KERAS_V3,
    "keras-json+h5": Format.KERAS_JSON,
    "frozen-graphdef": Format.GRAPH_DEF,
    "tf1-checkpoint": Format.CHECKPOINT,
    "tf2-checkpoint": Format.CHECKPOINT,
    "tflite": Format.TFLITE,
    "not-a-model": None,
}
# Where the catalogue is broader: weights alone, and what is broken, by what is left of it.
ONE_BY_ONE = {
    "h5-textgenrnn-weights": Format.WEIGHTS_H5,
    "h5-deepcut-thai": Format.WEIGHTS_H5,
    "ckpt1-scisharp-meta-only": Format.META_GRAPH,
    "ckpt1-scisharp-wordrnn-meta": Format.META_GRAPH,
    "sb0-serving-bad": Format.CHECKPOINT,
    "sm2-serving-tftext-regression-incomplete": None,
}


def _entries() -> list[Any]:
    if not CATALOG.exists():
        reason = pytest.mark.skip(reason="there is no shared/models beside the project")
        return [pytest.param({}, marks=reason)]
    lines = CATALOG.read_text(encoding="utf-8").splitlines()
    return [pytest.param(one, id=one["id"]) for one in map(json.loads, lines)]


@pytest.mark.parametrize("entry", _entries())
def test_real_model_is_what_the_catalogue_says(entry: Any, tmp_path: Path) -> None:
    expected = ONE_BY_ONE.get(entry["id"], OURS.get(entry["format"]))
    path = MODELS.parent / entry["path"]
    if expected is None:
        with pytest.raises(NothingTestable, match=entry["id"]):
            identify(path, tmp_path)
    else:
        assert identify(path, tmp_path).format is expected
