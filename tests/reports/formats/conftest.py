"""Pages in a real Chromium; whatever a page complains of or asks the network for is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.formats.html.document import render
from reports.report.report import Report

# Found at import: the fixtures take LOADMATRIX_ variables away.
CHROMIUM = os.environ.get("LOADMATRIX_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for the tests of a file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: install one, or name it in LOADMATRIX_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_SWITCHES.split())
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What pages complained of; a test that expects a complaint takes it out."""
    return []


@pytest.fixture
def visited(browser: Any, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """Open a file, with the part of the address behind it and options of the browser."""
    contexts = []

    def visit(path: Path, address: str = "", **options: Any) -> Any:
        contexts.append(context := browser.new_context(reduced_motion="reduce", **options))
        context.set_default_timeout(20_000)
        page = context.new_page()
        listen(page, complaints)
        page.goto(f"{path.as_uri()}{address}")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def opened(visited: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Open the page of a report."""

    def open_page(report: Report, address: str = "", **options: Any) -> Any:
        path = tmp_path / "report.html"
        path.write_text(render(report), encoding="utf-8")
        return visited(path, address, **options)

    return open_page


def listen(page: Any, complaints: list[str]) -> None:
    """Note what a page complains of, and what it asks the network for."""
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: _note_request(asked.url, complaints))


def _note_request(url: str, complaints: list[str]) -> None:
    if not url.startswith("file:"):
        complaints.append(url)
