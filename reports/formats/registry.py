"""The files written next to report.json: the name of each, and what renders it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from matrix.files import write_text
from reports.formats import badge, csv, junit, svg
from reports.formats.html import document as page
from reports.overview.markdown import render_report
from reports.report.internal_errors import Guard, unguarded
from reports.report.report import Report

Renderer = Callable[[Report], str]

# A new format is a module with a pure `Report -> str`, and one line here.
FORMATS: Mapping[str, Renderer] = {
    "report.md": render_report,
    "report.csv": csv.render,
    junit.NAME: junit.render,
    "badge.svg": badge.render_svg,
    "badge.json": badge.render_json,
    "matrix.svg": svg.render,
    "report.html": page.render,
}


def write_formats(report: Report, folder: Path, guard: Guard = unguarded) -> None:
    """Write every format into a folder, each file whole or not at all.

    A file that `guard` cannot make, or that has no room, is not left there from an earlier run.

    Raises:
        OSError: some of them could not be written; the others were.
    """
    refused: list[OSError] = []
    for name, render in FORMATS.items():
        text = guard(name, partial(render, report), None)
        try:
            if text is not None:
                write_text(folder / name, text)
        except OSError as error:
            refused.append(error)
            text = None
        if text is None:
            (folder / name).unlink(missing_ok=True)
    if refused:
        raise refused[0]
