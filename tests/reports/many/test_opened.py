"""Reports whose models are files of their own: written, put together and read one at a time."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from matrix.errors import LoadmatrixError
from reports.many.document import write_document
from reports.many.model_files import name_of, read_model, write_model
from reports.many.opened import open_report, opened
from reports.report.report import Report
from reports.report.report_json import read_report, read_schema, write_report
from tests.builders import make_hostile, make_report, make_sample
from tests.reports.many.many import models_in


def _report(names: tuple[str, ...] = ("a", "b", "c")) -> Report:
    seen = make_report(make_sample())
    (model,) = seen.models
    models = tuple(
        replace(model, path=f"/models/{name}", sha256=f"{number:064x}")
        for number, name in enumerate(names)
    )
    return replace(seen, models=models)


def _written(report: Report, folder: Path, most: int) -> Path:
    for place, model in enumerate(report.models):
        write_model(model, place, folder)
    header = replace(report, models=())
    write_document(header, tuple(range(len(report.models))), folder, most)
    return folder / "report.json"


@pytest.mark.parametrize("report", [_report(), _report(()), make_report(make_hostile())])
def test_small_document_has_the_bytes_of_one_that_was_written_whole(
    report: Report, tmp_path: Path
) -> None:
    write_report(report, tmp_path / "whole.json")
    path = _written(report, tmp_path, most=10**9)
    assert path.read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_index_is_valid_and_reads_as_the_whole_report(tmp_path: Path) -> None:
    report = _report()
    path = _written(report, tmp_path, most=10)
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, read_schema())
    assert [model["file"] for model in document["models"]] == [name_of(n) for n in range(3)]
    assert all("cells" not in model for model in document["models"])
    assert read_report(path) == report
    assert open_report(tmp_path).header == replace(report, models=())


def test_model_file_is_an_element_of_the_report(tmp_path: Path) -> None:
    report = _report()
    _written(report, tmp_path, most=10**9)
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    for place, element in enumerate(document["models"]):
        assert json.loads((tmp_path / name_of(place)).read_text(encoding="utf-8")) == element
    assert models_in(tmp_path) == dict(enumerate(report.models))


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"path": 3}', "[" * 100_000])
def test_damaged_file_costs_its_model_alone(content: str | None, tmp_path: Path) -> None:
    report = _report()
    path = _written(report, tmp_path, most=10)
    lost = tmp_path / name_of(1)
    if content is None:
        lost.unlink()
    else:
        lost.write_text(content, encoding="utf-8")
    first, second, third = read_report(path).models
    assert (first, third) == (report.models[0], report.models[2])
    assert second.path == "/models/b"
    assert second.sha256 == report.models[1].sha256
    assert str(lost) in second.untested
    assert not second.cells
    with pytest.raises(LoadmatrixError, match="Create the report again"):
        read_model(lost)


def test_file_of_another_report_is_not_taken(tmp_path: Path) -> None:
    path = _written(_report(), tmp_path, most=10)
    write_model(_report(("x",)).models[0], 1, tmp_path)
    assert "of another report" in read_report(path).models[1].untested


def test_names_that_are_no_unicode_are_read_and_written(tmp_path: Path) -> None:
    report = _report(("plain", "od\udcffd"))
    write_report(report, tmp_path / "whole.json")
    path = _written(report, tmp_path, most=10**9)
    assert path.read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert read_report(path) == report
    assert read_report(_written(report, tmp_path, most=10)) == report


def test_report_in_memory_is_opened_like_a_stored_one() -> None:
    report = make_report(make_hostile())
    assert opened(report).whole() == report
    assert [label.path for label in opened(report).labels] == [m.path for m in report.models]


def test_broken_model_is_found_before_it_is_needed(tmp_path: Path) -> None:
    path = _written(_report(), tmp_path, most=10**9)
    path.write_text(path.read_text().replace('"verdict"', '"verdicts"', 1), encoding="utf-8")
    with pytest.raises(LoadmatrixError, match="is not a loadmatrix report"):
        open_report(path).checked()


@pytest.mark.parametrize("file", ["../secret.json", "/etc/passwd", "models/../x.json", "models/1"])
def test_index_that_leads_out_of_its_folder_is_refused(file: str, tmp_path: Path) -> None:
    path = _written(_report(), tmp_path, most=10)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(name_of(1), file), encoding="utf-8")
    with pytest.raises(LoadmatrixError, match="is not a loadmatrix report"):
        open_report(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_pipe_in_place_of_a_model_is_not_waited_for(tmp_path: Path) -> None:
    path = _written(_report(), tmp_path, most=10)
    (tmp_path / name_of(1)).unlink()
    os.mkfifo(tmp_path / name_of(1))
    assert "is no file" in open_report(path).model(1).untested
