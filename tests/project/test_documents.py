"""What the documents say is true: options, verdicts, loaders, sessions, paths, links, functions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from matrix.options.reading import run_line
from matrix.results.verdicts import words

HERE = Path(__file__).resolve().parents[2]
README = (HERE / "README.md").read_text(encoding="utf-8")
COMMANDS = (HERE / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
NOXFILE = (HERE / "noxfile.py").read_text(encoding="utf-8")
OPTIONS = sorted(flag for flag in run_line().flags if flag.startswith("--"))


def test_every_option_is_in_the_reference_once() -> None:
    text = (HERE / "docs" / "reference" / "options.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`--?[a-z][^|]+) \|", text, re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`(--[a-z-]+)", row)) == OPTIONS


@pytest.mark.parametrize("verdict", words())
def test_verdict_is_in_the_readme(verdict: str) -> None:
    assert f"`{verdict}`" in README


def test_noxfile_asks_for_nothing_but_the_nox_of_the_project() -> None:
    block = re.search(r"^# /// script\n(.*?)^# ///$", NOXFILE, re.MULTILINE | re.DOTALL)
    assert block is not None
    script = tomllib.loads(re.sub(r"^# ?", "", block.group(1), flags=re.MULTILINE))
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What it asks for, nox installs with a page of lines; see reports/own_environment.py.
    (asked,) = script["dependencies"]
    assert asked.replace("nox", "nox[uv]") in project["dependencies"]
    assert script["requires-python"] == project["requires-python"]


@pytest.mark.parametrize("command", ["matrix -- examples/half_plus_two", "tests"])
def test_readme_has_the_two_commands(command: str) -> None:
    assert f'pip install "nox[uv]" && nox -s {command}\n' in README


def test_example_of_the_readme_is_there() -> None:
    assert (HERE / "examples" / "half_plus_two" / "saved_model.pb").is_file()


def test_no_document_names_a_machine_or_an_index() -> None:
    # The pages of causes quote what others saw on theirs.
    for path in (document for document in DOCUMENTS if document.parent.name != "causes"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(work|root|home)/|index-url|/simple\b", text), path


# --- what documents name exists ------------------------------------------------------------------

DOCUMENTS = [*HERE.glob("*.md"), *HERE.glob("docs/**/*.md"), *HERE.glob("probe/*.md")]
TOPS = ("matrix", "probe", "reports", "tests", "docs", "benchmarks", "examples")
_PATH = re.compile(rf"`((?:{'|'.join(TOPS)})/[\w./-]*)`")
_MODULE = re.compile(
    r"`((?:matrix|reports)(?!\.svg)(?:\.[a-z_]+)+)[`(]|python -m ((?:matrix|reports)[\w.]+)"
)
# Lines that begin with four spaces are examples.
_FENCED = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"^(?!    ).*?\]\((?!https?://)([^)\s]*)\)", re.MULTILINE)
_SESSION = re.compile(r"nox -s \"?([a-z_-]+)")
DEFINED = {
    name or function
    for name, function in re.findall(
        r"^@nox\.session(?:\(.*name=\"([^\"]+)\")?.*\n(?:@.*\n)*def (\w+)", NOXFILE, re.MULTILINE
    )
}


def _text(document: Path) -> str:
    # What changed is history: it names what there was.
    return "" if document.name == "CHANGELOG.md" else document.read_text(encoding="utf-8")


def _shown(document: Path) -> str:
    return document.relative_to(HERE).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_shown)
def test_paths_in_a_document_exist(document: Path) -> None:
    named = {path for path in _PATH.findall(_text(document)) if not (HERE / path).exists()}
    assert not named


@pytest.mark.parametrize("document", DOCUMENTS, ids=_shown)
def test_modules_in_a_document_exist(document: Path) -> None:
    named = {"".join(found) for found in _MODULE.findall(_text(document))}
    files = {name: HERE.joinpath(*name.split(".")) for name in named}
    assert not {
        name
        for name, path in files.items()
        if not (path.with_suffix(".py").exists() or path.is_dir())
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=_shown)
def test_links_in_a_document_lead_somewhere(document: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", _text(document))):
        path, _, heading = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not heading or heading in _headings(target), link


def _headings(document: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=_shown)
def test_sessions_in_a_document_exist(document: Path) -> None:
    assert set(_SESSION.findall(_text(document))) <= DEFINED


@pytest.mark.parametrize("session", sorted(DEFINED))
def test_session_is_in_the_reference(session: str) -> None:
    assert session in _SESSION.findall(COMMANDS) or f"\n## {session}\n" in COMMANDS


def test_design_names_functions_where_they_are() -> None:
    """In the walk, a function stands behind the module that defines it."""
    walk = (HERE / "docs" / "contributing" / "design.md").read_text(encoding="utf-8")
    found = re.findall(r"`([\w/]+\.py)`(?::|) `(\w+)\(\)`", walk)
    assert len(found) >= 10
    for path, function in found:
        assert f"def {function}(" in (HERE / path).read_text(encoding="utf-8"), (path, function)


OLD_WORDS = re.compile(
    r"\b(whoever|anew|stumbles?|makes no sense|not to be had|of another day|nothing more could be"
    r"|beside TensorFlow|torso|abroad)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=_shown)
def test_documents_are_plain_english(document: Path) -> None:
    assert not OLD_WORDS.findall(_text(document))
