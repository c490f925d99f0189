"""The command with no option: every release, from the plan to every file that is written.

Environments are the only fake. What their cells say is what raw calls were measured to do, where
that is recorded beside the project; `measured.py` makes up the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matrix.errors import NothingTestable
from matrix.model.inspection import inspect_testable
from matrix.run.executors.registry import EXECUTORS
from reports.formats.registry import FORMATS
from reports.jobs import matrix, report
from reports.report.report_json import read_schema
from tests import tiny_models
from tests.conftest import SHARED
from tests.measured import MeasuredExecutor

NOXFILE = Path(__file__).resolve().parents[3] / "noxfile.py"
VALIDATOR = jsonschema.Draft202012Validator(read_schema())
EXAMPLES = NOXFILE.parent / "examples"
TINY: dict[str, Callable[[Path], Path]] = {
    "checkpoint": lambda folder: tiny_models.checkpoint(folder / "checkpoint"),
    "graph_def": lambda folder: tiny_models.graph_def(folder / "frozen.pb"),
    "keras_h5": lambda folder: tiny_models.hdf5(folder / "model.h5"),
    "keras_v3": lambda folder: tiny_models.keras(folder / "model.keras"),
    "saved_model": lambda folder: tiny_models.saved_model(folder / "saved"),
    "tflite": lambda folder: tiny_models.tflite(folder / "model.tflite"),
}


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Call the `matrix` job with models and no option; gives its code and the report."""
    monkeypatch.setitem(EXECUTORS, "nox", MeasuredExecutor())
    caller = tmp_path / "caller"
    caller.mkdir()

    def called(*models: Path) -> tuple[int, dict[str, Any]]:
        code = matrix.matrix([str(model) for model in models], caller, NOXFILE)
        return code, _whole(caller / "compatibility")

    return called


def _whole(output: Path) -> dict[str, Any]:
    """The report in a folder, which has every file, and every cell of the plan in its place."""
    assert all((output / name).stat().st_size for name in FORMATS)
    document: dict[str, Any] = json.loads((output / "report.json").read_text(encoding="utf-8"))
    VALIDATOR.validate(document)
    plan = json.loads((output / "results" / "plan.json").read_text(encoding="utf-8"))
    for number, model in enumerate(document["models"]):
        concerned = [c for c in plan["cells"] if c["models"] is None or number in c["models"]]
        assert len(model["cells"]) == len(concerned) > 10
    return document


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _models() -> list[Any]:
    """The models at hand, each by its folder."""
    catalog = SHARED / "models" / "catalog.jsonl"
    if not catalog.exists():
        reason = pytest.mark.skip(reason="there is no shared/models beside the project")
        return [pytest.param(Path(), marks=reason)]
    entries = map(json.loads, catalog.read_text(encoding="utf-8").splitlines())
    found = [pytest.param(SHARED / one["path"], id=one["id"]) for one in entries]
    cases = [next(case.glob("model*")) for case in sorted((SHARED / "cases").glob("*/"))]
    return found + [pytest.param(case, id=case.parent.name) for case in cases]


@pytest.mark.parametrize("path", _models())
def test_model_at_hand_gets_every_file(
    path: Path,
    run: Callable[..., tuple[int, dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        inspect_testable(path, None, offline=True)
    except NothingTestable as refusal:
        # What is no model is refused in one sentence.
        with pytest.raises(NothingTestable, match=re.escape(str(refusal))):
            run(path)
        return
    code, document = run(path)
    printed = capsys.readouterr()
    assert "Internal error" not in printed.out + printed.err
    # A terminal and a pipe break its lines.
    assert _on_one_line(document["models"][0]["summary"]["text"]) in _on_one_line(printed.out)
    assert code == 0


@pytest.mark.parametrize("kind", TINY)
def test_every_format_gets_every_file(
    kind: str, run: Callable[..., tuple[int, dict[str, Any]]], tmp_path: Path
) -> None:
    code, document = run(TINY[kind](tmp_path))
    assert (code, document["models"][0]["format"]) == (0, kind)


def test_all_formats_together_are_reported_again_alike(
    run: Callable[..., tuple[int, dict[str, Any]]], tmp_path: Path
) -> None:
    models = [make(tmp_path) for make in TINY.values()]
    code, document = run(*models)
    assert code == 0
    assert report.report([], tmp_path / "caller") == 0
    assert _whole(tmp_path / "caller" / "compatibility") == document
