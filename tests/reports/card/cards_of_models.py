"""A folder with a card, models beside it, and reports of them, as calls made there leave them."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matrix.model.identify import identify
from reports.build.build_report import build_report
from reports.jobs.card import card
from reports.report.report import CustomObjectsReport, Report
from reports.report.report_json import write_report
from tests.builders import make_plan, make_sample
from tests.conftest import EXAMPLE
from tests.reports.build.test_report_json import RUN

CARD = "README.md"
REPORT = "compatibility/report.json"


@dataclass(frozen=True)
class Place:
    """The folder, and what is done in it."""

    folder: Path

    @property
    def text(self) -> str:
        return (self.folder / CARD).read_text(encoding="utf-8")

    def model(self, name: str, more: str = "") -> Path:
        """A model that differs from others in one of its files."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(EXAMPLE, path)
        (path / "assets").mkdir(exist_ok=True)
        (path / "assets" / "words.txt").write_text(more or name, encoding="utf-8")
        return path

    def report(self, *names: str, **changes: Any) -> Report:
        """Store the report of a run of models as they are here now."""
        named = [replace(identify(self.folder / name), path=Path(name)) for name in names]
        result = make_sample()
        plan = make_plan([one.cell for one in result.cells], named[0])
        plan = replace(plan, models=tuple(named), nearest=(None,) * len(named))
        results = [replace(result, number=number) for number in range(len(named))]
        report = replace(build_report(plan, results, RUN), **changes)
        write_report(report, self.folder / REPORT)
        return report

    def python(self, text: str) -> CustomObjectsReport:
        """Write the file of --custom-objects; what the report of a run with it says."""
        path = self.folder / "layers.py"
        path.write_text(text, encoding="utf-8")
        return CustomObjectsReport(name=path.name, sha256=hashlib.sha256(text.encode()).hexdigest())

    def card(self, *words: str) -> int:
        return card(list(words), self.folder)
