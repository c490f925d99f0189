"""Shards and runs in parts, merged: the report is that of one run, and what is lost is named."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matrix.errors import LoadmatrixError, UsageError
from matrix.model.facts import ModelFacts
from matrix.models_list.shard import Shard
from matrix.parts.index import PartsIndex
from matrix.plan.untested import Untested
from matrix.run.keeping import earlier
from matrix.run.store import Store
from reports.jobs.report import report
from reports.many.opened import open_report
from tests.stored_runs import STARTED, model, models, store_run, untested

SEVEN: tuple[ModelFacts | Untested, ...] = (*models(6), untested("gone.keras"))
BOTH = ">=2.15,<2.17"


def _shards(folder: Path, of: int, every: Sequence[Any] = SEVEN, **more: Any) -> list[Path]:
    return [
        store_run(folder / f"shard-{number}", every, shard=Shard(number, of), **more)
        for number in range(1, of + 1)
    ]


def _said(output: Path) -> dict[str, Any]:
    """The report without what no two runs share: when, how long, and where inputs are stored."""
    document: dict[str, Any] = json.loads((output / "report.json").read_text(encoding="utf-8"))
    for field in ("started", "seconds", "host"):
        document.pop(field)
    for one in document["models"]:
        one.pop("inputs", None)
    return document


def _merged(places: Sequence[Path], output: Path) -> int:
    return report([*map(str, places), "--output", str(output)], output.parent)


def _whole(folder: Path, every: Sequence[Any] = SEVEN, tensorflow: str = "==2.15.*") -> Path:
    output = store_run(folder / "whole", every, tensorflow)
    report([str(output)], folder)
    return output


def _verdicts(output: Path) -> Mapping[str, Mapping[str, str]]:
    seen = open_report(output / "report.json").models()
    return {one.name: {cell.id: cell.verdict for cell in one.cells} for one in seen}


def test_shards_in_any_order_and_twice_are_what_one_run_is(tmp_path: Path) -> None:
    first, second, third = _shards(tmp_path, 3)
    copy = shutil.copytree(second, tmp_path / "copy")
    assert _merged([third, first, copy, second, first], tmp_path / "merged") == 3
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path))
    files = {path.name for path in (tmp_path / "merged").iterdir()}
    assert {"report.html", "report.md", "junit.xml", "matrix.svg"} <= files


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    count=st.integers(1, 4),
    of=st.integers(1, 3),
    size=st.integers(1, 3),
    by_release=st.booleans(),
    seed=st.integers(0, 99),
)
def test_whatever_the_division_the_report_is_that_of_one_run(
    count: int, of: int, size: int, seed: int, *, by_release: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        every = [*models(count), untested("gone.keras")]
        groups = ["==2.15.*", "==2.16.*"] if by_release else [BOTH]
        places = [
            place
            for number, releases in enumerate(groups)
            for place in _shards(folder / str(number), of, every, tensorflow=releases, size=size)
        ]
        places += [places[0]]
        random.Random(seed).shuffle(places)
        _merged(places, folder / "merged")
        assert _said(folder / "merged") == _said(_whole(folder, every, BOTH))


def test_report_of_the_merged_run_can_be_made_again_and_merged_again(tmp_path: Path) -> None:
    merged = tmp_path / "merged"
    _merged(_shards(tmp_path, 2), merged)
    first = _said(merged)
    (merged / "report.json").unlink()
    assert report([str(merged)], tmp_path) == 3
    assert _said(merged) == first
    assert _merged([merged, tmp_path / "shard-1"], tmp_path / "again") == 3
    assert _said(tmp_path / "again") == first
    logs = merged.glob("results/parts/*/2.15.1/log.txt")
    assert [log.read_text() for log in logs] == ["as it was"] * 2


def test_missing_shard_is_named_and_its_models_are_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = _shards(tmp_path, 3)
    assert _merged([places[0], places[2]], tmp_path / "merged") == 3
    lost = [name for name in (f"m{n:04}" for n in range(6)) if Shard(2, 3).has(name)]
    assert lost
    found = _verdicts(tmp_path / "merged")
    assert [found[name] for name in lost] == [{"2.15.1": "not-run"}] * len(lost)
    assert f"Shard 2 of 3 is missing: {len(lost)} model" in capsys.readouterr().out
    seen = open_report(tmp_path / "merged" / "report.json")
    assert not seen.header.complete
    assert [one.untested for one in seen.models() if one.name in lost] == (
        ["Shard 2 of 3 is missing."] * len(lost)
    )


def test_gate_is_not_met_by_models_of_a_missing_shard(tmp_path: Path) -> None:
    every = [model(f"lite{number}.tflite", 4) for number in range(6)]
    places = _shards(tmp_path, 2, every)
    words = ["--output", str(tmp_path / "merged"), "--require", "2.15"]
    whole = report([*map(str, places), *words], tmp_path)
    assert report([str(places[0]), str(tmp_path / "nothing"), *words], tmp_path) == 1
    assert whole in (0, 1)


def _without_plan(part: Path) -> None:
    (part / "plan.json").unlink()


def _cut_plan(part: Path) -> None:
    path = part / "plan.json"
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize("tear", [shutil.rmtree, _without_plan, _cut_plan])
def test_torn_part_is_named_and_the_rest_is_used(
    tear: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = _shards(tmp_path, 2, size=1)
    index = PartsIndex.read(places[0] / "results")
    torn = index.parts[0]
    tear(torn.folder(places[0] / "results"))
    assert _merged(places, tmp_path / "merged") == 3
    found, whole = _verdicts(tmp_path / "merged"), _verdicts(_whole(tmp_path))
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
    places = _shards(tmp_path, 2)
    tear(PartsIndex.read(places[0] / "results").parts[0].folder(places[0] / "results"))
    assert _merged(places, tmp_path / "merged") == 3
    assert "not-run" in capsys.readouterr().out


def test_torn_outcome_is_named_and_its_cell_is_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = models(6)
    places = _shards(tmp_path, 2, every, tensorflow=BOTH)
    torn = places[1] / "results" / "parts" / "00001" / "2.15.1" / "outcome.json"
    torn.write_bytes(torn.read_bytes()[:50])
    assert _merged(places, tmp_path / "merged") == 3
    assert f"{torn} is cut off or damaged" in capsys.readouterr().out
    found, whole = _verdicts(tmp_path / "merged"), _verdicts(_whole(tmp_path, every, BOTH))
    for name, cells in whole.items():
        lost = {"2.15.1": "not-run"} if Shard(2, 2).has(name) else {}
        plain = {cell: word for cell, word in found[name].items() if "+" not in cell}
        assert plain == {c: w for c, w in {**cells, **lost}.items() if "+" not in c}
    assert not open_report(tmp_path / "merged" / "report.json").header.complete


@pytest.mark.parametrize("left", ["nothing", "half"])
def test_shard_without_its_index_is_found_by_its_models(left: str, tmp_path: Path) -> None:
    places = _shards(tmp_path, 2)
    index = places[0] / "results" / "parts.json"
    index.unlink() if left == "nothing" else index.write_text('{"schema": 1, "names": [')
    _merged(places, tmp_path / "merged")
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path))


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_shards_may_lie_in_archives(kind: str, tmp_path: Path) -> None:
    places = [Path(shutil.make_archive(str(place), kind, place)) for place in _shards(tmp_path, 2)]
    _merged(places, tmp_path / "merged")
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path))


def test_archive_that_is_cut_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = _shards(tmp_path, 2)
    archive = Path(shutil.make_archive(str(places[1]), "zip", places[1]))
    archive.write_bytes(archive.read_bytes()[:-200])
    assert _merged([places[0], archive], tmp_path / "merged") == 3
    out = capsys.readouterr().out
    assert f"{archive} is a damaged archive" in out
    assert "Shard 2 of 2 is missing: " in out


def test_only_torn_shards_are_no_report(tmp_path: Path) -> None:
    places = _shards(tmp_path, 2)
    for place in places:
        shutil.rmtree(place / "results" / "parts")
    with pytest.raises(LoadmatrixError, match="it is missing") as caught:
        _merged(places, tmp_path / "merged")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "merged" / "report.json").exists()


def test_shards_of_different_divisions_are_refused(tmp_path: Path) -> None:
    four, five = _shards(tmp_path / "4", 4), _shards(tmp_path / "5", 5)
    with pytest.raises(UsageError, match=r"is shard 1/4 and .* is shard 2/5. Merge only shards"):
        _merged([four[0], five[1]], tmp_path / "merged")


def test_shards_of_different_lists_are_refused(tmp_path: Path) -> None:
    first = _shards(tmp_path / "a", 2)
    other = _shards(tmp_path / "b", 2, [model(f"other{number}") for number in range(4)])
    with pytest.raises(UsageError, match="have no model in common"):
        _merged([first[0], other[1]], tmp_path / "merged")


def test_shards_with_different_options_are_refused(tmp_path: Path) -> None:
    first, other = _shards(tmp_path / "a", 2), _shards(tmp_path / "b", 2, allow_lambda=True)
    with pytest.raises(UsageError, match="have different --custom-objects, --allow-lambda"):
        _merged([first[0], other[1]], tmp_path / "merged")


def test_model_added_to_the_list_between_shards_is_named(tmp_path: Path) -> None:
    """A shard that was run before knows nothing of it; nothing else moves."""
    before = _shards(tmp_path / "before", 2)
    added = next(
        one
        for one in (model(f"new{n}") for n in itertools.count())
        if Shard(1, 2).has(one.path.name)
    )
    longer = [*SEVEN[:2], added, *SEVEN[2:]]
    later = STARTED + timedelta(days=1)
    after = _shards(tmp_path / "after", 2, longer, started=later)
    _merged([before[0], after[1]], tmp_path / "merged")
    found = open_report(tmp_path / "merged" / "report.json")
    names = [one.name for one in found.models()]
    assert names == [Path(one.path).name for one in longer]
    assert "was run before this model was in its list" in found.model(2).untested
    _merged(after, tmp_path / "all")
    assert _said(tmp_path / "all") == _said(_whole(tmp_path, longer))


def test_shard_that_was_run_again_after_a_model_changed_is_the_one_that_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = _shards(tmp_path / "first", 2)
    changed = [model("m0000", 0, digest="newer"), *SEVEN[1:]]
    number = 1 if Shard(1, 2).has("m0000") else 2
    again = store_run(
        tmp_path / "again",
        changed,
        shard=Shard(number, 2),
        started=STARTED + timedelta(days=1),
    )
    _merged([*first, again], tmp_path / "merged")
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path, changed))
    assert "m0000 was changed between" in capsys.readouterr().out


def test_models_on_which_runs_contradict_each_other_are_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = _shards(tmp_path, 2)
    turned = shutil.copytree(places[0], tmp_path / "turned")
    (outcome,) = turned.glob("results/parts/00001/2.15.1/outcome.json")
    text = outcome.read_text()
    document = json.loads(text)
    checks = document["verification"]["checks"]
    name = next(name for name in sorted(checks) if not checks[name]["error"])
    checks[name] = next(one for one in checks.values() if one["error"])
    outcome.write_text(json.dumps(document))
    assert _merged([*places, turned], tmp_path / "merged") == 3
    assert "is not-run, because its runs differ." in capsys.readouterr().out
    found, whole = _verdicts(tmp_path / "merged"), _verdicts(_whole(tmp_path))
    wrong = {one for one in whole if found[one] != whole[one]}
    assert len(wrong) == 1
    assert found[wrong.pop()] == {"2.15.1": "not-run"}


def test_shards_of_other_releases_leave_cells_that_are_not_run(tmp_path: Path) -> None:
    every = [model(f"m{number}", 4) for number in range(6)]
    first = store_run(tmp_path / "a", every, "==2.14.*", shard=Shard(1, 2))
    second = store_run(tmp_path / "b", every, "==2.15.*", shard=Shard(2, 2))
    _merged([first, second], tmp_path / "merged")
    for name, cells in _verdicts(tmp_path / "merged").items():
        absent = "2.15.1" if Shard(1, 2).has(name) else "2.14.1"
        assert set(cells) == {"2.14.1", "2.15.1"}
        assert [cell for cell, word in cells.items() if word == "not-run"] == [absent]


def test_runs_of_which_each_answered_other_models_are_one(tmp_path: Path) -> None:
    """Both were interrupted in the same cell, each behind another model."""
    every = models(4)
    runs = [store_run(tmp_path / name, every) for name in ("a", "b")]
    for run, left in zip(runs, ("0:", "1:"), strict=True):
        path = run / "results" / "2.15.1" / "outcome.json"
        document = json.loads(path.read_text())
        checks = document["verification"]["checks"]
        for name in [name for name in checks if name.startswith(left)]:
            del checks[name]
        path.write_text(json.dumps(document))
    assert _merged(runs, tmp_path / "merged") == 0
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path, every))


def test_shard_without_any_model_is_no_fault(tmp_path: Path) -> None:
    every = models(2)
    places = _shards(tmp_path, 8, every)
    assert _merged(places, tmp_path / "merged") == 0
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path, every))


def test_more_models_than_one_part_has(tmp_path: Path) -> None:
    every = models(70)
    _merged(_shards(tmp_path, 3, every), tmp_path / "merged")
    whole = store_run(tmp_path / "whole", every)
    report([str(whole)], tmp_path)
    assert _said(tmp_path / "merged") == _said(whole)


def test_what_fast_shards_left_to_predictions_stays_predicted_where_one_is_missing(
    tmp_path: Path,
) -> None:
    """Their runs came to their end, whatever became of the third."""
    every = models(6)
    places = _shards(tmp_path, 2, every, tensorflow=BOTH)
    for plan_file in tmp_path.glob("shard-*/results/parts/*/plan.json"):
        plan = json.loads(plan_file.read_text())
        plan_file.write_text(json.dumps({**plan, "fast": True}))
        (plan_file.parent / "2.16.2" / "outcome.json").unlink()
    _merged(places[:1], tmp_path / "merged")
    for name, cells in _verdicts(tmp_path / "merged").items():
        assert cells["2.16.2"] == ("predicted" if Shard(1, 2).has(name) else "not-run")


def test_whole_run_of_other_releases_and_shards_are_one_run(tmp_path: Path) -> None:
    """A run that is no shard has no list: its models are found by their bytes."""
    every = models(5)
    older = store_run(tmp_path / "older", every[::-1], "==2.14.*")
    places = _shards(tmp_path, 2, every)
    assert _merged([places[1], older, places[0]], tmp_path / "merged") == 0
    assert _said(tmp_path / "merged") == _said(_whole(tmp_path, every, ">=2.14,<2.16"))


def test_lists_of_two_machines_are_the_same_list(tmp_path: Path) -> None:
    every = models(4)
    homes = ("/home/a/", "/runner/b/")
    places = [
        store_run(
            tmp_path / str(number),
            every,
            shard=Shard(number, 2),
            names=[f"{home}{one.path.name}" for one in every],
        )
        for number, home in enumerate(homes, start=1)
    ]
    merged = tmp_path / "merged"
    _merged(places, merged)
    assert [one.name for one in open_report(merged / "report.json").models()] == [
        one.path.name for one in every
    ]


def test_results_of_the_merged_run_do_not_change_its_sources(tmp_path: Path) -> None:
    places = _shards(tmp_path, 2, size=2)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    _merged([*places, _whole(tmp_path)], tmp_path / "merged")
    report([str(tmp_path / "merged")], tmp_path)
    assert {path: path.read_bytes() for path in before} == before


def test_merging_that_is_refused_leaves_what_was_there(tmp_path: Path) -> None:
    merged = tmp_path / "merged"
    _merged(_shards(tmp_path, 2), merged)
    before = {path: path.read_bytes() for path in merged.rglob("*") if path.is_file()}
    other = _shards(tmp_path / "other", 2, [model(f"other{number}") for number in range(3)])
    with pytest.raises(UsageError):
        _merged([tmp_path / "shard-1", *other], merged)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("same", [True, False])
def test_what_a_killed_run_replaces_counts_only_for_the_same_models(
    same: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = _shards(tmp_path, 2)
    results = first / "results"
    index = PartsIndex.read(results)
    # Another call was killed after its index was written.
    earlier.set_aside(Store(folder=index.parts[0].folder(results)))
    if not same:
        other = {place: f"/models/other-{place}" for place in index.places}
        names = tuple(other.get(place, name) for place, name in enumerate(index.names))
        replace(index, names=names).write(results)
    assert _merged([first, second], tmp_path / "out") == 3
    verdicts = _verdicts(tmp_path / "out")
    mine = [Path(index.names[place]).name for place in index.places]
    tested = [name for name in mine if {*verdicts[name].values()} - {"not-run"}]
    assert tested == ([name for name in mine if name != "gone.keras"] if same else [])
    assert ("00001/plan.json of" in capsys.readouterr().out) is not same
