"""Every command of the documentation is run, page by page, with real TensorFlow.

A page is followed from its top in a folder of its own. A command must end with code 0, unless the
page shows its code with `echo $?`, and prints what the page shows.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import tiny_models
from tests.conftest import EXAMPLE
from tests.documents.blocks import PAGES, SHELL, Block, blocks_of, shown
from tests.documents.commands import Shown, commands_of
from tests.documents.reader import Reader, difference
from tests.real.test_matrix import MIDDLE, NEW, Made, made, python_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here"),
]
__all__ = ["made"]

# What is not run, and why; tests/documents/test_shown.py reads the options of these as well.
NOT_RUN = {
    r"^pip install": "it installs from the network; .ci/run and tests/real/test_wheel.py do that",
    r"^hf auth login|--push": "it needs a token of the Hub",
    r"^loadmatrix clean|^nox -s clean": "it would remove the environments of the tester",
    r"--isolation (require|container)": "it needs walls that not every machine has",
    r"--with .mylayers|parts/a": "it needs a package or results of the reader",
    r"^export (UV_INDEX|SSL_CERT|HTTPS_PROXY)": "the company stands for that of the reader",
    r"\bdask\b|^kubectl|/submit\.sh": "it needs a cluster; test_examples.py has stand-ins",
    r"^nox -s (bench|releases|companions)\b|^python -m benchmarks": "it takes hours",
    r"tensorflow>=2\.12,<2\.19": "seven releases; the guides run the same with two",
}
# Commands for maintainers: minutes to hours, and some of them write into the project.
_MAINTAINERS = ("CONTRIBUTING.md", "docs/contributing/", "probe/", "tests/")
# Their output is shown, which has an old and a new release.
_GUIDES = ("docs/tutorial.md", "docs/how-to/")
# All pages take ten minutes, which a run of all tests does not have.
_ALWAYS = ("README.md", "docs/tutorial.md", *(f"docs/how-to/{name}.md" for name in ("card", "ci")))
_EVERY_PAGE = "LOADMATRIX_EVERY_PAGE" in os.environ


def _runs(command: Shown) -> bool:
    return not any(re.search(pattern, command.command) for pattern in NOT_RUN)


def _commands(page: Path) -> list[Shown]:
    return [
        one for block in blocks_of(page) if block.language in SHELL for one in commands_of(block)
    ]


FOLLOWED = [
    pytest.param(
        page,
        marks=pytest.mark.skipif(
            not (_EVERY_PAGE or shown(page).startswith(_ALWAYS)),
            reason="it takes minutes: followed if LOADMATRIX_EVERY_PAGE is set",
        ),
        id=shown(page),
    )
    for page in PAGES
    if not shown(page).startswith(_MAINTAINERS) and any(_runs(one) for one in _commands(page))
]


def _reader(releases: str, made: Made, place: Path) -> Reader:
    """Somebody with TensorFlow and a few models, who tests in these releases if not told others."""
    reader = Reader(place, python_of(NEW))
    here = reader.folder
    # A process of nox for each cell costs more than it tells here.
    configured = f'[tool.loadmatrix]\ntensorflow = "{releases}"\nexecutor = "in-process"\n'
    (here / "pyproject.toml").write_text(configured, encoding="utf-8")
    shutil.copy(made("keras_model", "model.keras", NEW), here)
    shutil.copy(made("lambda_layer", "downloaded.keras", NEW), here)
    shutil.copy(custom := made("custom", "custom.keras", NEW), here)
    shutil.copy(custom.with_name("layers.py"), here)
    (here / "error.txt").write_text("ValueError: Unknown layer: Scale\n", encoding="utf-8")
    (here / "vocabulary.txt").write_text("one\ntwo\n", encoding="utf-8")
    _folder_with_inputs(here)
    _registry(here)
    return reader


def _folder_with_inputs(here: Path) -> None:
    for name in ("examples/half_plus_two", "model"):
        shutil.copytree(EXAMPLE, here / name)
    np.savez(here / "batch.npz", x=np.array([1.0, 2.0], "float32"))
    (here / "batch.json").write_text('{"x": [1.0, 2.0]}', encoding="utf-8")


def _registry(here: Path) -> None:
    """Four small models, and what can name them and others."""
    folder = here / "registry"
    folder.mkdir()
    for number in range(4):
        tiny_models.quantised_tflite(folder / f"{number}.tflite", scale=0.5 + number)
    (here / "registry.txt").write_text("registry/*.tflite\n", encoding="utf-8")
    (here / "more.csv").write_text("name,path\nmine,registry/0.tflite\n", encoding="utf-8")
    shutil.copy(folder / "1.tflite", here / "model.tflite")
    (here / "hub" / "org").mkdir(parents=True)
    shutil.copy(here / "model.keras", here / "hub" / "org")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all pages: what a model answered there need not be measured for each."""
    return tmp_path_factory.mktemp("reader")


@pytest.mark.parametrize("page", FOLLOWED)
def test_page_can_be_followed(
    page: Path, made: Made, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python_of(MIDDLE)
    monkeypatch.setenv("LOADMATRIX_KNOWN", str(place / "known"))
    releases = f"{MIDDLE},{NEW}" if shown(page).startswith(_GUIDES) else MIDDLE
    reader = _reader(releases, made, place)
    for block in blocks_of(page):
        if block.file is not None:
            reader.write(block)
        elif block.language in SHELL:
            _follow(page, block, reader)


def _follow(page: Path, block: Block, reader: Reader) -> None:
    commands = commands_of(block)
    for command, following in zip(commands, [*commands[1:], None], strict=True):
        if not _runs(command):
            continue
        code, printed = reader.run(command)
        place = f"{shown(page)}:{command.line}: {command.command}"
        tells = following is not None and following.command == "echo $?"
        assert tells or code == 0, f"{place}\nended with code {code}:\n{printed}"
        assert not (wrong := difference(command, printed)), f"{place}\n{wrong}"


def test_what_is_not_run_is_there() -> None:
    commands = [one.command for page in PAGES for one in _commands(page)]
    assert [one for one in NOT_RUN if not any(re.search(one, text) for text in commands)] == []
