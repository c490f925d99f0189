"""What real TensorFlow answered is used again, large outputs included, and compared as before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.jobs.exit_code import exit_code_of
from reports.jobs.matrix import matrix
from tests.real.test_matrix import MIDDLE, NEW, OLD, Made, made, python_of, specifier

__all__ = ["made"]
pytestmark = pytest.mark.real
_OF_A_RUN = ("started", "seconds", "source", "measured_at")


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in _OF_A_RUN}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def test_one_release_more_is_the_only_one_that_is_measured(made: Made, tmp_path: Path) -> None:
    for version in (OLD, MIDDLE, NEW):
        python_of(version)
    model = made("stateful", "counts", OLD)

    def run(output: str, *versions: str, more: str = "") -> dict[str, Any]:
        words = [str(model), "--tensorflow", specifier(*versions), "--output", output]
        words += ["--executor", "in-process", *more.split()]
        code = exit_code_of(lambda asked: matrix(asked, tmp_path, tmp_path / "none.py"), words)
        assert code == 0
        return dict(json.loads((tmp_path / output / "report.json").read_text(encoding="utf-8")))

    first = run("first", OLD, NEW)
    again = run("again", OLD, MIDDLE, NEW)
    (mine,) = again["models"]
    sources = {cell["id"]: cell["source"] for cell in mine["cells"]}
    assert sources.pop(MIDDLE) == "measured"
    assert set(sources.values()) == {"reused"}
    (before,) = first["models"]
    common = [
        cell for cell in mine["cells"] if cell["id"] in {one["id"] for one in before["cells"]}
    ]
    verdicts = [[check["verdict"] for check in cell["checks"]] for cell in common]
    assert verdicts == [[check["verdict"] for check in cell["checks"]] for cell in before["cells"]]
    # Measured again, all of it is the same.
    fresh = run("fresh", OLD, MIDDLE, NEW, more="--fresh")
    assert [cell["verdict"] for cell in fresh["models"][0]["cells"]] == [
        cell["verdict"] for cell in mine["cells"]
    ]
