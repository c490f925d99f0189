"""What a report shows of the machine on which it was made: nothing but how models were named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownModel
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from matrix.shown import without_environments
from reports.build.shown_paths import without_paths
from reports.card.hub_snippet import place_in_repository
from reports.card.section import render
from reports.formats.registry import FORMATS
from reports.report.check_report import ErrorReport
from reports.report.model_report import ModelReport
from reports.report.report_json import to_document
from tests.builders import report_of

PATH = "/home/jane/secret project/model.keras"
TRACEBACK = (
    f'  File "/home/jane/.cache/x/lib/python3.11/site-packages/keras/src/load.py", line 3\n'
    '  File "/opt/pyenv/versions/3.11.7/lib/python3.11/contextlib.py", line 79\n'
    '  File "/home/jane/my tools/probe/loaders/keras.py", line 5\n'
    f"OSError: {PATH} is damaged; see /home/jane/notes and '{PATH}/metadata.json'"
)


def _model() -> ModelReport:
    (model,) = report_of({"2.15.1": verdicts.Fails(error=ErrorRecord(type="E"))}).models
    (cell,) = model.cells
    (check,) = cell.checks
    error = ErrorReport(type="E", message=PATH, traceback=TRACEBACK)
    cell = replace(cell, checks=(replace(check, error=error, reason=f"E: {PATH}"),))
    return replace(model, path=PATH, facts={"load_path": PATH}, cells=(cell,))


def test_texts_have_no_path_of_the_machine() -> None:
    model = without_paths(_model(), "secret project/model.keras")
    (check,) = model.cells[0].checks
    assert check.error is not None
    assert check.error.message == "model.keras"
    assert check.error.traceback == (
        '  File "keras/src/load.py", line 3\n'
        '  File "contextlib.py", line 79\n'
        '  File "probe/loaders/keras.py", line 5\n'
        "OSError: model.keras is damaged; see ~/notes and 'model.keras/metadata.json'"
    )
    assert (model.path, model.name) == ("secret project/model.keras", "model.keras")
    assert model.facts == {"load_path": "secret project/model.keras"}


def test_part_that_loaders_are_given_stays_below_the_model() -> None:
    given, part = "secret project/export", "/home/jane/secret project/export/1/model.h5"
    folder = replace(_model(), path="/home/jane/secret project/export", facts={"load_path": part})
    model = without_paths(folder, given)
    assert model.facts == {"load_path": f"{given}/1/model.h5"}
    subject = ShownModel.of({"path": model.path, "format": "keras_h5", "facts": model.facts})
    assert subject.path == "export/1/model.h5"
    assert place_in_repository(model, subject) == "/1/model.h5"


def test_file_of_custom_objects_is_named_wherever_it_was() -> None:
    source = "/data/secret team/layers.py"
    objects = CustomObjects(name="layers.py", source=source, sha256="ab" * 32)
    (cell,) = _model().cells
    error = ErrorReport(type="E", message="m", traceback=f'  File "{source}", line 2')
    cell = replace(cell, checks=(replace(cell.checks[0], error=error),))
    model = without_paths(replace(_model(), cells=(cell,)), "model.keras", objects)
    assert model.cells[0].checks[0].error == replace(error, traceback='  File "layers.py", line 2')


def test_file_of_an_environment_is_told_alike_in_every_cell() -> None:
    site = "lib/python3.11/site-packages/keras/__init__.py"
    error = ErrorRecord(
        type="CustomObjectsError",
        message="layers.py does not import here: ImportError: cannot import name 'ops' from "
        f"'keras' (/home/jane/.cache/loadmatrix/envs/2.15.1-py3.11-a37de54280/{site})",
    )
    report = report_of({"2.15.1": verdicts.Fails(error=error)})
    (check,) = report.models[0].cells[0].checks
    assert check.diagnosis is not None
    assert "from 'keras' (keras/__init__.py))" in check.diagnosis.explanation
    assert "cannot import name 'ops' from 'keras')" in render(report)


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/x/envs/2.12.1-py3.11-a37de54280/bin/python", "bin/python"),
        ("/x/lib64/python3.9/dist-packages/h5py/a.so", "h5py/a.so"),
        ("C:\\e\\Lib\\site-packages\\keras\\a.py", "keras\\a.py"),
        ("/data/envs/mine/model.h5", "/data/envs/mine/model.h5"),
    ],
)
def test_what_is_below_an_environment_is_named_alone(path: str, below: str) -> None:
    assert without_environments(f"see {path}: no") == f"see {below}: no"


@pytest.mark.parametrize("kind", [*FORMATS, "report.json"])
def test_no_format_has_one(kind: str) -> None:
    whole = report_of({"2.15.1": verdicts.Runs()})
    report = replace(whole, models=(without_paths(_model(), "model.keras"),))
    text = json.dumps(to_document(report)) if kind == "report.json" else FORMATS[kind](report)
    assert "jane" not in text
    assert "secret" not in text
    assert "/opt" not in text


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a/site-packages/b",
        "and/or, 3/4, a\\nb",
        "block_1/conv/kernel:0",
        "hf://org/model",
        "/tmp/model",
    ],
)
def test_what_is_no_path_of_a_machine_stays(text: str) -> None:
    model = replace(_model(), untested=text)
    assert without_paths(model, "").untested == text


def test_name_stays_where_the_model_was_given_without_one() -> None:
    assert without_paths(_model(), ".").name == "model.keras"
    assert without_paths(_model(), "").path == PATH


def test_long_text_of_slashes_takes_no_time() -> None:
    text = "/a" * 100_000 + '"/' * 100_000
    assert without_paths(replace(_model(), untested=text), "").untested == text
