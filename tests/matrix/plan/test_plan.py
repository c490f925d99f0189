"""The plan: which cells and checks, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.model.facts import Format, ModelFacts
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from tests.builders import make_model, make_options

RELEASES = catalogue()
ALL_PYTHONS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")


def _plan(*models: ModelFacts, pythons: tuple[str, ...] = ALL_PYTHONS, **options: Any) -> Plan:
    if "tensorflow" in options:
        options["tensorflow"] = SpecifierSet(options["tensorflow"])
    return make_plan(
        models or (make_model(),),
        RELEASES,
        make_options(**options),
        pythons,
        "linux-x86_64",
    )


def _ids(plan: Plan) -> list[str]:
    return [planned.cell.id for planned in plan.cells]


def _plain(plan: Plan) -> list[str]:
    return [planned.cell.id for planned in plan.cells if planned.cell.plain]


def test_newest_patch_of_every_minor_from_2_2_on_is_the_default() -> None:
    expected = [str(release.version) for release in RELEASES if release.minor >= (2, 2)]
    assert _plain(_plan()) == expected


def test_older_release_joins_when_it_saved_the_model() -> None:
    assert _plain(_plan(make_model(tensorflow="1.15.0")))[:2] == ["1.15.5", "2.2.3"]


def test_every_release_with_a_tf_keras_has_a_second_cell() -> None:
    assert _ids(_plan(tensorflow=">=2.15,<2.17")) == ["2.15.1", "2.16.2", "2.16.2+tf_keras"]


def test_specifier_selects_the_newest_patch_it_admits() -> None:
    assert _ids(_plan(tensorflow=">=2.8,<2.10,!=2.9.3")) == ["2.8.4", "2.9.2"]


def test_specifier_reaches_releases_outside_the_default() -> None:
    assert _ids(_plan(tensorflow="<2.1")) == ["1.15.5", "2.0.4"]


def test_patches_selects_all_of_them() -> None:
    plan = _plan(tensorflow="==2.15.*", patches=True)
    assert _ids(plan) == ["2.15.0", "2.15.0.post1", "2.15.1"]


def test_patches_without_specifier_take_the_whole_default_range() -> None:
    ids = _plain(_plan(patches=True))
    assert ids[:4] == ["2.2.0", "2.2.1", "2.2.2", "2.2.3"]
    assert "2.15.0.post1" in ids


def test_patch_the_catalogue_has_not_heard_of_is_planned_when_named() -> None:
    plan = _plan(tensorflow="==2.15.9")
    assert _ids(plan) == ["2.15.9"]
    assert plan.cells[0].cell.shipped_lock is None


def test_specifier_that_admits_nothing_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"No known release matches .*>=9.*1\.15 to 2\.21"):
        _plan(tensorflow=">=9")


def test_python_that_no_release_has_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"Python 3\.14 or 3\.6"):
        _asked("3.14", "3.6")


def _asked(*pythons: str, **options: Any) -> Plan:
    releases = ALL_PYTHONS
    wanted = make_options(pythons=pythons, **options)
    return make_plan([make_model()], RELEASES, wanted, releases, "linux-x86_64")


def test_asked_pythons_make_a_cell_each_where_they_exist() -> None:
    plan = _asked("3.8", "3.9", tensorflow=SpecifierSet(">=2.13,<2.15"))
    assert _ids(plan) == ["2.13.1+py3.8", "2.13.1+py3.9", "2.14.1+py3.9"]


def test_newest_python_at_hand_is_taken() -> None:
    plan = _plan(tensorflow="==2.15.1", pythons=("3.9", "3.10"))
    assert plan.cells[0].cell.python == "3.10"


def test_newest_python_of_the_release_is_named_where_none_is_at_hand() -> None:
    assert _plan(tensorflow="==2.15.1", pythons=("3.7",)).cells[0].cell.python == "3.11"


def test_platform_without_wheels_makes_the_cell_unavailable() -> None:
    options = make_options(tensorflow=SpecifierSet(">=2.16,<2.18"))
    plan = make_plan([make_model()], RELEASES, options, ("3.11",), "macos-x86_64")
    obstacles = {planned.cell.id: planned.unavailable for planned in plan.cells}
    assert obstacles["2.16.2"] is None
    assert obstacles["2.17.1"] == "TensorFlow 2.17.1 has no wheels for macos-x86_64."
    assert plan.run_order == ("2.16.2", "2.16.2+tf_keras")


def test_cell_without_checks_is_planned_but_not_run() -> None:
    plan = _plan(make_model(Format.KERAS_V3), tensorflow=">=2.11,<2.13")
    assert _ids(plan) == ["2.11.1", "2.12.1"]
    assert plan.run_order == ("2.12.1",)


def test_saving_release_runs_first_then_the_newest() -> None:
    plan = _plan(make_model(tensorflow="2.8.0"))
    plain = [name for name in plan.run_order if "+" not in name]
    assert plain[:4] == ["2.8.4", "2.21.0", "2.20.0", "2.19.1"]
    assert plain[-1] == "2.2.3"


def test_cell_with_tf_keras_runs_after_its_plain_one() -> None:
    order = _plan().run_order
    for name in order:
        if name.endswith("+tf_keras"):
            assert order.index(name) > order.index(name.removesuffix("+tf_keras"))


def test_everything_runnable_runs_once() -> None:
    plan = _plan(make_model(tensorflow="2.8.0"), make_model(tensorflow="2.4.0"))
    assert sorted(plan.run_order) == sorted(_ids(plan))


def test_every_model_is_checked_in_every_cell() -> None:
    plan = _plan(make_model(), make_model(Format.KERAS_H5))
    for planned in plan.cells:
        assert {check.model for check in planned.checks} == {0, 1}


def test_variants_depend_on_one_another_unless_all_are_wanted() -> None:
    def unless(*, every: bool) -> set[str | None]:
        plan = _plan(make_model(Format.KERAS_H5), tensorflow="==2.15.1", every_variant=every)
        return {check.skip_if_loaded for check in plan.cells[0].checks if not check.workaround_for}

    assert unless(every=False) == {None, "0:keras:compile=True"}
    assert unless(every=True) == {None}


def test_cell_is_found_by_its_id() -> None:
    plan = _plan()
    assert plan.cell("2.16.2+tf_keras").cell.has("tf-keras")
    with pytest.raises(KeyError):
        plan.cell("9.9.9")


def test_plan_remembers_what_comes_nearest_to_the_writer_of_each_model() -> None:
    plan = _plan(make_model(tensorflow="2.8.0"), make_model())
    assert [version and str(version) for version in plan.nearest] == ["2.8.4", None]
