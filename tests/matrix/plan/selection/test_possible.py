"""A selection that leaves nothing is a wrong call, which is told what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.model.facts import Format
from matrix.options.reading import read_options
from matrix.plan.make_plan import make_plan
from matrix.plan.selection.possible import check_cells, check_possible
from tests.builders import make_model


def _refused(line: str) -> str:
    with pytest.raises(UsageError) as caught:
        check_possible(read_options(["m", *line.split()], Path("/")), catalogue())
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param("--tensorflow 3.0", "matches --tensorflow 3.0. There are", id="tensorflow"),
        pytest.param("--tensorflow >=2.8,<2.8", "--tensorflow '>=2.8,<2.8'", id="empty-range"),
        pytest.param("--only 2.99", "No known release matches --only 2.99.", id="only"),
        pytest.param(
            "--tensorflow 2.15 --only 2.4",
            "No selected release matches --only 2.4. There is TensorFlow 2.15.",
            id="only-beside-others",
        ),
        pytest.param("--python 3.99", "has Python 3.99. TensorFlow 1.15 to 2.21", id="python"),
        pytest.param(
            "--tensorflow 2.15 --python 3.7",
            "TensorFlow 2.15 has Python 3.9, 3.10, 3.11.",
            id="old",
        ),
        pytest.param("--keras 9", "No known release of Keras 3 matches --keras 9.", id="keras"),
        pytest.param("--keras 2.15", "Keras 2 is part of TensorFlow", id="keras-2"),
        pytest.param(
            "--keras 3.3 --tensorflow 2.12", "none of the selected releases", id="keras-elsewhere"
        ),
    ],
)
def test_what_selects_nothing_is_told_what_there_is(line: str, sentence: str) -> None:
    assert sentence in _refused(line)


@pytest.mark.parametrize("line", ["--only 2.15", "--keras 3.3.0", "--python 3.7", "--keras latest"])
def test_what_selects_something_is_possible(line: str) -> None:
    check_possible(read_options(["m", *line.split()], Path("/")), catalogue())


def test_cells_of_releases_that_the_model_has_not_are_refused() -> None:
    options = read_options(["m", "--only", "1.15"], Path("/"))
    here = ("3.7", "3.11")
    plan = make_plan([make_model()], catalogue(), options, here, "linux-x86_64")
    with pytest.raises(UsageError, match=r"--only 1\.15 leaves nothing to run"):
        check_cells(plan, options)
    old = make_model(tensorflow="1.15.0")
    check_cells(make_plan([old], catalogue(), options, here, "linux-x86_64"), options)


def test_named_patch_of_keras_has_its_cell() -> None:
    options = read_options(["m", "--keras", "3.3.0"], Path("/"))
    model = make_model(Format.KERAS_V3)
    plan = make_plan([model], catalogue(), options, ("3.11",), "linux-x86_64")
    assert any("keras3.3.0" in entry.cell.id for entry in plan.cells)
