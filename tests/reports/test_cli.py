"""The `loadmatrix` command: the sessions from any folder, codes kept, help and completion."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.options.command_line.about import ABOUT
from matrix.options.reading import run_line
from reports import commands
from reports.cli import main
from reports.commands import COMMANDS, SHELLS
from reports.jobs.card import card
from reports.jobs.exit_code import exit_code_of

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
    assert text.startswith("Usage: loadmatrix [OPTIONS] [MODEL...]")
    assert all(flag in text for flag in run_line().flags)
    for name in COMMANDS:
        assert re.search(rf"^  {name} +{re.escape(ABOUT[name].sentence)}$", text, re.MULTILINE)
    assert [int(code) for code in re.findall(r"^  (\d+) ", text, re.MULTILINE)] == [
        *(0, 1, 2, 3, 4, 130)
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: loadmatrix {name}")
    sentence = ABOUT[name].sentence
    assert f"\n\n  {sentence[0].upper()}{sentence[1:]}.\n\n" in text


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        pytest.param([], 4, "No model was given", id="nothing"),
        pytest.param(["matrix"], 4, "No model was given", id="matrix-alone"),
        pytest.param(["nowhere"], 4, "does not exist", id="no-path"),
        pytest.param(["m", "--tensorfow", "2"], 4, "Did you mean --tensorflow?", id="misspelled"),
        pytest.param(["m", "--require", "x"], 4, "not a version specifier", id="no-requirement"),
        pytest.param(["m", "--baseline", "old"], 4, "is no report", id="no-baseline"),
        pytest.param(["clean", "--envdir", ""], 4, "A path is empty.", id="empty-path"),
        pytest.param(["", "--plan"], 4, "A path is empty.", id="empty-model"),
        pytest.param(["explain", os.devnull], 4, "is empty", id="empty-text"),
        pytest.param(["probe"], 4, "Say which cell", id="no-cell"),
        pytest.param(
            ["probe", "2.15.1"], 4, "loadmatrix probe 2.15.1 path", id="no-model-for-a-cell"
        ),
        pytest.param(["probe", "2.99", "m"], 4, "'2.99' is not a cell", id="unknown-cell"),
        pytest.param(
            ["report", "nowhere"],
            4,
            "does not contain the results",
            id="no-results",
        ),
        pytest.param(["card", "nowhere", "README.md"], 4, "no report at", id="no-report"),
        pytest.param(["inspect"], 4, "", id="nothing-to-look-at"),
        pytest.param(["explain"], 4, "Standard input is empty", id="nothing-to-explain"),
        pytest.param(["explain", "--cause", "a", "b"], 4, "takes files of", id="cause-and-text"),
        pytest.param(["clean", "m"], 4, "Unexpected word m", id="word-too-many"),
        pytest.param(["inspcet", "m"], 4, "'inspcet'. Did you mean inspect?", id="no-command"),
        pytest.param(["-v", "reprot"], 4, "Did you mean report?", id="no-command-with-option"),
        pytest.param(["completion", "dos"], 4, "Give the name of the shell", id="unknown-shell"),
    ],
)
def test_wrong_call_is_a_sentence_and_a_code(
    words: list[str],
    code: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
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


def test_path_like_a_command_is_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    Path("reports").mkdir()
    assert main(["reports"]) == 3
    assert "reports is an empty folder" in capsys.readouterr().err


def test_messages_speak_in_the_words_of_the_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["card"]) == 4
    assert "loadmatrix card report.json README.md" in capsys.readouterr().err
    assert exit_code_of(lambda words: card(words, tmp_path)) == 4
    assert "nox -s card -- report.json README.md" in capsys.readouterr().err


def test_piped_text_is_explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = io.BytesIO(b"ValueError: Unknown layer: Odd")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(text))
    assert main(["explain"]) == 0
    assert "missing_custom_object" in capsys.readouterr().out


def test_reader_who_has_gone_ends_nothing() -> None:
    command = [sys.executable, "-m", "loadmatrix", "explain", "--cause", "missing_file"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        command,
        stdout=write,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        timeout=60,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_interrupt_is_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    command = replace(COMMANDS["matrix"], job=interrupted)
    monkeypatch.setattr(commands, "COMMANDS", {**COMMANDS, "matrix": command})
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
        words = line.split(" ")
        told = {"_LOADMATRIX_COMPLETE": "bash_complete", "PYTHONPATH": str(HERE)}
        told |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        command = [sys.executable, "-m", "reports.cli"]
        done = subprocess.run(
            command, env={**os.environ, **told}, capture_output=True, check=True, timeout=60
        )
        return set(done.stdout.decode().split())

    return offered


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("loadmatrix re", {"plain,report", "file,re"}, id="command"),
        pytest.param(
            "loadmatrix --require", {"plain,--require", "plain,--require-verdict"}, id="option"
        ),
        pytest.param(
            "loadmatrix m --venv-backend ",
            {"plain,uv", "plain,virtualenv", "plain,venv"},
            id="choice",
        ),
        pytest.param(
            "loadmatrix --loader tf",
            {"plain,tf_keras", "plain,tflite", "plain,tfsm_layer"},
            id="loader",
        ),
        pytest.param(
            "loadmatrix clean --",
            {f"plain,--{name}" for name in ("help", "envdir", "json", "verbose", "quiet")},
            id="of-the-command",
        ),
        pytest.param("loadmatrix explain --cause missing_f", {"plain,missing_file"}, id="cause"),
        pytest.param("loadmatrix explain --rule path-a", {"plain,path-absent"}, id="rule"),
        pytest.param("loadmatrix ./mod", {"file,./mod"}, id="file"),
        pytest.param("loadmatrix m -o ", {"dir,"}, id="folder"),
        pytest.param("loadmatrix completion z", {"plain,zsh"}, id="shell"),
    ],
)
def test_line_is_completed(
    completed: Callable[[str], set[str]], line: str, words: set[str]
) -> None:
    assert completed(line) == words
