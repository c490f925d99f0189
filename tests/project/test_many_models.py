"""The models that large runs are measured with: different, whole, and the same at every call."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from benchmarks.scale.make_models import LIST, make
from benchmarks.scale.seeds import Seed, seed_of
from matrix.model.inspection import Inspection, inspect_path
from tests import tiny_models

_FORMATS = ["hdf5", "keras", "tflite", "graph_def", "saved_model", "checkpoint"]


def _seed(name: str, folder: Path) -> Seed:
    model = getattr(tiny_models, name)(folder / f"seed.{'pb' if name == 'graph_def' else name}")
    seed = seed_of(model)
    assert seed is not None
    return seed


def _inspected(path: Path) -> Inspection:
    seen = inspect_path(path)
    assert isinstance(seen, Inspection)
    return seen


def test_models_are_different_and_nothing_is_found_wrong_with_them(tmp_path: Path) -> None:
    models = make(tmp_path, 12)
    seen = [_inspected(model) for model in models]
    assert len({one.facts.sha256 for one in seen}) == 12
    assert [finding.line for one in seen for finding in one.findings] == []
    assert len({one.facts.format for one in seen}) == 3
    assert len((tmp_path / LIST).read_text("utf-8").splitlines()) == 12


def test_same_call_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (_digests(make(tmp_path / name, 9)) for name in ("one", "two"))
    assert first == second


def test_seeds_of_one_name_are_models_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "seeds" / name).mkdir(parents=True)
        tiny_models.keras(tmp_path / "seeds" / name / "model.keras")
    models = make(tmp_path / "made", 10, tmp_path / "seeds")
    assert len(set(models)) == 10
    assert [model.name for model in models[:2]] == [
        "one-model-00000.keras",
        "two-model-00000.keras",
    ]


def _digests(models: list[Path]) -> list[str]:
    return [
        hashlib.sha256(file.read_bytes()).hexdigest()
        for model in models
        for file in sorted(model.rglob("*") if model.is_dir() else [model])
        if file.is_file()
    ]


@pytest.mark.parametrize("name", [name for name in _FORMATS if name != "hdf5"])
def test_copy_of_each_format_is_another_model_and_whole(name: str, tmp_path: Path) -> None:
    seed = _seed(name, tmp_path)
    copies = [_inspected(seed.copy(number, tmp_path / "copies")) for number in _NUMBERS]
    assert len({copy.facts.sha256 for copy in copies}) == len(_NUMBERS)
    known = [finding.line for finding in _inspected(seed.root).findings]
    assert [[f.line for f in copy.findings] for copy in copies] == [known] * len(_NUMBERS)


_NUMBERS = (0, 1, 255, 256, 70_000)


def test_weights_that_are_compressed_are_no_seed(tmp_path: Path) -> None:
    assert seed_of(tiny_models.hdf5(tmp_path / "seed.h5")) is None
