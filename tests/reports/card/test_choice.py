"""One model of a report of many: by its name, by the end of its path, by its bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.model.identify import identify
from reports.card.choice import chosen
from reports.many.opened import OpenedReport, opened
from reports.report.report import Report
from tests.builders import make_report, make_sample
from tests.tiny_models import saved_model

PATHS = ("/m/a/net.keras", "/m/b/net.keras", "/m/other.h5", "C:\\m\\win.tflite")


def _opened(*paths: str) -> OpenedReport:
    seen: Report = make_report(make_sample())
    models = tuple(replace(seen.models[0], path=path) for path in paths)
    return opened(replace(seen, models=models))


def _paths(*wanted: str, of: tuple[str, ...] = PATHS) -> list[str]:
    return [model.path for model in chosen(_opened(*of), wanted).models]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("other.h5", 2),
        ("/m/other.h5", 2),
        ("a/net.keras", 0),
        ("b/net.keras/", 1),
        ("win.tflite", 3),
        ("m\\win.tflite", 3),
        ("moved/to/other.h5", 2),
    ],
)
def test_model_is_found_by_what_tells_it_from_the_others(wanted: str, found: int) -> None:
    assert _paths(wanted) == [PATHS[found]]


def test_name_of_several_is_refused_with_their_paths() -> None:
    with pytest.raises(UsageError, match=r"2 models are called net\.keras: /m/a/net\.keras, /m/b"):
        _paths("net.keras")


def test_name_of_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"has no model othr\.h5\. Did you mean other\.h5\?"):
        _paths("othr.h5")
    with pytest.raises(UsageError, match=r"Its models are net\.keras, .*"):
        _paths("zzzzzz")


def test_only_model_may_lie_anywhere() -> None:
    assert _paths("somewhere/else", of=("/m/one",)) == ["/m/one"]


def test_all_are_chosen_where_none_is_named_unless_they_are_too_many() -> None:
    assert _paths() == list(PATHS)
    with pytest.raises(UsageError, match="65 models, which is too many for a card"):
        _paths(of=tuple(f"/m/{number}" for number in range(65)))


def test_model_that_was_moved_is_known_by_its_bytes(tmp_path: Path) -> None:
    moved = saved_model(tmp_path / "renamed")
    seen = make_report(make_sample())
    (model,) = seen.models
    same = replace(model, path="/m/before.h5", sha256=identify(moved).sha256)
    report = opened(replace(seen, models=(model, same)))
    assert chosen(report, (str(moved),)).models[0].path == "/m/before.h5"
