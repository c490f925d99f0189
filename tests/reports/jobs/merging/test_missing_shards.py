"""Shards and parts that are missing or torn: named, and never guessed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError
from matrix.model.source.limits import OF_RUNS
from matrix.models_list.shard import Shard
from matrix.parts.index import PartsIndex
from reports.jobs.merging import archives
from reports.jobs.report import report
from reports.many.opened import open_report
from tests.reports.jobs.merging.shards import (
    BOTH,
    SEVEN,
    merged_into,
    said,
    shards_of,
    verdicts,
    whole_run,
)
from tests.stored_runs import model, models, store_run


def test_missing_shard_is_named_and_its_models_are_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = shards_of(tmp_path, 3)
    assert merged_into([places[0], places[2]], tmp_path / "merged") == 3
    lost = [name for name in (f"m{n:04}" for n in range(6)) if Shard(2, 3).has(name)]
    assert lost
    found = verdicts(tmp_path / "merged")
    assert [found[name] for name in lost] == [{"2.15.1": "not-run"}] * len(lost)
    assert f"Shard 2 of 3 is missing: {len(lost)} model" in capsys.readouterr().out
    seen = open_report(tmp_path / "merged" / "report.json")
    assert not seen.header.complete
    assert [one.untested for one in seen.models() if one.name in lost] == (
        ["Shard 2 of 3 is missing."] * len(lost)
    )


def test_gate_is_not_met_by_models_of_a_missing_shard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [model(f"lite{number}.tflite", 4) for number in range(6)]
    places = shards_of(tmp_path, 2, every)
    words = ["--output", str(tmp_path / "merged"), "--require", "2.15"]
    whole = report([*map(str, places), *words], tmp_path)
    capsys.readouterr()
    assert report([str(places[0]), str(tmp_path / "nothing"), *words], tmp_path) == 1
    told = (tmp_path / "merged" / "gate.txt").read_text(encoding="utf-8")
    assert "no answer for 2.15.1 (Shard 2 of 2 is missing)." in told
    missing = [line for line in told.splitlines() if line.startswith("Shard 2 of 2 is missing: ")]
    assert len(missing) == 1
    assert capsys.readouterr().out.count(missing[0]) == 1
    lost = [
        one for one in open_report(tmp_path / "merged" / "report.json").models() if one.untested
    ]
    assert {cell.reason for one in lost for cell in one.cells} == (
        {"not-run: Shard 2 of 2 is missing"}
    )
    assert whole in (0, 1)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("required", [True, False])
def test_shard_that_is_all_that_arrived_is_not_the_whole_list(
    times: int, required: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [model(f"lite{number}.tflite", 4) for number in range(6)]
    first, _ = shards_of(tmp_path, 2, every)
    lost = [one.name for one in every if Shard(2, 2).has(one.name)]
    words = ["--require", "2.15"] if required else ["--output", str(tmp_path / "merged")]
    code = report([*[str(first)] * times, *words], tmp_path)
    assert code == (1 if required else 3)
    assert f"Shard 2 of 2 is missing: {len(lost)} model" in capsys.readouterr().out
    output = tmp_path / ("compatibility" if required else "merged")
    told = output / "gate.txt"
    assert told.exists() is required
    assert not required or "Shard 2 of 2 is missing: " in told.read_text(encoding="utf-8")
    assert {
        one for one, cells in verdicts(output).items() if set(cells.values()) == {"not-run"}
    } >= (set(lost))


def test_report_of_a_shard_in_its_place_is_its_own_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _ = shards_of(tmp_path, 2)
    before = report([str(first)], tmp_path)
    assert "Shard 2 of 2 is missing: " in capsys.readouterr().out
    assert len(verdicts(first)) < len(SEVEN)
    asked = report([str(first), "--output", str(first), "--baseline", str(first)], tmp_path)
    assert (before, asked) in [(0, 3), (3, 3)]


def _without_plan(part: Path) -> None:
    (part / "plan.json").unlink()


def _cut_plan(part: Path) -> None:
    path = part / "plan.json"
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize("tear", [shutil.rmtree, _without_plan, _cut_plan])
def test_torn_part_is_named_and_the_rest_is_used(
    tear: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = shards_of(tmp_path, 2, size=1)
    index = PartsIndex.read(places[0] / "results")
    torn = index.parts[0]
    tear(torn.folder(places[0] / "results"))
    assert merged_into(places, tmp_path / "merged") == 3
    found, whole = verdicts(tmp_path / "merged"), verdicts(whole_run(tmp_path))
    name = index.names[torn.places[0]]
    assert found[name] == {"2.15.1": "not-run"}
    assert {one: found[one] for one in found if one != name} == {
        one: whole[one] for one in whole if one != name
    }
    assert str(torn.folder(places[0] / "results")) in capsys.readouterr().out


def _nested_plan(part: Path) -> None:
    (part / "plan.json").write_text("[" * 100_000)


def _newer_plan(part: Path) -> None:
    path = part / "plan.json"
    path.write_text(path.read_text("utf-8").replace('"schema": 1', '"schema": 99'), "utf-8")


@pytest.mark.parametrize("tear", [shutil.rmtree, _cut_plan, _nested_plan, _newer_plan])
def test_run_that_lost_a_part_is_reported_again_and_not_called_complete(
    tear: Any, tmp_path: Path
) -> None:
    output = store_run(tmp_path / "run", SEVEN, shard=Shard(1, 1), size=3)
    index = PartsIndex.read(output / "results")
    tear(index.parts[0].folder(output / "results"))
    assert report([str(output)], tmp_path) == 3
    seen = open_report(output)
    assert not seen.header.complete
    lost = [one for one in seen.models() if one.untested][:3]
    assert [one.name for one in lost] == [index.names[place] for place in index.parts[0].places]
    assert not any("interrupted" in one.untested for one in lost)


@pytest.mark.parametrize("tear", [_nested_plan, _newer_plan])
def test_shard_whose_plan_is_not_one_is_named_and_the_others_are_used(
    tear: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = shards_of(tmp_path, 2)
    tear(PartsIndex.read(places[0] / "results").parts[0].folder(places[0] / "results"))
    assert merged_into(places, tmp_path / "merged") == 3
    assert "not-run" in capsys.readouterr().out


def test_torn_outcome_is_named_and_its_cell_is_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = models(6)
    places = shards_of(tmp_path, 2, every, tensorflow=BOTH)
    torn = places[1] / "results" / "parts" / "00001" / "2.15.1" / "outcome.json"
    torn.write_bytes(torn.read_bytes()[:50])
    assert merged_into(places, tmp_path / "merged") == 3
    assert f"{torn} is cut off or damaged" in capsys.readouterr().out
    found, whole = verdicts(tmp_path / "merged"), verdicts(whole_run(tmp_path, every, BOTH))
    for name, cells in whole.items():
        lost = {"2.15.1": "not-run"} if Shard(2, 2).has(name) else {}
        plain = {cell: word for cell, word in found[name].items() if "+" not in cell}
        assert plain == {c: w for c, w in {**cells, **lost}.items() if "+" not in c}
    assert not open_report(tmp_path / "merged" / "report.json").header.complete


@pytest.mark.parametrize("left", ["nothing", "half"])
def test_shard_without_its_index_is_found_by_its_models(left: str, tmp_path: Path) -> None:
    places = shards_of(tmp_path, 2)
    index = places[0] / "results" / "parts.json"
    index.unlink() if left == "nothing" else index.write_text('{"schema": 1, "names": [')
    merged_into(places, tmp_path / "merged")
    assert said(tmp_path / "merged") == said(whole_run(tmp_path))


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_shards_may_lie_in_archives(kind: str, tmp_path: Path) -> None:
    places = [
        Path(shutil.make_archive(str(place), kind, place)) for place in shards_of(tmp_path, 2)
    ]
    merged_into(places, tmp_path / "merged")
    assert said(tmp_path / "merged") == said(whole_run(tmp_path))


def test_archive_with_more_than_a_run_has_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run has more files than a model ever has."""
    assert OF_RUNS.files >= 1_000_000
    monkeypatch.setattr(archives, "OF_RUNS", replace(OF_RUNS, files=2))
    places = shards_of(tmp_path, 2)
    archive = Path(shutil.make_archive(str(places[1]), "tar", places[1]))
    assert merged_into([places[0], archive], tmp_path / "merged") == 3
    told = "it has more than 2 files. Unpack it yourself, and give the folder of the run."
    assert told in capsys.readouterr().out


def test_archive_that_is_cut_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = shards_of(tmp_path, 2)
    archive = Path(shutil.make_archive(str(places[1]), "zip", places[1]))
    archive.write_bytes(archive.read_bytes()[:-200])
    assert merged_into([places[0], archive], tmp_path / "merged") == 3
    out = capsys.readouterr().out
    assert f"{archive} is a damaged archive" in out
    assert "Shard 2 of 2 is missing: " in out


def test_only_torn_shards_are_no_report(tmp_path: Path) -> None:
    places = shards_of(tmp_path, 2)
    for place in places:
        shutil.rmtree(place / "results" / "parts")
    with pytest.raises(LoadmatrixError, match="it is missing") as caught:
        merged_into(places, tmp_path / "merged")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "merged" / "report.json").exists()
