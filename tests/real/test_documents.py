"""Every command of the documentation is run, page by page, with real TensorFlow.

A page is followed from its top in a folder of its own. A command must end with code 0, unless the
page shows its code with `echo $?`, and prints what the page shows.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

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
    r"^pip install": "it installs from the network; tests/real/test_wheel.py does that",
    r"^hf auth login|--push": "it needs a token of the Hub",
    r"--isolation (require|container)": "it needs walls that not every machine has",
    r"--with .mylayers": "the package stands for one of the reader",
    r"^export (UV_INDEX|SSL_CERT|HTTPS_PROXY)": "the company stands for that of the reader",
}
# Narrower than the default, and without a process of nox for each cell.
_CONFIGURED = f"""\
[tool.loadmatrix]
tensorflow = "{MIDDLE},{NEW}"
executor = "in-process"
"""


def _runs(command: Shown) -> bool:
    return not any(re.search(pattern, command.command) for pattern in NOT_RUN)


def _commands(page: Path) -> list[Shown]:
    return [
        one for block in blocks_of(page) if block.language in SHELL for one in commands_of(block)
    ]


FOLLOWED = [page for page in PAGES if any(_runs(one) for one in _commands(page))]


@pytest.fixture
def reader(made: Made, tmp_path: Path) -> Reader:
    """Somebody with TensorFlow and a few models, who tests in two releases if not told others."""
    python_of(MIDDLE)
    reader = Reader(tmp_path, python_of(NEW))
    here = reader.folder
    (here / "pyproject.toml").write_text(_CONFIGURED, encoding="utf-8")
    shutil.copytree(EXAMPLE, here / "examples" / EXAMPLE.name)
    shutil.copy(made("keras_model", "model.keras", NEW), here)
    shutil.copy(made("lambda_layer", "downloaded.keras", NEW), here)
    shutil.copy(custom := made("custom", "custom.keras", NEW), here)
    shutil.copy(custom.with_name("layers.py"), here)
    (here / "vocabulary.txt").write_text("one\ntwo\n", encoding="utf-8")
    for number in range(4):
        (here / "registry").mkdir(exist_ok=True)
        tiny_models.quantised_tflite(here / "registry" / f"{number}.tflite", scale=0.5 + number)
    return reader


@pytest.mark.parametrize("page", FOLLOWED, ids=shown)
def test_page_can_be_followed(page: Path, reader: Reader) -> None:
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
