"""The page of many models in a real Chromium: load, search, filter, sort, open, come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.formats.html.addresses import addresses
from reports.formats.html.document import render
from reports.report.model_report import ModelReport
from tests.builders import HOSTILE, make_hostile, make_report, with_summary
from tests.many_models import header, model_of, some_models, write_page
from tests.reports.formats.conftest import listen

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]
_WIDE = {"width": 1400, "height": 1000}
_KEYS = addresses([(model.name, model.path) for model in some_models()])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of some models, whose files lie beside it."""
    return write_page(some_models(), tmp_path_factory.mktemp("site")).as_uri()


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[tuple[Any, list[str]]]:
    """One tab for the tests of this file, and what its pages complained of."""
    said: list[str] = []
    context = browser.new_context(reduced_motion="reduce", viewport=_WIDE)
    context.set_default_timeout(20_000)
    shown = context.new_page()
    listen(shown, said)
    yield shown, said
    context.close()


@pytest.fixture
def page(tab: tuple[Any, list[str]], site: str) -> Iterator[Any]:
    """The page of some models, just loaded."""
    shown, said = tab
    said.clear()
    _load(shown, site)
    yield shown
    shown.set_viewport_size(_WIDE)
    shown.emulate_media(media="null", color_scheme="null")
    assert said == []


def _load(page: Any, address: str) -> None:
    """Load a page anew, also where only the end of its address changes."""
    page.goto("about:blank")
    page.goto(address)


@pytest.fixture
def opened(visited: Opened, tmp_path: Path) -> Opened:
    """Open a page of other models, or one whose files are changed by the test."""

    def open_page(models: Sequence[ModelReport] = (), **options: Any) -> Any:
        path = write_page(models or some_models(), tmp_path)
        return visited(path, **{"viewport": _WIDE, **options})

    return open_page


def _names(page: Any) -> list[str]:
    return [str(name) for name in page.locator(".many tbody .name:visible").all_inner_texts()]


def _wait_for_names(page: Any, *names: str) -> None:
    """What is typed is filtered a moment later."""
    sync_api.expect(page.locator(".many tbody .name")).to_have_text(list(names))


def _show_everything(page: Any) -> None:
    page.get_by_role("button", name="Show everything").click()
    sync_api.expect(page.locator("output")).to_have_text("6 of 6 models")


def test_page_opens_with_numbers_and_a_row_a_model(page: Any) -> None:
    assert page.title() == "TensorFlow compatibility of 6 models"
    numbers = page.locator(".numbers button").all_inner_texts()
    assert numbers == [
        "2 work in every release that answered",
        "3 run in some releases",
        "1 loads, but runs in none",
    ]
    assert _names(page) == ["alpha", "beta.keras", "gamma.keras", "delta.h5", "epsilon", "sample"]


def test_neighbouring_releases_with_one_verdict_are_one_cell(page: Any) -> None:
    spans = page.locator(f'[id="row:{_KEYS[1]}"] td.v a')
    labels = [span.get_attribute("aria-label") for span in spans.all()]
    assert labels == ["runs in 2.13.1 to 2.15.1", "fails in 2.16.2 to 2.17.1"]


def test_search_leaves_models_whose_name_has_it(page: Any) -> None:
    page.get_by_role("searchbox").fill("KERAS")
    _wait_for_names(page, "beta.keras", "gamma.keras")
    assert page.locator("output").inner_text() == "2 of 6 models"
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_text("No model matches these filters.").wait_for()
    _show_everything(page)


