"""What `explain` is given: several errors, words instead of a file, and what is no text."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from matrix.errors import UsageError
from reports.jobs.explain import explain
from tests.reports.diagnosis.test_several_errors import DAMAGED, LAYER


def test_errors_that_are_alike_are_explained_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text(LAYER * 3 + DAMAGED, encoding="utf-8")
    assert explain(["log"], tmp_path) == 0
    first, *errors = capsys.readouterr().out.split("\n\n")
    assert first.startswith("4 errors in this text, 2 of them explained")
    assert [error.splitlines()[0] for error in errors] == ["Error 1", "Error 4"]
    assert explain(["log", "--json"], tmp_path) == 0
    found = json.loads(capsys.readouterr().out)["explained"]
    assert [one["subject"] for one in found] == ["Scale", "the checkpoint"]


def test_a_message_can_be_an_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(["ValueError: Unknown layer: Scale"], tmp_path) == 0
    assert "`Scale` is not part of Keras" in capsys.readouterr().out


def test_a_terminal_is_asked_for_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.TextIOWrapper(io.BytesIO(LAYER.encode()))
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", typed)
    assert explain([], tmp_path) == 0
    told = capsys.readouterr()
    assert told.err.startswith("Paste the error, then press ")
    assert "`Scale` is not part of Keras" in told.out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("m.keras", b"PK\x03\x04\x14\0\0\0", r"is a \.keras file", id="model"),
        pytest.param("m", b"\x89HDF\r\n\x1a\n" + bytes(40), "is an HDF5 file", id="hdf5"),
        pytest.param("shot.png", b"\x89PNG\r\n\x1a\n", r"is a picture \(PNG\)", id="picture"),
        pytest.param("x.bin", bytes(range(256)) * 4 + bytes(99), "is no text", id="binary"),
    ],
)
def test_what_is_no_text_is_refused(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=said) as raised:
        explain([name], tmp_path)
    assert raised.value.exit_code == 4


def test_a_folder_is_sent_to_inspect(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(UsageError, match=r"is a folder.* inspect"):
        explain(["model"], tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "utf-32"])
def test_texts_in_other_encodings_are_no_binary_files(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_bytes(LAYER.encode(encoding))
    assert explain(["log"], tmp_path) == 0
    assert "Scale" in capsys.readouterr().out
