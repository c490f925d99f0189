"""The page in a real Chromium: what a reader sees, does, hears, and what never happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.report.cause import Alternative, Cause, Certainty, Diagnosis, Remedy
from reports.report.model_report import ModelReport
from reports.report.report import Report
from tests.builders import HOSTILE, make_hostile, make_report, make_sample, report_of, with_summary
from tests.fast_run import make_fast

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

SNIPPET = "model = load(compile=False)"
DIAGNOSIS = Diagnosis(
    cause=Cause.MISSING_CUSTOM_OBJECT,
    subject="Odd",
    explanation="The layer Odd is not part of Keras.",
    evidence="Unknown layer: 'Odd'",
    certainty=Certainty.LIKELY,
    alternatives=(
        Alternative(
            cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
            explanation="Or Keras is older.",
            decides="the version",
        ),
    ),
    remedies=(Remedy(text="Load it without its loss.", snippet=SNIPPET, verified=True),),
)

Opened = Callable[..., Any]


def _diagnosed(model: ModelReport) -> ModelReport:
    """The same model, where what fails by `keras` is diagnosed."""
    cells = tuple(
        replace(
            cell,
            checks=tuple(
                replace(check, diagnosis=DIAGNOSIS)
                if (check.loader, check.verdict) == ("keras", "fails")
                else check
                for check in cell.checks
            ),
        )
        for cell in model.cells
    )
    return replace(model, cells=cells)


def sample(names: tuple[str, ...] = ("m",)) -> Report:
    report = make_report(make_sample())
    model = _diagnosed(report.models[0])
    return replace(report, models=tuple(replace(model, path=f"/models/{name}") for name in names))


def _count(page: Any) -> str:
    return str(page.locator("output").inner_text())


def visible(page: Any, selector: str) -> list[str]:
    return [one for one in page.locator(f"{selector}:visible").all_inner_texts() if one]


def test_page_opens_with_the_grid_and_the_summary(opened: Opened) -> None:
    page = opened(sample())
    assert page.title() == "TensorFlow compatibility of m"
    assert "it runs in 1 of 5 tested" in page.locator("main").inner_text()
    assert page.get_by_role("row").count() == 8
    assert page.get_by_role("link", name="runs (compile=False)").count() == 1
    assert _count(page) == "7 of 7 cells"


def test_cause_is_explained_in_the_panel_and_at_the_end_of_the_page(opened: Opened) -> None:
    page = opened(sample())
    page.locator("details.why", has_text="Odd").first.locator("summary").click()
    page.locator(".why .cause a:visible").first.click()
    assert page.evaluate("location.hash") == "#cause:missing_custom_object"
    about = page.locator('[id="cause:missing_custom_object"]')
    sync_api.expect(about).to_be_in_viewport()
    page.locator('a[href="#m/2.12.1/keras"]').click()
    panel = page.get_by_role("dialog", name="keras in 2.12.1")
    panel.get_by_text("About this cause").click()
    assert Cause.MISSING_CUSTOM_OBJECT.definition in panel.inner_text()
    assert about.count() == 1


def test_cell_opens_its_diagnosis(opened: Opened) -> None:
    page = opened(sample())
    page.locator('a[href="#m/2.12.1/keras"]').click()
    panel = page.get_by_role("dialog", name="keras in 2.12.1")
    said = panel.inner_text()
    causes = ("Missing custom object (likely)", DIAGNOSIS.alternatives[0].in_words)
    for text in (DIAGNOSIS.explanation, *causes, SNIPPET, "verified in this run"):
        assert text in said
    assert "failed while loading" in said
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#m/2.12.1/keras"


def test_traceback_and_environment_are_there(opened: Opened) -> None:
    report = make_report(make_hostile())
    page = opened(report, "#m/2.8.1/saved_model")
    page.get_by_text("Traceback").last.click()
    assert page.locator("dialog details pre:visible").inner_text().startswith("\\x1b[31m|<b>*x*")
    page.get_by_text("1 packages").click()
    assert "keras" in page.locator("dialog details table").inner_text()


def test_deep_link_opens_its_cell(opened: Opened) -> None:
    page = opened(sample(), "#m/2.13.1/saved_model")
    panel = page.get_by_role("dialog", name="saved_model in 2.13.1")
    assert "serve: out" in panel.inner_text()
    page.get_by_role("button", name="Newer").click()
    assert page.url.endswith("#m/2.14.1/saved_model")
    assert page.get_by_role("dialog", name="saved_model in 2.14.1").is_visible()


_LOST = {
    "#m/9.9/keras": "9.9 is not in the results of m.",
    "#m/2.13.1/tflite": "tflite is not in 2.13.1 of m.",
    "#nobody/2.13.1": "nobody is not in this report.",
    "#%zz/%": "%zz is not in this report.",
}


@pytest.mark.parametrize("address", [*_LOST, "#/texts/x", "#"])
def test_link_to_nothing_opens_nothing(opened: Opened, address: str) -> None:
    page = opened(sample(), address)
    assert page.get_by_role("dialog").count() == 0
    said = visible(page, "[role=alert]")
    assert said == ([_LOST[address]] if address in _LOST else [])
    page.evaluate("location.hash = '#m/2.13.1'")
    sync_api.expect(page.get_by_role("alert")).to_have_count(0)
    assert _count(page) == "7 of 7 cells"


def test_release_opens_with_all_its_loaders(opened: Opened) -> None:
    page = opened(sample())
    page.get_by_role("link", name="2.14.1", exact=True).click()
    panel = page.get_by_role("dialog", name="TensorFlow 2.14.1")
    assert panel.get_by_role("heading", level=3).all_inner_texts() == [
        "saved_model\nruns",
        "keras, compile=True\nloads",
        "Environment",
    ]


def test_snippet_is_copied(opened: Opened) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    page = opened(sample(), "#m/2.12.1/keras", permissions=permissions)
    page.get_by_role("dialog").get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == SNIPPET


def test_verdict_filter_leaves_its_rows_and_reasons(opened: Opened) -> None:
    page = opened(sample())
    page.get_by_label("differs").check(force=True)
    assert visible(page, "tbody th") == ["2.13.1"]
    assert len(visible(page, ".why summary")) == 1
    page.get_by_role("button", name="Show everything").click()
    sync_api.expect(page.locator("output")).to_have_text("7 of 7 cells")


def test_loader_filter_leaves_its_columns(opened: Opened) -> None:
    page = opened(sample())
    page.get_by_role("group", name="Loader").get_by_label("tf_keras").check(force=True)
    assert visible(page, "thead th")[4:] == ["tf_keras"]
    assert visible(page, "tbody th") == ["2.16.2+tf_keras"]


def test_filters_are_in_the_address(opened: Opened) -> None:
    page = opened(sample(("one", "two")))
    page.get_by_role("searchbox").fill("two")
    page.get_by_label("crashed").check(force=True)
    page.wait_for_function("() => location.hash === '#?q=two&verdict=crashed'")
    page.locator('a[href="#two/2.11.1"]').last.click()
    page.wait_for_function("() => location.hash === '#two/2.11.1?q=two&verdict=crashed'")
    page.reload()
    assert page.get_by_role("dialog", name="TensorFlow 2.11.1").is_visible()
    page.keyboard.press("Escape")
    assert _count(page) == "1 of 14 cells, 1 of 2 models"
    page.evaluate("location.hash = '#?verdict=differs,nonsense&other=1'")
    sync_api.expect(page.locator("output")).to_have_text("2 of 14 cells, 2 of 2 models")
    assert page.get_by_role("searchbox").input_value() == ""


def _alike() -> Report:
    runs, fails = verdicts.Runs(), verdicts.Fails(error=ErrorRecord(type="E", message="m"))
    alike = dict.fromkeys(("2.12.1", "2.13.1", "2.14.1"), runs)
    return report_of({**alike, "2.15.1": fails})


def test_releases_with_equal_rows_are_one_row_that_unfolds(opened: Opened) -> None:
    page = opened(_alike())
    assert visible(page, ".grid tbody th") == ["2.12 - 2.14", "2.15.1"]
    releases = ["2.12.1", "2.13.1", "2.14.1"]
    button = page.get_by_role("button", name="2.12 - 2.14")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert visible(page, ".grid tbody th") == [
        "2.12 - 2.14",
        "2.12.1",
        "2.13.1",
        "2.14.1",
        "2.15.1",
    ]
    button.click()
    page.emulate_media(media="print")
    assert visible(page, ".grid tbody th") == [*releases, "2.15.1"]
    page.emulate_media(media="screen")
    page.get_by_label("fails").check(force=True)
    sync_api.expect(button).to_be_hidden()


def test_cell_of_a_folded_release_is_marked_in_the_row_of_its_range(opened: Opened) -> None:
    page = opened(_alike(), "#m/2.13.1/saved_model")
    assert page.get_by_role("dialog", name="saved_model in 2.13.1").is_visible()
    marked = page.locator(".grid .current")
    assert marked.get_attribute("href") == "#m/2.14.1/saved_model"
    page.get_by_role("button", name="Older").click()
    assert page.url.endswith("#m/2.12.1/saved_model")


_IN_SIGHT = """() => {
  const cell = document.querySelector(".grid .current").getBoundingClientRect();
  const panel = document.querySelector("dialog").getBoundingClientRect();
  const beside = cell.right <= panel.left || cell.bottom <= panel.top;
  const fits = document.scrollingElement.scrollWidth <= innerWidth;
  return fits && beside && cell.left >= 0 && cell.top >= 0;
}"""


@pytest.mark.parametrize("width", [390, 1100, 1400])
def test_page_fits_and_the_panel_leaves_its_cell_in_sight(opened: Opened, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    size = {"width": width, "height": 850}
    page = opened(sample(), "#m/2.16.2+tf_keras/tf_keras", viewport=size)
    assert page.evaluate(_IN_SIGHT)
    assert axe.run(page).response["violations"] == []


def test_hostile_text_stays_text(opened: Opened) -> None:
    text = "</noscript></script><script>alert(1)</script>"
    report = make_report(make_hostile(), path=Path("/models/<img src=x onerror=alert(2)>"))
    models = tuple(with_summary(report.models[0], specifier=HOSTILE, text=text) for _ in range(22))
    page = opened(replace(report, models=models))
    for address in ("2.8.1/saved_model", "2.9.1/saved_model"):
        key = page.locator(".model").last.get_attribute("id")
        page.evaluate("address => { location.hash = address; }", f"#{key}/{address}")
        page.locator("dialog[open]").wait_for()
    found = page.locator("img, b:not(.where b), i, iframe, script:not([type])").all_inner_texts()
    assert page.locator("img, iframe, object, embed, a[href^=http]").count() == 0
    assert page.locator("script:not([type])").count() == 2
    assert not any("*x*" in text for text in found)


def test_arrow_keys_move_within_a_grid_and_tab_leaves_it(opened: Opened) -> None:
    page = opened(sample())
    page.locator("tbody a").first.focus()
    focused = "document.activeElement.getAttribute('href')"
    for key, there in (
        ("ArrowRight", "#m/2.10.1/saved_model"),
        ("ArrowDown", "#m/2.11.1/saved_model"),
        ("ArrowRight", "#m/2.11.1/keras"),
        ("ArrowRight", "#m/2.11.1/keras"),
    ):
        page.keyboard.press(key)
        # A busy machine takes a moment; another place in the end fails.
        page.wait_for_function(f"() => {focused} === '{there}'")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="keras in 2.11.1").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => {focused} === '#m/2.11.1/keras'")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.activeElement.closest('.grid') === null")


def test_page_can_be_used_by_keyboard_alone(opened: Opened) -> None:
    page = opened(sample())
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.value || document.activeElement.id"))
    assert stops[:3] == ["ui:theme", "runs", "differs"]
    page.get_by_label("not-run").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('output').textContent === '1 of 7 cells'")


def test_axe_finds_nothing_in_either_theme(opened: Opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(sample(("one", "two")))
    page.locator("details.why").evaluate_all("all => { for (const one of all) one.open = true; }")
    for scheme, address in (("light", ""), ("dark", ""), ("dark", "/keras"), ("light", "/keras")):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(
            "address => { location.hash = address; }", f"#one/2.12.1{address}" if address else ""
        )
        found = axe.run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


def test_axe_finds_nothing_on_the_page_of_a_fast_run(opened: Opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(make_report(make_fast()))
    for scheme, address in (("light", ""), ("dark", ""), ("light", "/keras"), ("dark", "/keras")):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("address => { location.hash = address; }", f"#m/2.13.1{address}")
        assert axe.run(page).response["violations"] == []


def test_panel_tells_what_was_predicted_and_what_was_reused(opened: Opened) -> None:
    page = opened(make_report(make_fast()), "#m/2.13.1/keras")
    panel = page.get_by_role("dialog", name="keras in 2.13.1")
    panel.get_by_text("predicted to fail: class Odd exists up to 2.12").wait_for()
    assert panel.get_by_text("not measured").count() == 1
    assert panel.get_by_text("last stage").count() == 0
    page.evaluate("location.hash = '#m/2.16.2/keras'")
    panel = page.get_by_role("dialog", name="keras in 2.16.2")
    panel.get_by_text("predicted to load: nothing in the file speaks against it").wait_for()
    page.evaluate("location.hash = '#m/2.10.1'")
    panel = page.get_by_role("dialog", name="TensorFlow 2.10.1")
    panel.get_by_text("2025-11-24T16:00:00+00:00").wait_for()


def test_theme_can_be_chosen_and_is_kept(opened: Opened) -> None:
    page = opened(sample(), color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.get_by_role("button", name="Theme: system").click()
    light = page.evaluate(background)
    assert light != dark
    page.reload()
    assert page.evaluate(background) == light
    assert page.get_by_role("button", name="Theme: light").is_visible()


def test_page_without_scripts_is_a_readable_table(opened: Opened) -> None:
    page = opened(sample(tuple(f"m{n}" for n in range(22))), java_script_enabled=False)
    assert page.locator(".model").last.locator("tbody tr").count() == 7
    page.locator(".model").last.locator("summary", has_text="The layer Odd").click()
    # Playwright's own search for text leaves out what stands in noscript.
    shown = page.locator(".model").last.locator("details[open] .snippet pre:visible")
    assert shown.all_inner_texts() == [SNIPPET]
    assert page.get_by_role("button", name="Copy").count() == 0


def test_print_has_the_reasons_and_no_buttons(opened: Opened) -> None:
    page = opened(sample())
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("form, button:not(.order)").locator("visible=true").count() == 0
    assert page.locator(".why pre").first.is_visible()
    assert len(page.pdf()) > 10_000
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.why[open]").count() == 0