def test_filters_by_format_verdict_release_cause_and_group(page: Any) -> None:
    page.get_by_label("Format").select_option("Keras HDF5 file")
    _wait_for_names(page, "delta.h5")
    _show_everything(page)
    page.get_by_role("checkbox", name="fails").check(force=True)
    _wait_for_names(page, "beta.keras", "gamma.keras", "sample")
    page.get_by_label("Release", exact=True).select_option("2.16.2")
    _wait_for_names(page, "beta.keras", "gamma.keras")
    page.get_by_role("searchbox").fill("gamma")
    _wait_for_names(page, "gamma.keras")
    _show_everything(page)
    group = page.locator(".groups button", has_text="at 2.16").first
    group.click()
    _wait_for_names(page, "beta.keras", "gamma.keras")
    assert group.get_attribute("aria-pressed") == "true"
    group.click()
    sync_api.expect(page.locator("output")).to_have_text("6 of 6 models")
    page.get_by_role("button", name="loads, but runs in none").click()
    _wait_for_names(page, "delta.h5")
    _show_everything(page)
    page.get_by_label("Cause").select_option("unavailable")
    _wait_for_names(page, "epsilon", "sample")


def test_table_is_sorted_up_and_down_and_as_the_list_again(page: Any) -> None:
    head = page.get_by_role("columnheader", name="Model")
    head.get_by_role("button").click()
    _wait_for_names(page, "alpha", "beta.keras", "delta.h5", "epsilon", "gamma.keras", "sample")
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert _names(page)[0] == "sample"
    head.get_by_role("button").click()
    assert _names(page)[:3] == ["alpha", "beta.keras", "gamma.keras"]
    page.get_by_role("columnheader", name="Works").get_by_role("button").click()
    assert _names(page)[0] == "alpha"
    assert _names(page)[-1] == "delta.h5"


def test_model_is_drawn_as_on_the_page_of_one_model(
    page: Any, visited: Opened, tmp_path: Path
) -> None:
    model = some_models()[5]
    page.get_by_role("link", name="sample").click()
    section = page.locator("section.model")
    section.wait_for()
    alone = tmp_path / "one.html"
    alone.write_text(render(replace(header(), models=(model,))), encoding="utf-8")
    other = visited(alone, viewport=_WIDE)
    assert section.inner_text() == other.locator("section.model").inner_text()
    page.locator(f'section.model a[href="#{_KEYS[5]}/2.12.1/keras"]').click()
    other.locator('section.model a[href="#sample/2.12.1/keras"]').click()
    panel, same = page.locator("dialog[open]"), other.locator("dialog[open]")
    assert panel.inner_text() == same.inner_text()
    assert "Unknown layer: 'Odd'" in panel.inner_text()
    assert panel.get_by_text("2 packages").count() == 1


def test_verdict_in_the_table_opens_its_cell(page: Any) -> None:
    page.get_by_label("fails in 2.16.2 to 2.17.1").first.click()
    page.get_by_role("dialog", name="TensorFlow 2.16.2").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="All models").click()
    sync_api.expect(page.locator("dialog[open]")).to_have_count(0)
    assert _names(page)[1] == "beta.keras"
    assert page.evaluate("document.activeElement.textContent") == "beta.keras"


def test_address_has_filters_order_and_what_is_open(page: Any) -> None:
    page.get_by_role("searchbox").fill("keras")
    page.get_by_role("columnheader", name="Model").get_by_role("button").click()
    page.get_by_role("columnheader", name="Model").get_by_role("button").click()
    _wait_for_names(page, "gamma.keras", "beta.keras")
    page.get_by_label("fails in 2.16.2").first.click()
    page.get_by_role("dialog", name="TensorFlow 2.16.2").wait_for()
    page.reload()
    page.get_by_role("dialog", name="TensorFlow 2.16.2").wait_for()
    assert page.locator("section.model h2").inner_text() == "gamma.keras"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Next").click()
    sync_api.expect(page.locator("section.model h2")).to_have_text("beta.keras")
    page.get_by_role("link", name="All models").click()
    _wait_for_names(page, "gamma.keras", "beta.keras")
    assert page.get_by_role("searchbox").input_value() == "keras"
    page.go_back()
    sync_api.expect(page.locator("section.model h2")).to_have_text("beta.keras")


def test_address_of_nothing_shows_everything(page: Any, site: str) -> None:
    odd = "#?sort=odd&group=x&state=x&format=x&in=1"
    for address in ("#nobody", "#000001/2.15.1", "#%zz/%", odd, "#?", "#"):
        _load(page, f"{site}{address}")
        assert page.locator("output").inner_text() == "6 of 6 models"
        assert page.locator("section.model").count() == 0


