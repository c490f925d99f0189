"""What a newer version wrote is refused in a sentence, wherever this one reads it."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.api_history import PLACE, api_history
from matrix.catalogue.companions import COMPANIONS, packages
from matrix.catalogue.keras import KERAS_VERSIONS, keras_releases
from matrix.catalogue.releases import CATALOGUE, catalogue
from matrix.errors import LoadmatrixError
from matrix.files import write_json
from matrix.plan.plan_json import plan_document
from matrix.run.store import Store
from matrix.schemas import require_schema
from reports.formats.registry import FORMATS, write_formats
from reports.jobs.exit_code import exit_code_of
from reports.jobs.report import report
from reports.report.report_json import read_report
from tests.builders import make_cell, make_outcome, make_plan, make_ran

CELL = make_cell("2.15.1")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The results of a run, with its report beside them."""
    store = Store(folder=tmp_path / "out" / "results")
    store.reset_for(plan_document(make_plan([CELL])))
    store.write(make_outcome(CELL, {"0:saved_model": make_ran(1.0)}))
    assert report([str(store.folder)], tmp_path) == 0
    return store.folder


def _changed(path: Path, schema: Any) -> None:
    document = {**json.loads(path.read_text(encoding="utf-8")), "schema": schema}
    if schema is None:
        del document["schema"]
    write_json(path, document)


@pytest.mark.parametrize("name", ["plan.json", "run.json", "2.15.1/outcome.json"])
def test_results_of_a_newer_version_are_refused_in_a_sentence(
    results: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _changed(results / name, schema=2)
    assert exit_code_of(lambda words: report(words, tmp_path), [str(results)]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"loadmatrix: .*\bhas schema 2\b.*Update loadmatrix\..*\n", said)
    assert Path(name).name in said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        pytest.param(2, "has schema 2, but this version of loadmatrix reads 1", id="newer"),
        pytest.param(None, "has no schema number", id="missing"),
        pytest.param("one", "has schema 'one'", id="odd"),
        pytest.param(True, "has schema 'True'", id="truth"),
    ],
)
def test_report_of_another_schema_is_refused(
    results: Path, schema: Any, said: str, tmp_path: Path
) -> None:
    path = results.parent / "report.json"
    _changed(path, schema=schema)
    with pytest.raises(LoadmatrixError, match=re.escape(f"{path} {said}")):
        read_report(path)
    alone = tmp_path / "report.json"
    path.rename(alone)
    with pytest.raises(LoadmatrixError, match=re.escape(said)):
        report([str(alone)], tmp_path)


def test_verdict_that_this_version_does_not_know_is_refused(results: Path) -> None:
    path = results.parent / "report.json"
    path.write_text(path.read_text(encoding="utf-8").replace(': "runs"', ': "walks"'), "utf-8")
    with pytest.raises(LoadmatrixError, match="unknown verdict 'walks'"):
        read_report(path)


def test_report_with_fields_of_a_later_version_is_rendered_without_them(
    results: Path, tmp_path: Path
) -> None:
    path = results.parent / "report.json"
    write_formats(read_report(path), tmp_path / "before")
    document = json.loads(path.read_text(encoding="utf-8"))
    for part in (document, document["models"][0], document["models"][0]["cells"][0]):
        part["of_tomorrow"] = {"any": ["thing"]}
    write_json(path, document)
    write_formats(read_report(path), tmp_path / "after")
    for name in FORMATS:
        assert (tmp_path / "after" / name).read_bytes() == (tmp_path / "before" / name).read_bytes()


def test_results_of_before_outcomes_said_their_schema_are_read(results: Path) -> None:
    for name in ("run.json", "2.15.1/outcome.json"):
        _changed(results / name, schema=None)
    store = Store(folder=results)
    assert store.read("2.15.1") is not None
    assert store.run_facts().seconds >= 0


@pytest.mark.parametrize(
    ("read", "shipped"),
    [
        pytest.param(catalogue, CATALOGUE, id="releases"),
        pytest.param(keras_releases, KERAS_VERSIONS, id="keras"),
        pytest.param(packages, COMPANIONS, id="companions"),
    ],
)
def test_table_of_another_schema_is_refused(
    read: Callable[[Path], Any], shipped: Path, tmp_path: Path
) -> None:
    text = shipped.read_text(encoding="utf-8")
    for other in (text.replace("schema = 1", "schema = 2", 1), text.replace("schema = 1", "", 1)):
        place = tmp_path / str(len(other))
        place.write_text(other, encoding="utf-8")
        with pytest.raises(LoadmatrixError, match=r"schema.*[Rr]einstall loadmatrix\."):
            read(place)


def test_api_history_of_another_schema_is_refused(tmp_path: Path) -> None:
    document = json.loads(lzma.decompress(PLACE.read_bytes()))
    place = tmp_path / "api_history.json.xz"
    place.write_bytes(lzma.compress(json.dumps({**document, "schema": 2}).encode(), preset=0))
    with pytest.raises(LoadmatrixError, match="has schema 2"):
        api_history(place)


@pytest.mark.parametrize("document", [None, [], "text", {}])
def test_what_is_no_document_says_no_schema(document: Any) -> None:
    with pytest.raises(LoadmatrixError, match=r"^it has no schema number"):
        require_schema(document, "it")


def _grow(*objects: dict[str, Any]) -> None:
    for one in objects:
        one["of_tomorrow"] = {"any": ["thing"]}


def test_results_with_fields_of_a_later_version_are_reported_without_them(
    results: Path, tmp_path: Path
) -> None:
    before = json.loads((results.parent / "report.json").read_bytes())
    plan, run, outcome = (results / n for n in ("plan.json", "run.json", "2.15.1/outcome.json"))
    document = json.loads(plan.read_bytes())
    (cell,), (model,) = document["cells"], document["models"]
    _grow(document, document["numerics"], model, model["facts"], cell, *cell["checks"])
    write_json(plan, document)
    document = json.loads(outcome.read_bytes())
    seen = document["verification"]
    _grow(document, seen, seen["probe"], *seen["checks"].values())
    write_json(outcome, document)
    document = json.loads(run.read_bytes())
    _grow(document)
    write_json(run, document)
    assert report([str(results)], tmp_path) == 0
    after = json.loads((results.parent / "report.json").read_bytes())
    assert after["models"] == before["models"]


def test_release_that_this_version_does_not_know_is_a_sentence(
    results: Path, tmp_path: Path
) -> None:
    path = results / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][0]["tensorflow"] = "2.99.0"
    write_json(path, document)
    with pytest.raises(LoadmatrixError, match=r"TensorFlow 2\.99\.0 .* Update loadmatrix\."):
        report([str(results)], tmp_path)
