"""How a run is divided into jobs: everything once, nothing too long, the cheaper way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.ci_matrix.division import Jobs, by_models, by_releases, choose
from matrix.ci_matrix.load import Load, ReleaseLoad, load_of_plan, load_of_releases
from matrix.costs.rates import Rates
from reports.lines.ci_matrix import MOST_JOBS
from tests.builders import make_cell, make_plan

HALF_AN_HOUR = 1800.0
SECONDS = st.floats(min_value=0.1, max_value=500)
LOADS = st.builds(
    lambda releases, models: Load(
        releases=tuple(
            ReleaseLoad(minor=(2, number), setup=setup, start=start, model=model)
            for number, (setup, start, model) in enumerate(releases)
        ),
        models=models,
    ),
    st.lists(st.tuples(SECONDS, SECONDS, SECONDS), min_size=1, max_size=30),
    st.integers(min_value=1, max_value=5000),
)


def make_load(releases: int = 10, models: int = 100, **seconds: float) -> Load:
    costs = {"setup": 30.0, "start": 5.0, "model": 3.0, **seconds}
    minors = [(2, number) for number in range(releases)]
    return Load(releases=tuple(ReleaseLoad(minor=m, **costs) for m in minors), models=models)


@given(LOADS, st.integers(min_value=1, max_value=MOST_JOBS), st.floats(min_value=60, max_value=9e4))
def test_each_release_is_in_one_job_and_no_job_is_too_many(
    load: Load, most: int, wanted: float
) -> None:
    way = by_releases(load, most, wanted)
    assert 1 <= len(way.jobs) <= most
    assert [minor for job in way.jobs for minor in job.minors] == [r.minor for r in load.releases]
    for job in way.jobs:
        admitted = SpecifierSet(job.specifier)
        chosen = [m for r in load.releases if (m := r.minor) and f"{m[0]}.{m[1]}.1" in admitted]
        assert tuple(chosen) == job.minors


@given(LOADS, st.integers(min_value=1, max_value=MOST_JOBS), st.floats(min_value=60, max_value=9e4))
def test_each_shard_is_one_job(load: Load, most: int, wanted: float) -> None:
    way = by_models(load, most, wanted)
    shards = [job.shard for job in way.jobs if job.shard]
    assert [(shard.number, shard.of) for shard in shards] == [
        (number, len(way.jobs)) for number in range(1, len(way.jobs) + 1)
    ]
    assert len(way.jobs) <= min(most, load.models)


@given(LOADS, st.floats(min_value=60, max_value=9e4))
def test_what_is_chosen_is_fast_enough_and_cheaper_if_anything_is(
    load: Load, wanted: float
) -> None:
    choice = choose(load, MOST_JOBS, wanted)
    assert choice.other is not None
    fast = [way for way in (choice.chosen, choice.other) if way.longest <= wanted]
    if fast:
        assert choice.chosen == min(fast, key=lambda way: way.seconds)
    else:
        assert choice.chosen.longest <= choice.other.longest


def test_a_small_run_is_one_job() -> None:
    assert len(choose(make_load(models=1), MOST_JOBS, HALF_AN_HOUR).chosen.jobs) == 1


def test_releases_are_cheaper_because_each_environment_is_paid_for_once() -> None:
    load = make_load(models=200)
    chosen = choose(load, MOST_JOBS, HALF_AN_HOUR).chosen
    assert all(job.minors for job in chosen.jobs)
    assert chosen.seconds < by_models(load, MOST_JOBS, HALF_AN_HOUR).seconds


def test_more_models_than_releases_can_share_are_divided_by_models() -> None:
    chosen = choose(make_load(models=2000), MOST_JOBS, HALF_AN_HOUR).chosen
    assert all(job.shard for job in chosen.jobs)
    assert chosen.longest <= HALF_AN_HOUR


def test_the_most_jobs_are_kept_to_where_all_are_too_long() -> None:
    chosen = choose(make_load(models=100_000), 7, HALF_AN_HOUR).chosen
    assert len(chosen.jobs) == 7


def test_groups_are_of_like_size() -> None:
    way = by_releases(make_load(releases=10, models=100), MOST_JOBS, 60 + 4 * 340)
    assert [len(job.minors) for job in way.jobs] == [4, 4, 2] or _is_even(way)


def _is_even(way: Jobs) -> bool:
    return max(len(job.minors) for job in way.jobs) <= 4


def test_a_plan_tells_what_its_releases_cost() -> None:
    cells = [make_cell("2.15.1"), make_cell("2.8.4")]
    load = load_of_plan(make_plan(cells), 40, Rates())
    assert [release.minor for release in load.releases] == [(2, 8), (2, 15)]
    assert load.models == 40
    assert all(each.setup > 5 and each.start > 1 and each.model > 0 for each in load.releases)


def test_releases_alone_cost_something_too() -> None:
    load = load_of_releases(catalogue()[-3:], 10)
    assert len(load.releases) == 3
    assert all(each.setup > 5 and each.start > 1 and each.model > 0 for each in load.releases)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_names_say_what_a_job_has(most: int) -> None:
    names = [job.name for job in by_releases(make_load(releases=5), most, 60).jobs]
    assert names[0].startswith("TensorFlow 2.0")
    assert by_models(make_load(), 1, 60).jobs[0].name == "models 1 of 1"
