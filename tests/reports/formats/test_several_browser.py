"""The page of several models in a real Chromium: its lines, its groups, what filters leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.reports.formats.test_html_browser import sample, visible

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]


def test_filters_combine_and_may_leave_nothing(opened: Opened) -> None:
    page = opened(sample(("one", "two")))
    page.get_by_role("searchbox").fill("TWO")
    page.get_by_label("crashed").check(force=True)
    sync_api.expect(page.locator("output")).to_contain_text("1 of 14")
    assert visible(page, ".model h2") == ["two"]
    page.get_by_role("group", name="Loader").get_by_label("tf_keras").check(force=True)
    page.get_by_text("No model matches these filters.").wait_for()
    assert visible(page, "h2") == ["What the words mean", "What the causes mean"]


def test_models_stand_side_by_side(opened: Opened) -> None:
    page = opened(sample(("one", "two", "one")))
    beside = page.locator(".overview", has_text="Side by side")
    assert beside.get_by_role("row").count() == 4
    beside.locator('a[href="#one-2/2.13.1"]').click()
    assert page.get_by_role("dialog", name="TensorFlow 2.13.1").is_visible()


def test_filter_by_name_leaves_the_lines_and_groups_of_its_models(opened: Opened) -> None:
    page = opened(sample(("one", "two")))
    assert visible(page, ".groups b") == ["2 models"] * len(visible(page, ".groups li"))
    page.get_by_role("searchbox").fill("two")
    sync_api.expect(page.locator("output")).to_contain_text("1 of 2 models")
    assert visible(page, ".listed tbody th a") == ["two"]
    assert visible(page, ".groups li") != []
    page.get_by_role("searchbox").fill("three")
    page.get_by_text("No model matches these filters.").wait_for()
    assert visible(page, ".overview") == []


def test_model_that_could_not_be_tested_stays_until_a_filter_asks_for_cells(opened: Opened) -> None:
    report = sample(("one", "two"))
    untested = replace(report.models[1], untested="It is no model.", cells=())
    page = opened(replace(report, models=(report.models[0], untested)))
    sections = page.locator(".model:visible")
    assert sections.count() == 2
    sections.last.scroll_into_view_if_needed()
    assert "It is no model" in visible(page, ".listed")[0]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.get_by_label("crashed").check(force=True)
    sync_api.expect(page.locator("output")).to_have_text("1 of 7 cells, 1 of 2 models")
    assert sections.count() == 1


@pytest.mark.parametrize("width", [390, 1100])
def test_page_of_several_models_fits_its_window(opened: Opened, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(sample(("one", "a-longer-name-" * 4)), viewport={"width": width, "height": 850})
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert axe.run(page).response["violations"] == []
