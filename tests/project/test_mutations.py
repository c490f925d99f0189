"""The measurement of damaged copies: the same for a seed, and it counts what is called wrong."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from benchmarks.mutations.__main__ import Copy
from benchmarks.mutations.inspected import each_seen, whole_models
from benchmarks.mutations.mutate import MUTATIONS, copied, mutated
from benchmarks.mutations.tested import _wrong
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.report.cause import Cause, Diagnosis
from reports.report.model_report import ModelReport
from tests import tiny_models
from tests.builders import report_of


def _bytes(place: Path) -> dict[str, bytes]:
    files = place.rglob("*") if place.is_dir() else [place]
    return {
        file.relative_to(place.parent).as_posix(): file.read_bytes()
        for file in files
        if file.is_file()
    }


@pytest.mark.parametrize("make", [tiny_models.saved_model, tiny_models.keras])
def test_seed_decides_and_every_damage_changes_something(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    model = make(tmp_path / "m.keras")
    whole = _bytes(model)
    for seed in range(20):
        found = []
        for turn in ("first", "second"):
            place = copied(model, tmp_path / f"{turn}-{seed}")
            place, kind, what = mutated(place, Random(seed))
            found.append((kind, what, _contents(place)))
        assert found[0] == found[1]
        assert found[0][0] in MUTATIONS
        assert _bytes(place) != whole
    assert _bytes(model) == whole


def _contents(place: Path) -> object:
    """The bytes of a copy, without the times that a zip file written again has."""
    if place.is_file() and zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            return place.name, place.stat().st_size, archive.namelist()
    return _bytes(place)


def test_copies_are_inspected_in_a_process_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "a"
    folder.mkdir(parents=True)
    sound = tiny_models.keras(folder / "m.keras")
    torn = tmp_path / "torn.keras"
    torn.write_bytes(sound.read_bytes()[:-30])
    assert whole_models([tmp_path / "models"]) == [sound]
    assert [seen.verdict for seen in each_seen([sound, torn])] == ["sound", "damaged"]


def _model(cause: Cause | None, message: str = "it failed") -> ModelReport:
    """A model of one check, which fails for that reason, or runs."""
    error = ErrorRecord(type="ValueError", message=message)
    verdict = verdicts.Runs() if cause is None else verdicts.Fails(error=error)
    (model,) = report_of({"2.15.1": verdict}).models
    (cell,) = model.cells
    (check,) = cell.checks
    said = cause and Diagnosis(cause=cause, subject="m", explanation="It failed.")
    return replace(model, cells=(replace(cell, checks=(replace(check, diagnosis=said),)),))


COPY = Copy(whole=Path("m"), place=Path("copy"), kind="cut", what="m cut")


@pytest.mark.parametrize(
    ("whole", "copy", "rule"),
    [
        (_model(None), _model(Cause.CORRUPT_OR_TRUNCATED), ""),
        (_model(None), _model(Cause.UNREGISTERED_OP), "damage called a version matter"),
        (_model(Cause.UNREGISTERED_OP), _model(Cause.UNREGISTERED_OP), ""),
        (
            _model(Cause.UNREGISTERED_OP),
            _model(Cause.CORRUPT_OR_TRUNCATED),
            "version matter called damage",
        ),
        (
            _model(Cause.UNREGISTERED_OP),
            _model(Cause.CORRUPT_OR_TRUNCATED, "other words: the bytes did not read"),
            "",
        ),
    ],
)
def test_rule_holds_a_copy_against_its_whole_model(
    whole: ModelReport, copy: ModelReport, rule: str
) -> None:
    assert [one.rule for one in _wrong(COPY, whole, copy)] == ([rule] if rule else [])