def test_address_of_a_model_stays_when_the_list_changes(opened: Opened) -> None:
    more = (model_of("new"), replace(some_models()[5], path="/models/other/sample"))
    page = opened((*more, *some_models()))
    files = page.url.split("#")[0]
    _load(page, f"{files}#{_KEYS[1]}/2.16.2")
    page.get_by_role("dialog", name="TensorFlow 2.16.2").wait_for()
    assert page.locator("section.model h2").inner_text() == "beta.keras"
    # A name is enough if no other model has it, and else it could be any of them.
    _load(page, f"{files}#beta.keras/2.16.2")
    page.get_by_role("dialog", name="TensorFlow 2.16.2").wait_for()
    assert page.url == f"{files}#{_KEYS[1]}/2.16.2"
    _load(page, f"{files}#sample")
    assert page.locator("output").inner_text() == "8 of 8 models"
    assert page.locator("section.model").count() == 0


def test_model_whose_file_is_missing_is_a_sentence(
    opened: Opened, complaints: list[str], tmp_path: Path
) -> None:
    page = opened()
    (tmp_path / "models" / "environments.js").unlink()
    script = tmp_path / "models" / "000001.js"
    text = script.read_text(encoding="utf-8")
    script.unlink()
    page.get_by_role("link", name="beta.keras").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "The file models/000001.js is missing" in alert.inner_text()
    # Chromium says on its console that a file is not there.
    assert all("ERR_FILE_NOT_FOUND" in said for said in complaints)
    complaints.clear()
    page.get_by_role("link", name="All models").click()
    script.write_text(text, encoding="utf-8")
    page.get_by_role("link", name="beta.keras").click()
    page.locator("section.model .grid").wait_for()
    complaints.clear()
    page.evaluate("key => { location.hash = key; }", f"#{_KEYS[5]}/2.12.1")
    panel = page.get_by_role("dialog", name="TensorFlow 2.12.1")
    assert "is in models/environments.js, which is missing" in panel.inner_text()
    assert all("ERR_FILE_NOT_FOUND" in said for said in complaints)
    complaints.clear()


def test_file_of_another_report_is_not_shown(opened: Opened, tmp_path: Path) -> None:
    models = [replace(model, sha256=f"{n}" * 64) for n, model in enumerate(some_models())]
    page = opened(models)
    (tmp_path / "models" / "000002.js").replace(tmp_path / "models" / "000001.js")
    text = (tmp_path / "models" / "000001.js").read_text(encoding="utf-8")
    text = text.replace('"key":"000002"', '"key":"000001"')
    (tmp_path / "models" / "000001.js").write_text(text, encoding="utf-8")
    page.get_by_role("link", name="beta.keras").click()
    assert "belongs to another report" in page.get_by_role("alert").inner_text()


