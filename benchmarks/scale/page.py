"""`nox -s bench -- scale-page`: what the page of many models costs Chromium, in CPU seconds.

python -m benchmarks.scale.page report.html   # the page of a report that is there

Wall seconds mean nothing on a busy machine. `main thread` is what the page keeps from answering its
reader; `all processes` is what the whole browser works, drawing included.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.judging import judged
from benchmarks.scale.reporting import varied
from matrix.errors import UsageError
from reports.formats.html.data import Environments
from reports.formats.html.many.index_page import render_index
from reports.formats.html.many.model_script import (
    environments_of,
    environments_script,
    key_of,
    model_script,
)
from reports.many.opened import open_report
from reports.overview.row import row_of
from reports.report.model_report import ModelReport
from reports.report.report import Report

_MODELS, _MORE, _FEW = 1000, 10_000, 70
LOAD_TARGET = 2.0
FILTER_TARGET = 0.5
# So many models have their file: more are never opened here.
_OPENED = 5
# What a page does after an event is over in this time, unless it is far beyond its target.
_SETTLED_MS = 1500
_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, kw_only=True)
class Work:
    """CPU seconds of one thing that a reader does."""

    what: str
    main: float
    processes: float


def paging(report: Path, folder: Path, *, quick: bool) -> None:
    """Pages of models like those of `report`, in a real browser; `quick` makes them small."""
    opened = open_report(report)
    models = list(opened.models())
    for count in (_FEW,) if quick else (_MODELS, _MORE):
        path = written(opened.header, models, count, folder / f"page-{count}")
        _tell(path, f"page of {count:,} models", judge=count <= _MODELS)


def written(header: Report, models: Sequence[ModelReport], count: int, folder: Path) -> Path:
    """A page of so many models that vary those given, and the files of the first few."""
    (folder / "models").mkdir(parents=True)
    rows, environments = [], Environments()
    for place in range(count):
        model = varied(models[place % len(models)], place)
        rows.append(row_of(model, place))
        if place < _OPENED:
            script = folder / "models" / f"{key_of(place)}.js"
            script.write_text(model_script(model, place), encoding="utf-8")
            environments_of(model, environments)
    shared = folder / "models" / "environments.js"
    shared.write_text(environments_script(environments), encoding="utf-8")
    path = folder / "report.html"
    path.write_text(render_index(header, rows), encoding="utf-8")
    return path


def _tell(path: Path, name: str, *, judge: bool = True) -> None:
    size = path.stat().st_size / 1e6
    for number, work in enumerate(works(path)):
        details = f"{work.processes:.2f} in all processes; {size:.1f} MB"
        target = FILTER_TARGET if number else LOAD_TARGET
        label = f"{name}, {work.what}, CPU s of the main thread"
        if judge:
            judged(label, work.main, target, details)
        else:
            print(f"{label}: {work.main:.2f}; {details}", flush=True)


def works(path: Path) -> Iterator[Work]:
    """What a page costs: to load it, then each thing that a reader does with it."""
    with _browser() as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        opened = context.new_page()
        session = context.new_cdp_session(opened)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        search = opened.locator('[id="ui:model"]')
        verdicts = opened.locator("input[name=verdict]")
        doings: dict[str, Callable[[], object]] = {
            "load": lambda: opened.goto(path.as_uri()),
            "search a letter": lambda: search.fill("e"),
            "search a name": lambda: search.fill("model00001"),
            "search nothing again": lambda: search.fill(""),
            "filter by the last verdict": lambda: verdicts.last.check(force=True),
            "show everything": opened.get_by_role("button", name="Show everything").click,
            "filter by a group": opened.locator("[data-filter=group]").first.click,
            "show everything again": opened.get_by_role("button", name="Show everything").click,
            "sort by name": opened.locator("[data-sort=name]").click,
            "sort by where they work": opened.locator("[data-sort=works]").click,
            "open a model": lambda: opened.goto(f"{path.as_uri()}#model00000"),
            "all models again": opened.get_by_role("link", name="All models").click,
        }
        for what, do in doings.items():
            before, all_before = _busy(session), _all_processes()
            do()
            opened.wait_for_timeout(_SETTLED_MS)
            yield Work(
                what=what,
                main=_busy(session) - before,
                processes=_all_processes() - all_before,
            )


def _busy(session: Any) -> float:
    """CPU seconds of the main thread of the page so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _all_processes() -> float:
    """CPU seconds so far of every process of the browser, which this process has started."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
            total += times.user + times.system if "chrom" in process.name() else 0
        except psutil.Error:
            continue
    return total


@contextmanager
def _browser() -> Iterator[Any]:
    """A Chromium without a window.

    Raises:
        UsageError: there is no Chromium or no Playwright.
    """
    installed = next(filter(None, map(shutil.which, _BROWSERS)), None)
    found = os.environ.get("LOADMATRIX_CHROMIUM") or installed
    if found is None:
        raise UsageError("There is no Chromium: install one, or name it in LOADMATRIX_CHROMIUM.")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        message = "Playwright is not installed: pip install playwright."
        raise UsageError(message) from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_SWITCHES.split())
        yield browser
        browser.close()


if __name__ == "__main__":
    _tell(Path(sys.argv[1]), sys.argv[1])
