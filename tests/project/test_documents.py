"""What the documents say is so: options, verdicts, loaders and sessions are all in the README."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from matrix.options.options import parser
from matrix.plan.loaders import LOADERS
from matrix.results.verdicts import words

HERE = Path(__file__).resolve().parents[2]
README = (HERE / "README.md").read_text(encoding="utf-8")
NOXFILE = (HERE / "noxfile.py").read_text(encoding="utf-8")
OPTIONS = sorted(set(re.findall(r"--[a-z][a-z-]+", parser().format_help())) - {"--help"})


@pytest.mark.parametrize("option", OPTIONS)
def test_option_is_in_the_readme(option: str) -> None:
    assert option in _documented()


def test_readme_has_no_option_that_does_not_exist() -> None:
    assert sorted(_documented()) == OPTIONS


def _documented() -> list[str]:
    """The options in the first column of the table."""
    rows = re.findall(r"^\| (`--?[a-z][^|]+) \|", README, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(--[a-z-]+)", row)]


@pytest.mark.parametrize("verdict", words())
def test_verdict_is_in_the_readme(verdict: str) -> None:
    assert f"| `{verdict}` |" in README


@pytest.mark.parametrize("loader", LOADERS)
def test_loader_is_in_the_readme(loader: str) -> None:
    assert f"| `{loader}` |" in README


def test_noxfile_and_project_need_the_same_packages() -> None:
    block = re.search(r"^# /// script\n(.*?)^# ///$", NOXFILE, re.MULTILINE | re.DOTALL)
    assert block is not None
    script = tomllib.loads(re.sub(r"^# ?", "", block.group(1), flags=re.MULTILINE))
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert script["dependencies"] == project["dependencies"]
    assert script["requires-python"] == project["requires-python"]


@pytest.mark.parametrize("command", ["matrix -- examples/half_plus_two", "tests"])
def test_readme_has_the_two_commands(command: str) -> None:
    assert f"pip install nox && nox -s {command}\n" in README


def test_example_of_the_readme_is_there() -> None:
    assert (HERE / "examples" / "half_plus_two" / "saved_model.pb").is_file()


def test_no_document_names_a_machine_or_an_index() -> None:
    for path in [*HERE.glob("*.md"), *HERE.glob("docs/*.md"), *HERE.glob("probe/*.md")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(work|root|home)/|index-url|/simple\b", text), path
