"""The `loadmatrix` command: the sessions from any folder, codes kept, help and completion."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.options.reading import parser
from reports import cli
from reports.cli import main
from reports.commands import COMMANDS, SHELLS

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "caller").mkdir()
    monkeypatch.chdir(tmp_path / "caller")


def _sessions() -> set[str]:
    """Those for users: the others measure, need an environment, or say whom they are for."""
    tree = ast.parse((HERE / "noxfile.py").read_text(encoding="utf-8"))
    texts = {
        node.name: f"{' '.join(map(ast.unparse, node.decorator_list))} {ast.unparse(node)}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    return {
        name.replace("_", "-")
        for name, text in texts.items()
        if "nox.session(venv_backend='none'" in text
        and not re.search(r"from benchmarks|for maintainers", text)
    }


def test_every_session_for_users_is_a_command() -> None:
    assert set(COMMANDS) - {"completion"} == _sessions()


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert re.fullmatch(r"loadmatrix \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_help_documents_options_commands_and_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: loadmatrix [-h]")
    for option in re.findall(r"--[a-z-]+", parser().format_help()):
        assert option in text
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.help)}$", text, re.MULTILINE)
    assert [int(code) for code in re.findall(r"^  (\d+) ", text, re.MULTILINE)] == [
        *(0, 1, 2, 3, 4, 130)
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"usage: loadmatrix {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        pytest.param([], 4, "No model was given", id="nothing"),
        pytest.param(["matrix"], 4, "No model was given", id="matrix-alone"),
        pytest.param(["nowhere"], 4, "does not exist", id="no-path"),
        pytest.param(["m", "--tensorfow", "2"], 4, "Did you mean --tensorflow?", id="misspelled"),
        pytest.param(["m", "--require", "x"], 4, "not a version specifier", id="no-requirement"),
        pytest.param(["m", "--baseline", "old"], 4, "is no report", id="no-baseline"),
        pytest.param(["probe"], 4, "is not a cell", id="no-cell"),
        pytest.param(["probe", "2.99", "m"], 4, "'2.99' is not a cell", id="unknown-cell"),
        pytest.param(
            ["report", "nowhere"],
            2,
            "does not contain the results",
            id="no-results",
        ),
        pytest.param(["inspect"], 4, "", id="nothing-to-look-at"),
        pytest.param(["explain"], 4, "takes files of error texts", id="nothing-to-explain"),
        pytest.param(["clean", "m"], 4, "Unknown option m", id="word-too-many"),
        pytest.param(["completion", "dos"], 4, "Give the name of the shell", id="unknown-shell"),
    ],
)
def test_wrong_call_is_a_sentence_and_a_code(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    said = capsys.readouterr().err
    assert said.startswith("loadmatrix: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_model_called_like_a_command_is_named_with_its_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("report").mkdir()
    assert main(["./report"]) == 3
    assert "loadmatrix: " in capsys.readouterr().err


def test_interrupt_is_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    command = replace(COMMANDS["matrix"], job=interrupted)
    monkeypatch.setattr(cli, "COMMANDS", {**COMMANDS, "matrix": command})
    assert main(["m"]) == 130


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_printed_for_each_shell(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    assert "loadmatrix" in capsys.readouterr().out


@pytest.fixture
def completed() -> Callable[[str], set[str]]:
    """What a shell would offer where a line ends."""

    def offered(line: str) -> set[str]:
        told = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SUPPRESS_SPACE": "1"}
        told |= {"COMP_LINE": line, "COMP_POINT": str(len(line)), "PYTHONPATH": str(HERE)}
        told |= {"_ARGCOMPLETE_STDOUT_FILENAME": "offered"}
        command = [sys.executable, "-m", "reports.cli"]
        subprocess.run(command, env={**os.environ, **told}, check=True, timeout=60)
        return set(Path("offered").read_text(encoding="utf-8").split("\n"))

    return offered


CLEAN = {"--help", "--envdir", "--verbose", "--quiet"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("loadmatrix re", {"report"}, id="command"),
        pytest.param("loadmatrix --require", {"--require", "--require-verdict"}, id="option"),
        pytest.param("loadmatrix m --venv-backend ", {"uv", "virtualenv", "venv"}, id="choice"),
        pytest.param(
            "loadmatrix clean --",
            {"--help", "--envdir", "--verbose", "--quiet"},
            id="of-the-command",
        ),
        pytest.param("loadmatrix explain --cause missing_f", {"missing_file"}, id="cause"),
        pytest.param("loadmatrix explain --rule path-a", {"path-absent"}, id="rule"),
        pytest.param("loadmatrix mod", {"model/"}, id="file"),
    ],
)
def test_line_is_completed(
    completed: Callable[[str], set[str]], line: str, words: set[str]
) -> None:
    Path("model").mkdir()
    assert completed(line) == words
