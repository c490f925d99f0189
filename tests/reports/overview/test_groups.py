"""Models that share an obstacle."""

from __future__ import annotations

from reports.overview.names import labels, shortened
from reports.overview.obstacles.groups import grouped
from reports.overview.row import ObstacleKind
from reports.overview.sentences import group_details, group_sentence, headline
from tests.reports.overview.rows import make_obstacle, make_row

_GAP = make_obstacle(ObstacleKind.NO_ANSWER, "2.9", "no interpreter")


def test_models_with_one_obstacle_are_one_group_and_the_largest_comes_first() -> None:
    other = make_obstacle(where="at 2.12")
    rows = [make_row(0, other), *(make_row(place, make_obstacle()) for place in (1, 2, 3))]
    groups = grouped(rows)
    assert [group.places for group in groups] == [(1, 2, 3), (0,)]
    assert group_sentence(groups[0]) == (
        "3 models stop at 2.16 for the same reason: Keras 3 does not read SavedModel folders."
    )
    assert group_sentence(groups[1]) == (
        "1 model stops at 2.12: Keras 3 does not read SavedModel folders."
    )


def test_model_with_two_obstacles_is_in_both_groups() -> None:
    groups = grouped([make_row(0, make_obstacle(), _GAP), make_row(1, _GAP)])
    assert [group.places for group in groups] == [(0, 1), (0,)]
    assert group_sentence(groups[0]) == (
        "2 models have no answer in 2.9 for the same reason: no interpreter."
    )


def test_untested_models_are_grouped_by_reason_whatever_their_names() -> None:
    rows = [
        make_row(
            place,
            path=f"/models/{name}",
            untested=f"{name} is cut: it ends at byte {place * 99}, in `layer_{place}`.",
        )
        for place, name in enumerate(("weights.h5", "other.h5", "third.h5"))
    ]
    (group,) = grouped([*rows, make_row(3)])
    assert group.kind is ObstacleKind.UNTESTED
    assert group_sentence(group) == (
        "3 models could not be tested for reasons of the same kind, such as: weights.h5 is cut: it "
        "ends at byte 0, in `layer_0`."
    )


def test_reasons_of_one_cause_name_it() -> None:
    one, other = (make_obstacle(reason=f"The config has `{name}`.", key="k") for name in "ab")
    (group,) = grouped([make_row(0, one), make_row(1, other), make_row(2, other)])
    assert group_sentence(group) == (
        "3 models stop at 2.16 for reasons of the same kind (format not supported by Keras 3), "
        "such as: The config has `b`."
    )


def test_group_says_what_it_is_about_what_helps_and_whom() -> None:
    common = make_obstacle(subject="`A`", key="one", remedy="Import the code that defines it.")
    rows = [make_row(place, common) for place in range(3)]
    tried = make_obstacle(subject="`B`", key="one", remedy="Pass B.", verified="yes")
    rows.append(make_row(3, tried))
    (group,) = grouped(rows)
    named = labels(rows)
    assert group_details(group, named) == [
        "About: `A` (3), `B` (1).",
        "What helps (for 1 of 4): Pass B. Verified in this run for 1.",
        "Models: model0.h5, model1.h5, model2.h5 and 1 more.",
    ]


def test_every_kind_has_its_sentences() -> None:
    for kind in ObstacleKind:
        obstacle = make_obstacle(kind, "at 2.16", loader="keras")
        for count in (1, 2):
            (group,) = grouped([make_row(place, obstacle) for place in range(count)])
            assert "{" not in group_sentence(group)
            assert "{" not in obstacle.brief


def test_headline_counts_every_model_once() -> None:
    rows = [
        make_row(0),
        make_row(1),
        make_row(2, verdict="loads"),
        make_row(3, make_obstacle()),
        make_row(4, untested="no model"),
    ]
    assert headline(rows) == (
        "5 models in 2 cells: 4 work in every release that answered, 1 could not be tested. "
        "Any call counts; releases that do not read a format do not."
    )


def test_labels_are_as_long_as_needed_to_tell_models_apart() -> None:
    paths = ["/a/x/model.h5", "/a/y/model.h5", "/b/y/model.h5", "/c/other.h5"]
    rows = [make_row(place, path=path) for place, path in enumerate(paths)]
    assert list(labels(rows).values()) == [
        "x/model.h5",
        "a/y/model.h5",
        "b/y/model.h5",
        "other.h5",
    ]


def test_one_model_given_twice_is_told_by_its_number() -> None:
    rows = [make_row(place, path="model.h5") for place in range(2)]
    assert list(labels(rows).values()) == ["model.h5 (model 1)", "model.h5 (model 2)"]


def test_long_label_keeps_its_end() -> None:
    assert shortened("a-very-long-name/one.h5", 10) == "…me/one.h5"
