"""What documents show can be what it is: calls have options that exist, and code is code."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from matrix.options.command_line.line import Line
from reports.commands import COMMANDS
from reports.jobs.maintenance import locks_line, releases_line
from tests.documents.blocks import PAGES, ROOT, SHELL, Block, blocks_of, shown, spans_of
from tests.documents.commands import Call, calls_in, commands_of

pytestmark = pytest.mark.parametrize("page", PAGES, ids=shown)
_PROSE = ("", "text", "console", "sh")
# Its examples are those of the help: calls of any model.
_OF_THE_HELP = "docs/reference/commands.md"
_COMMAND = re.compile(r"(\$ |\w+=\S+ )*(loadmatrix|nox -s|pip install|uvx|pipx run) ")
_EXTRAS = re.compile(r"loadmatrix\[([\w,-]+)\]")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _line_of(call: Call) -> tuple[Line | None, list[str]]:
    """The command line that a call is read with, and what it reads; None where it is not ours."""
    words = [word for word in call.words if word not in ("-h", "--help")]
    name = call.session.partition("(")[0]
    if name == "loadmatrix":
        name, words = (
            (words[0], words[1:]) if words[:1] and words[0] in COMMANDS else ("matrix", words)
        )
    lines = {word: command.line for word, command in COMMANDS.items()}
    made = (lines | {"releases": releases_line, "locks": locks_line}).get(name)
    return (made() if made else None), words


def _lines(page: Path) -> Iterator[str]:
    for block in blocks_of(page):
        if block.language in SHELL:
            yield from (one.command for one in commands_of(block))
        elif block.language in _PROSE:
            yield from block.text.replace("\\\n", " ").splitlines()
    yield from spans_of(page)


def test_options_in_calls_exist(page: Path) -> None:
    for text in _lines(page):
        if not re.search(r"\b(loadmatrix|nox -s)\b", text):
            continue
        for call in calls_in(text.strip().removeprefix("$ ")):
            line, words = _line_of(call)
            if line is not None and words != ["--version"]:
                line.read(words)


def test_commands_stand_in_blocks_that_are_run(page: Path) -> None:
    """The test that follows pages sees `console` and `sh`; `text` is for a call in general."""
    for block in blocks_of(page):
        if not block.language and shown(page) != _OF_THE_HELP:
            wrong = [line for line in block.text.splitlines() if _COMMAND.match(line)]
            assert not wrong, f"{shown(page)}:{block.line}"


def test_extras_in_calls_exist(page: Path) -> None:
    named = {
        name
        for text in _lines(page)
        for found in _EXTRAS.findall(text)
        for name in found.split(",")
    }
    assert named <= set(PROJECT["optional-dependencies"])


def test_code_is_code(page: Path) -> None:
    for block in blocks_of(page):
        try:
            _read(block)
        except (SyntaxError, ValueError, yaml.YAMLError) as error:
            pytest.fail(f"{shown(page)}:{block.line}: {error}")


def _read(block: Block) -> None:
    match block.language:
        case "python":
            compile(block.text, "page", "exec", dont_inherit=True)
        case "toml":
            tomllib.loads(block.text)
        case "yaml":
            yaml.safe_load(block.text)
        case "json":
            _read_json(block.text.strip())


def _read_json(text: str) -> None:
    """One value after the other, as a stream of events has them."""
    while text:
        _, end = json.JSONDecoder().raw_decode(text)
        text = text[end:].lstrip()
