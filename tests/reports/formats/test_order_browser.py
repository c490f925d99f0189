"""The order of a page in a real Chromium, and a page of many rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import make_report, make_sample

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]


def _releases(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".grid tbody th:visible").all_inner_texts()]


def test_releases_are_sorted_by_verdict_and_by_release(opened: Opened) -> None:
    page = opened(make_report(make_sample()))
    before = _releases(page)
    verdict = page.get_by_role("button", name="verdict", exact=True)
    verdict.focus()
    page.keyboard.press("Enter")
    assert _releases(page)[:3] == ["2.14.1", "2.15.1", "2.13.1"]
    assert page.evaluate("location.hash") == "#?order=verdict"
    head = page.get_by_role("columnheader", name="verdict", exact=True)
    assert head.get_attribute("aria-sort") == "ascending"
    verdict.click()
    assert _releases(page)[-1] in ("2.14.1", "2.15.1")
    page.get_by_role("button", name="TensorFlow", exact=True).click()
    assert _releases(page) == before[::-1]
    assert page.evaluate("location.hash") == "#?order=-release"
    page.get_by_role("button", name="TensorFlow", exact=True).click()
    assert _releases(page) == before
    assert page.evaluate("location.hash") == ""


def test_order_and_open_cell_are_in_one_address(opened: Opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(
        make_report(make_sample()), "#m/2.13.1/saved_model?order=-release&verdict=differs"
    )
    assert page.get_by_role("dialog", name="saved_model in 2.13.1").is_visible()
    assert axe.run(page).response["violations"] == []
    page.keyboard.press("Escape")
    page.evaluate("location.hash = '#?order=nonsense'")
    page.wait_for_function("() => !document.querySelector('#ui\\\\:filters').elements.order.value")


def test_five_hundred_models_stay_usable(opened: Opened) -> None:
    report = make_report(make_sample())
    cells = report.models[0].cells
    many = tuple(replace(cell, id=f"{cell.id}.{turn}") for turn in range(4) for cell in cells)[:23]
    models = tuple(
        replace(report.models[0], path=f"/m/model-{n:03}", cells=many) for n in range(500)
    )
    page = opened(replace(report, models=models))
    # What a page builds decides how long a browser works on it, on any machine.
    assert page.evaluate("document.querySelectorAll('*').length") < 60_000
    page.get_by_role("searchbox").fill("model-321")
    page.wait_for_function(
        "() => document.querySelector('output').textContent.startsWith('23 of 11500')"
    )
    page.locator('.overview a[href="#model-321/2.12.1.2"]').click()
    assert page.get_by_role("dialog", name="TensorFlow 2.12.1.2").is_visible()
