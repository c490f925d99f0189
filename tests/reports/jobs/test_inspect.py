from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.model.facts import Format
from matrix.model.inspection import Inspection, Refusal
from matrix.model.integrity.finding import Kind, damage
from reports.build import inspection_json
from reports.jobs.inspect import inspect
from tests import tiny_models
from tests.builders import HOSTILE, make_model

Said = pytest.CaptureFixture[str]


def _run(capsys: Said, folder: Path, *words: str) -> tuple[int, Any]:
    code = inspect([*words, "--json"], folder)
    return code, json.loads(capsys.readouterr().out)


def test_sound_model_is_described_without_tensorflow(capsys: Said, tmp_path: Path) -> None:
    tiny_models.saved_model(tmp_path / "m")
    code, said = _run(capsys, tmp_path, "m")
    (model,) = said["models"]
    assert (code, model["sound"], model["format"]) == (0, True, "saved_model")
    assert model["written_by"]["tensorflow"] == "2.15.1"
    assert model["written_by"]["producer_releases"] == "2.15"
    assert model["packages"] == {"tensorflow": {"Const": 1, "Mul": 1, "Placeholder": 1}}


def test_damaged_model_is_code_3_and_what_is_known_is_printed(capsys: Said, tmp_path: Path) -> None:
    model = tiny_models.saved_model(tmp_path / "m")
    (model / "variables" / "variables.data-00000-of-00001").write_bytes(b"short")
    assert inspect(["m"], tmp_path) == 3
    said = capsys.readouterr().out
    assert "TensorFlow 2.15.1" in said
    assert "damaged: variables/variables.data-00000-of-00001 is incomplete" in said


def test_what_is_no_model_any_more_is_code_3_with_its_damage(capsys: Said, tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(b"")
    code, said = _run(capsys, tmp_path, "m.keras")
    (model,) = said["models"]
    assert (code, model["sound"], model["findings"][0]["kind"]) == (3, False, "empty")
    assert "m.keras" in model["problem"]


@pytest.mark.parametrize("make", [tiny_models.saved_model, tiny_models.keras])
def test_checksums_are_written_and_then_held_to(
    capsys: Said, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    make(tmp_path / "m.keras")
    assert inspect(["m.keras", "--write-checksums"], tmp_path) == 0
    assert f"Wrote {tmp_path / 'm.keras.sha256'}" in capsys.readouterr().out
    assert inspect(["m.keras", "--checksums", "m.keras.sha256"], tmp_path) == 0
    manifest = tmp_path / "m.keras.sha256"
    manifest.write_text(manifest.read_text().replace(manifest.read_text()[:8], "00000000", 1))
    assert inspect(["m.keras", "--checksums", "m.keras.sha256"], tmp_path) == 3
    assert "has changed: its SHA-256 does not" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("producer", "releases"),
    [
        (1645, "2.15"),
        (175, "2.1 or 2.2"),
        (1700, "between 2.15 and 2.16"),
        (26, "before 2.0"),
        (99999, "after 2.21"),
    ],
)
def test_graphdef_version_is_told_in_releases(producer: int, releases: str) -> None:
    written = inspection_json.written_by(make_model(producer=producer), catalogue())
    assert written["producer_releases"] == releases


def test_min_consumer_says_which_release_can_read_it() -> None:
    written = inspection_json.written_by(make_model(producer=1882, min_consumer=900), catalogue())
    assert written["readable_from"] == "2.8"


def test_ops_stand_under_the_package_that_brings_them() -> None:
    model = make_model(ops={"MatMul": 2, "CaseFoldUTF8": 1})
    expected = {"tensorflow": {"MatMul": 2}, "tensorflow-text": {"CaseFoldUTF8": 1}}
    assert inspection_json.by_package(model) == expected


def test_hostile_names_stay_text() -> None:
    model = make_model(layers={HOSTILE: 1}, tensorflow=HOSTILE, notes=(HOSTILE,))
    found = (damage(Kind.MISSING, HOSTILE, HOSTILE),)
    for seen in (
        Inspection(facts=model, findings=found),
        Refusal(path=Path("m"), sentence=HOSTILE, findings=found),
    ):
        said = inspection_json.text(seen, catalogue())
        assert not any(character in said for character in "\x1b\x9b\u202e\r")
        json.dumps(inspection_json.document(seen, catalogue()), allow_nan=False)


def test_format_without_checksums_does_not_claim_more_than_it_can_show() -> None:
    seen = Inspection(facts=make_model(Format.TFLITE), findings=())
    assert "damage found (this format has no checksums)" in inspection_json.text(seen, catalogue())


def test_no_model_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No model was given"):
        inspect([], tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        inspect(["nowhere"], tmp_path)


def test_python_that_a_model_brings_is_named(capsys: Said, tmp_path: Path) -> None:
    path = tiny_models.keras(tmp_path / "m.keras")
    layer = {"module": "os", "class_name": "system", "config": {"name": "s"}}
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.npz", "")
    inspect([str(path)], tmp_path)
    said = " ".join(capsys.readouterr().out.split())
    assert "Loading the model can run Python code (the module os)." in said
    inspect([str(path), "--json"], tmp_path)
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert model["brings_python"] == ["the module os"]