def test_hostile_names_stay_text(opened: Opened) -> None:
    names = (
        "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(2)>',
        "a\u202egnp.b\u2066c",
        "'`${alert(3)}`\\",
        "long" * 1000,
    )
    (hostile,) = make_report(make_hostile()).models
    models = [
        replace(with_summary(hostile, text=HOSTILE), path=f"/models/{name}", format=HOSTILE)
        for name in names
    ]
    page = opened(models)
    assert page.locator("img, iframe, a[href^=http]").count() == 0
    assert page.locator("script:not([type])").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "a\\u202egnp.b\\u2066c" in _names(page)
    for key in addresses([(model.name, model.path) for model in models]):
        page.evaluate("key => { location.hash = key; }", f"#{key}/2.8.1/saved_model")
        page.locator(f'[id="{key}"]').wait_for()
        page.locator("dialog[open]").wait_for()
        assert page.locator("img, iframe, a[href^=http]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_untested_model_says_why(opened: Opened) -> None:
    untested = replace(
        model_of("torn.h5"), cells=(), untested="The file ends in the middle.", sha256=""
    )
    page = opened((*some_models(), untested))
    row = page.locator(".many tbody tr", has_text="torn.h5")
    assert "The file ends in the middle" in row.inner_text()
    row.get_by_role("link", name="torn.h5").click()
    page.locator("section.model h2", has_text="torn.h5").wait_for()


def test_arrow_keys_move_between_verdicts(page: Any) -> None:
    page.locator(".many tbody a").first.focus()
    focused = "document.activeElement.getAttribute('href')"
    for key, there in (
        ("ArrowRight", f"#{_KEYS[0]}/2.13.1"),
        ("ArrowDown", f"#{_KEYS[1]}/2.13.1"),
        ("ArrowRight", f"#{_KEYS[1]}/2.16.2"),
        ("ArrowUp", f"#{_KEYS[0]}/2.13.1"),
    ):
        page.keyboard.press(key)
        page.wait_for_function(f"() => {focused} === '{there}'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    for address in ("#?", "#?q=keras&sort=-name", f"#{_KEYS[5]}", f"#{_KEYS[5]}/2.12.1/keras"):
        page.evaluate("address => { location.hash = address; }", address)
        if "sample" in address:
            page.locator("section.model").wait_for()
        found = axe.run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


def test_page_fits_its_window(page: Any) -> None:
    wide = "document.documentElement.scrollWidth"
    for width in (390, 1100, 1400):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("location.hash = '#?'")
        page.locator(".many").wait_for()
        assert page.evaluate(wide) <= width
        page.get_by_role("link", name="sample").click()
        page.locator("section.model").wait_for()
        assert page.evaluate(wide) <= width


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page of more models than rows are made at once."""
    model = model_of("model", "runs", "fails")
    models = [replace(model, path=f"/models/model-{n:03}") for n in range(180)]
    return write_page(models, tmp_path_factory.mktemp("long"), scripts=False).as_uri()


def test_rows_are_made_as_the_reader_comes_to_them(page: Any, long_site: str) -> None:
    _load(page, long_site)
    rows = page.locator(".many tbody tr")
    assert rows.count() < 180
    page.get_by_role("searchbox").fill("model-1")
    sync_api.expect(page.locator("output")).to_have_text("80 of 180 models")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    sync_api.expect(rows).to_have_count(80)
    page.get_by_role("button", name="Show everything").click()
    sync_api.expect(page.locator("output")).to_have_text("180 of 180 models")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert rows.count() == 180


def test_more_rows_come_by_keyboard_too(page: Any, long_site: str) -> None:
    page.set_viewport_size({"width": 1400, "height": 300})
    _load(page, long_site)
    more = page.get_by_role("button", name="Show 60 more of 120")
    more.focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".many tbody tr")).not_to_have_count(60)
    focused = "document.activeElement.closest('tr').querySelector('.name').textContent"
    page.wait_for_function(f"() => {focused} >= 'model-060'")


def test_cells_with_packages_are_shown_on_demand(page: Any) -> None:
    heads = page.locator(".many thead th.cell")
    assert "2.16.2+tf_keras" not in heads.all_inner_texts()
    page.get_by_label("with additional packages").check(force=True)
    sync_api.expect(heads.last).to_have_text("2.16.2+tf_keras")
    sample = page.locator(f'[id="row:{_KEYS[5]}"]')
    assert sample.get_by_label("not-run in 2.16.2+tf_keras").count() == 1


def test_print_has_the_rows_and_no_buttons(page: Any, site: str) -> None:
    _load(page, f"{site}#?q=keras")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("form").locator("visible=true").count() == 0
    assert _names(page) == ["beta.keras", "gamma.keras"]
    assert page.get_by_label("fails in 2.16.2 to 2.17.1").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "light"
    assert len(page.pdf()) > 10_000


def test_page_without_scripts_is_a_readable_table(visited: Opened, tmp_path: Path) -> None:
    page = visited(write_page(some_models(), tmp_path), java_script_enabled=False)
    assert page.locator("table.plain tbody tr").count() == 6
    assert "stops at 2.16" in page.locator("table.plain").inner_text()
    assert page.locator("form:visible").count() == 0
