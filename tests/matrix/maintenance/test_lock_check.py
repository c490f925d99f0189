"""The check of the locks: what uv says becomes an answer and a table; the uv here is a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.catalogue.releases import LOCKS, catalogue
from matrix.environments.lock import MARKERS
from matrix.maintenance import lock_check
from matrix.maintenance.lock_check import UV_PLATFORMS, Answer, Question, ask, complaint, questions
from matrix.maintenance.lock_table import lock_table

_NO_WHEEL = """\
error: No solution found when resolving dependencies
  cause: Because io-gcs{sys_platform == 'win32' or (python_full_version < '3.9')}==0.35.0 has no \
wheels with a matching platform tag (e.g., `win_amd64`) and you require io-gcs==0.35.0
"""
_NO_BUILD = "hint: Wheels are required for `gast` because building from source is disabled"


def _question(folder: Path, platform: str = "windows-x86_64") -> Question:
    lock = folder / "2.9.3.txt"
    lock.write_text("gast==0.2.2 \\\n    --hash=sha256:00\nabsl-py==1.0\n", encoding="utf-8")
    return Question(lock=lock, platform=platform, python="3.9", package="tensorflow-cpu")


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A uv that does what stands in this file."""
    script = tmp_path / "uv"
    script.touch(0o755)
    monkeypatch.setattr(lock_check, "uv", lambda: str(script))
    return script


def _writes(script: Path, *lines: str) -> None:
    script.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")


def test_lock_that_uv_would_install_has_no_problem(uv: Path, tmp_path: Path) -> None:
    _writes(uv, "echo ' + tensorflow-cpu==2.9.3' >&2")
    answer = ask(_question(tmp_path), tmp_path)
    assert (answer.problem, answer.sources) == ("", ())


def test_uv_is_asked_for_the_platform_and_installs_nothing(uv: Path, tmp_path: Path) -> None:
    _writes(uv, f'echo "$@" > {tmp_path}/words')
    ask(_question(tmp_path), tmp_path)
    words = (tmp_path / "words").read_text(encoding="utf-8").split()
    assert {"--dry-run", "--require-hashes", "--no-deps"} <= set(words)
    assert words[words.index("--python-platform") + 1] == "x86_64-pc-windows-msvc"
    assert words[words.index("--python-version") + 1] == "3.9"


def test_lock_without_tensorflow_is_a_problem(uv: Path, tmp_path: Path) -> None:
    _writes(uv, "echo ' + protobuf==3.20.3' >&2")
    assert ask(_question(tmp_path), tmp_path).problem.startswith("tensorflow-cpu is not in the")


def test_package_without_a_wheel_is_named(uv: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    said.write_text(_NO_WHEEL, encoding="utf-8")
    _writes(uv, f"cat '{said}' >&2", "exit 1")
    problem = ask(_question(tmp_path), tmp_path).problem
    assert problem == "io-gcs 0.35.0 has no wheels with a matching platform tag"


def test_index_that_cannot_be_reached_says_nothing_about_a_lock(uv: Path, tmp_path: Path) -> None:
    _writes(uv, "echo 'error: Failed to fetch: tls handshake' >&2", "exit 2")
    answer = ask(_question(tmp_path), tmp_path)
    assert (answer.problem, answer.unchecked) == ("", "error: Failed to fetch: tls handshake")
    text = lock_table([answer])
    (row,) = [line for line in text.splitlines() if line.startswith("2.9.3")]
    assert row.split()[-1] == "?"
    assert "Could not be checked:\n  error: Failed to fetch" in text


def test_package_that_is_built_from_source_is_named_and_no_problem(
    uv: Path, tmp_path: Path
) -> None:
    installs = "echo ' + tensorflow-cpu==2.9.3' >&2"
    refuses = f"echo '{_NO_BUILD.replace('`', '')}' | sed 's/for gast/for `gast`/' >&2; exit 1"
    _writes(uv, f'case "$*" in *:all:*) {refuses};; esac', installs)
    answer = ask(_question(tmp_path), tmp_path)
    assert (answer.problem, answer.sources) == ("", ("gast",))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(_NO_WHEEL, "io-gcs 0.35.0 has no wheels with a matching", id="no-wheel"),
        pytest.param("error: Failed to fetch", "error: Failed to fetch", id="no-network"),
        pytest.param("", "uv gave no reason", id="silence"),
    ],
)
def test_complaint_is_one_sentence(said: str, expected: str) -> None:
    assert complaint(said).startswith(expected)
    assert "\n" not in complaint(said)


def test_every_lock_is_asked_about_on_every_platform_of_its_release() -> None:
    asked = {(question.cell, question.platform) for question in questions()}
    assert {cell for cell, _ in asked} == {path.stem for path in LOCKS.glob("*.txt")}
    for release in catalogue():
        platforms = {place for cell, place in asked if cell == str(release.version)}
        assert platforms == set(release.distributions)


def test_newest_python_alone_is_that_of_the_platform() -> None:
    pythons = {q.platform: q.python for q in questions(["2.8"], newest_python=True)}
    assert pythons["linux-x86_64"] == "3.10"
    assert pythons["macos-arm64"] == "3.9"


def test_uv_has_a_word_for_every_platform() -> None:
    assert set(UV_PLATFORMS) == set(MARKERS)


def test_table_says_where_and_why(tmp_path: Path) -> None:
    good, bad = _question(tmp_path, "linux-x86_64"), _question(tmp_path)
    answers = [Answer(question=good, sources=("gast",)), Answer(question=bad, problem="no wheel")]
    text = lock_table(answers)
    (row,) = [line for line in text.splitlines() if line.startswith("2.9.3")]
    assert row.split() == ["2.9.3", "source", "-", "-", "-", "NO"]
    assert "  no wheel: 2.9.3 windows-x86_64 (Python 3.9)" in text
    assert "  gast: 2.9.3 linux-x86_64 (Python 3.9)" in text
