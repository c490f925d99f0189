"""Shards and runs in parts, merged: the report is that of one run."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matrix.errors import UsageError
from matrix.models_list.shard import Shard
from matrix.parts.index import PartsIndex
from matrix.run.keeping import earlier
from matrix.run.store import Store
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
from tests.stored_runs import STARTED, model, models, store_run, untested


def test_shards_in_any_order_and_twice_are_what_one_run_is(tmp_path: Path) -> None:
    first, second, third = shards_of(tmp_path, 3)
    copy = shutil.copytree(second, tmp_path / "copy")
    assert merged_into([third, first, copy, second, first], tmp_path / "merged") == 3
    assert said(tmp_path / "merged") == said(whole_run(tmp_path))
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
            for place in shards_of(folder / str(number), of, every, tensorflow=releases, size=size)
        ]
        places += [places[0]]
        random.Random(seed).shuffle(places)
        merged_into(places, folder / "merged")
        assert said(folder / "merged") == said(whole_run(folder, every, BOTH))


def test_report_of_the_merged_run_can_be_made_again_and_merged_again(tmp_path: Path) -> None:
    merged = tmp_path / "merged"
    merged_into(shards_of(tmp_path, 2), merged)
    first = said(merged)
    (merged / "report.json").unlink()
    assert report([str(merged)], tmp_path) == 3
    assert said(merged) == first
    assert merged_into([merged, tmp_path / "shard-1"], tmp_path / "again") == 3
    assert said(tmp_path / "again") == first
    logs = merged.glob("results/parts/*/2.15.1/log.txt")
    assert [log.read_text() for log in logs] == ["as it was"] * 2


def test_shards_of_different_divisions_are_refused(tmp_path: Path) -> None:
    four, five = shards_of(tmp_path / "4", 4), shards_of(tmp_path / "5", 5)
    with pytest.raises(UsageError, match=r"is shard 1/4 and .* is shard 2/5. Merge only shards"):
        merged_into([four[0], five[1]], tmp_path / "merged")


def test_shards_of_different_lists_are_refused(tmp_path: Path) -> None:
    first = shards_of(tmp_path / "a", 2)
    other = shards_of(tmp_path / "b", 2, [model(f"other{number}") for number in range(4)])
    with pytest.raises(UsageError, match="have no model in common"):
        merged_into([first[0], other[1]], tmp_path / "merged")


def test_shards_with_different_options_are_refused(tmp_path: Path) -> None:
    first, other = shards_of(tmp_path / "a", 2), shards_of(tmp_path / "b", 2, allow_lambda=True)
    with pytest.raises(UsageError, match="have different --custom-objects, --allow-lambda"):
        merged_into([first[0], other[1]], tmp_path / "merged")


def test_model_added_to_the_list_between_shards_is_named(tmp_path: Path) -> None:
    """A shard that was run before knows nothing of it; nothing else moves."""
    before = shards_of(tmp_path / "before", 2)
    added = next(
        one
        for one in (model(f"new{n}") for n in itertools.count())
        if Shard(1, 2).has(one.path.name)
    )
    longer = [*SEVEN[:2], added, *SEVEN[2:]]
    later = STARTED + timedelta(days=1)
    after = shards_of(tmp_path / "after", 2, longer, started=later)
    merged_into([before[0], after[1]], tmp_path / "merged")
    found = open_report(tmp_path / "merged" / "report.json")
    names = [one.name for one in found.models()]
    assert names == [Path(one.path).name for one in longer]
    assert "was run before this model was in its list" in found.model(2).untested
    merged_into(after, tmp_path / "all")
    assert said(tmp_path / "all") == said(whole_run(tmp_path, longer))


def test_shard_that_was_run_again_after_a_model_changed_is_the_one_that_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = shards_of(tmp_path / "first", 2)
    changed = [model("m0000", 0, digest="newer"), *SEVEN[1:]]
    number = 1 if Shard(1, 2).has("m0000") else 2
    again = store_run(
        tmp_path / "again",
        changed,
        shard=Shard(number, 2),
        started=STARTED + timedelta(days=1),
    )
    merged_into([*first, again], tmp_path / "merged")
    assert said(tmp_path / "merged") == said(whole_run(tmp_path, changed))
    assert "m0000 was changed between" in capsys.readouterr().out


def test_models_on_which_runs_contradict_each_other_are_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = shards_of(tmp_path, 2)
    turned = shutil.copytree(places[0], tmp_path / "turned")
    (outcome,) = turned.glob("results/parts/00001/2.15.1/outcome.json")
    text = outcome.read_text()
    document = json.loads(text)
    checks = document["verification"]["checks"]
    name = next(name for name in sorted(checks) if not checks[name]["error"])
    checks[name] = next(one for one in checks.values() if one["error"])
    outcome.write_text(json.dumps(document))
    assert merged_into([*places, turned], tmp_path / "merged") == 3
    assert "is not-run, because its runs differ." in capsys.readouterr().out
    found, whole = verdicts(tmp_path / "merged"), verdicts(whole_run(tmp_path))
    wrong = {one for one in whole if found[one] != whole[one]}
    assert len(wrong) == 1
    assert found[wrong.pop()] == {"2.15.1": "not-run"}


def test_shards_of_other_releases_leave_cells_that_are_not_run(tmp_path: Path) -> None:
    every = [model(f"m{number}", 4) for number in range(6)]
    first = store_run(tmp_path / "a", every, "==2.14.*", shard=Shard(1, 2))
    second = store_run(tmp_path / "b", every, "==2.15.*", shard=Shard(2, 2))
    merged_into([first, second], tmp_path / "merged")
    for name, cells in verdicts(tmp_path / "merged").items():
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
    assert merged_into(runs, tmp_path / "merged") == 0
    assert said(tmp_path / "merged") == said(whole_run(tmp_path, every))


def test_shard_without_any_model_is_no_fault(tmp_path: Path) -> None:
    every = models(2)
    places = shards_of(tmp_path, 8, every)
    assert merged_into(places, tmp_path / "merged") == 0
    assert said(tmp_path / "merged") == said(whole_run(tmp_path, every))


def test_more_models_than_one_part_has(tmp_path: Path) -> None:
    every = models(70)
    merged_into(shards_of(tmp_path, 3, every), tmp_path / "merged")
    whole = store_run(tmp_path / "whole", every)
    report([str(whole)], tmp_path)
    assert said(tmp_path / "merged") == said(whole)


def test_whole_run_of_other_releases_and_shards_are_one_run(tmp_path: Path) -> None:
    """A run that is no shard has no list: its models are found by their bytes."""
    every = models(5)
    older = store_run(tmp_path / "older", every[::-1], "==2.14.*")
    places = shards_of(tmp_path, 2, every)
    assert merged_into([places[1], older, places[0]], tmp_path / "merged") == 0
    assert said(tmp_path / "merged") == said(whole_run(tmp_path, every, ">=2.14,<2.16"))


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
    merged_into(places, merged)
    assert [one.name for one in open_report(merged / "report.json").models()] == [
        one.path.name for one in every
    ]


def test_results_of_the_merged_run_do_not_change_its_sources(tmp_path: Path) -> None:
    places = shards_of(tmp_path, 2, size=2)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    merged_into([*places, whole_run(tmp_path)], tmp_path / "merged")
    report([str(tmp_path / "merged")], tmp_path)
    assert {path: path.read_bytes() for path in before} == before


def test_merging_that_is_refused_leaves_what_was_there(tmp_path: Path) -> None:
    merged = tmp_path / "merged"
    merged_into(shards_of(tmp_path, 2), merged)
    before = {path: path.read_bytes() for path in merged.rglob("*") if path.is_file()}
    other = shards_of(tmp_path / "other", 2, [model(f"other{number}") for number in range(3)])
    with pytest.raises(UsageError):
        merged_into([tmp_path / "shard-1", *other], merged)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("same", [True, False])
def test_what_a_killed_run_replaces_counts_only_for_the_same_models(
    same: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = shards_of(tmp_path, 2)
    results = first / "results"
    index = PartsIndex.read(results)
    # Another call was killed after its index was written.
    earlier.set_aside(Store(folder=index.parts[0].folder(results)))
    if not same:
        other = {place: f"/models/other-{place}" for place in index.places}
        names = tuple(other.get(place, name) for place, name in enumerate(index.names))
        replace(index, names=names).write(results)
    assert merged_into([first, second], tmp_path / "out") == 3
    seen = verdicts(tmp_path / "out")
    mine = [Path(index.names[place]).name for place in index.places]
    tested = [name for name in mine if {*seen[name].values()} - {"not-run"}]
    assert tested == ([name for name in mine if name != "gone.keras"] if same else [])
    assert ("00001/plan.json of" in capsys.readouterr().out) is not same
