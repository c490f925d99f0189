"""The models of a call from words and lists: which, in which order, under which names."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.model.source.address import Address
from matrix.models_list.models import models_of
from matrix.options.options import Options
from matrix.options.reading import read_options
from tests import tiny_models


def _list(path: Path, *lines: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def _given(folder: Path, *words: str) -> list[str]:
    options = read_options(list(words), folder)
    return [options.given(model) for model in options.models]


def _names(folder: Path, *words: str) -> list[str]:
    options = read_options(list(words), folder)
    return [options.name(model) for model in options.models]


def test_models_of_the_call_come_before_those_of_its_lists(tmp_path: Path) -> None:
    _list(tmp_path / "lists" / "a.txt", "c.keras", "../d.keras", "hf://org/e")
    options = read_options(["--models-from", "lists/a.txt", "x.keras"], tmp_path)
    assert options.models == (
        tmp_path / "x.keras",
        tmp_path / "lists" / "c.keras",
        tmp_path / "d.keras",
        Address(full="hf://org/e"),
    )


def test_the_same_model_in_several_lists_is_tested_once(tmp_path: Path) -> None:
    first = _list(tmp_path / "a.txt", "m.keras", "n.keras", "m.keras")
    second = _list(tmp_path / "b.txt", "n.keras", "m.keras")
    words = ["n.keras", "--models-from", first, "--models-from", second]
    assert _given(tmp_path, *words) == ["n.keras", "m.keras"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_lines_of_other_bytes_are_paths_and_told_where_no_file_has_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = [b"a.keras", b"mod\xe8le.keras", b"gone\xe9.keras", b"gone\xea.keras"]
    (tmp_path / os.fsdecode(names[1])).touch()
    (tmp_path / "list.txt").write_bytes(b"\n".join(names))
    assert [path.name for path in models_of([], ["list.txt"], tmp_path)] == [
        *map(os.fsdecode, names)
    ]
    (told,) = caplog.messages
    assert told.startswith(
        f"Line 3 of {tmp_path / 'list.txt'} is not UTF-8 (byte 0xe9), and no file"
    )


def test_standard_input_is_a_list_seen_from_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a.keras\nb/c.h5\n")))
    assert list(models_of([], ["-"], tmp_path)) == [tmp_path / "a.keras", tmp_path / "b" / "c.h5"]


def test_lists_may_be_configured_and_the_line_wins(tmp_path: Path) -> None:
    _list(tmp_path / "a.txt", "m.keras")
    configured = '[tool.loadmatrix]\nmodels = ["x"]\nmodels-from = "a.txt"\n'
    (tmp_path / "pyproject.toml").write_text(configured, encoding="utf-8")
    assert _given(tmp_path) == ["x", "m.keras"]
    assert _given(tmp_path, "y") == ["y"]
    other = _list(tmp_path / "b.txt", "n.keras")
    assert _given(tmp_path, "--models-from", other) == ["n.keras"]


def test_what_is_given_has_no_path_of_this_machine(tmp_path: Path) -> None:
    inside = tmp_path / "models" / "a.keras"
    listed = _list(tmp_path / "models" / "list.txt", "./b/../c.keras", str(inside), "../up.keras")
    assert _given(tmp_path, str(tmp_path / "w.keras"), "./x//y.keras", "--models-from", listed) == [
        *("w.keras", "x/y.keras", "c.keras", "a.keras"),
        (tmp_path / "up.keras").as_posix(),
    ]


def test_models_that_are_given_alike_are_told_apart(tmp_path: Path) -> None:
    lists = [_list(tmp_path / name / "list.txt", "m.keras") for name in ("a", "b")]
    words = [word for path in lists for word in ("--models-from", path)]
    assert _given(tmp_path, *words) == ["a/m.keras", "b/m.keras"]
    assert _given(tmp_path, *words[2:], *words[:2]) == ["b/m.keras", "a/m.keras"]


def test_addresses_are_told_apart_without_what_nobody_must_see(tmp_path: Path) -> None:
    addresses = [f"https://user:pass@host.org/m.keras?token={token}" for token in ("one", "two")]
    first, second = _given(tmp_path, *addresses)
    assert first != second
    assert first.startswith("https://host.org/m.keras?")
    assert not any(word in first + second for word in ("one", "two", "pass", "token"))
    assert _given(tmp_path, addresses[0]) == ["https://host.org/m.keras"]


def test_models_of_one_file_name_are_called_by_as_much_of_the_path_as_is_needed(
    tmp_path: Path,
) -> None:
    listed = _list(
        tmp_path / "l.txt", "a/1/m.keras", "b/1/m.keras", "b/2/m.keras", "n.keras", "hf://o/m.keras"
    )
    assert _names(tmp_path, "--models-from", listed) == [
        *("a/1/m.keras", "b/1/m.keras", "2/m.keras", "", "o/m.keras"),
    ]


def test_names_of_a_table_name_models(tmp_path: Path) -> None:
    rows = ["path,name", "a/m.keras,Encoder", "b/m.keras,", "c/m.keras,Decoder", "d/x.h5,Decoder"]
    listed = _list(tmp_path / "l.csv", *rows)
    assert _names(tmp_path, "--models-from", listed) == [
        *("Encoder", "", "Decoder (m.keras)", "Decoder (x.h5)"),
    ]


def test_what_does_not_exist_is_a_model_that_the_report_tells_of(tmp_path: Path) -> None:
    listed = _list(tmp_path / "l.txt", "missing.keras", "none/*.keras", "gone/")
    assert _given(tmp_path, "--models-from", listed) == ["missing.keras", "none/*.keras", "gone"]


def test_an_entry_may_be_a_folder_or_a_pattern(tmp_path: Path) -> None:
    for name in ("one/a.tflite", "one/deep/b.tflite", "two/c.tflite", "two/c[1].tflite"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        tiny_models.tflite(tmp_path / name)
    (tmp_path / "two" / "notes.txt").write_text("none")
    (tmp_path / "empty").mkdir()
    listed = _list(tmp_path / "l.txt", "one", "two/*", "two/c[1].tflite", "empty")
    assert _given(tmp_path, "--models-from", listed) == [
        *("one/a.tflite", "one/deep/b.tflite", "two/c.tflite", "two/c[1].tflite", "empty"),
    ]


def test_a_pattern_and_a_folder_may_stand_in_place_of_a_list(tmp_path: Path) -> None:
    for name in ("hub/a/m.tflite", "hub/b/m.tflite"):
        (tmp_path / name).parent.mkdir(parents=True)
        tiny_models.tflite(tmp_path / name)
    assert _given(tmp_path, "--models-from", "hub") == ["a/m.tflite", "b/m.tflite"]
    assert _given(tmp_path, "--models-from", "hub/*/*.tflite") == [
        *("hub/a/m.tflite", "hub/b/m.tflite"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("missing.txt", "cannot be read: No such file"),
        ("none/*.keras", "No model was found in none/\\*.keras"),
        ("empty", "No model was found in empty"),
        ("", "--models-from is empty"),
    ],
)
def test_nothing_to_take_models_from_is_a_usage_error(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=told):
        read_options(["m", "--models-from", text], tmp_path)


def test_options_for_some_models_are_those_of_the_call(tmp_path: Path) -> None:
    listed = _list(tmp_path / "l.csv", "model,name", "a,A", "b,B", "c,C")
    options = read_options(["--models-from", listed, "--shard", "1/2", "--jobs", "3"], tmp_path)
    some = options.of(options.models[1:])
    assert some == Options(
        models=(tmp_path / "b", tmp_path / "c"),
        jobs=3,
        output=options.output,
        envdir=options.envdir,
    )
    assert [some.name(model) for model in some.models] == ["B", "C"]
    assert len(some.listed) == 2


def test_links_that_lead_back_are_not_followed_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "hub" / "a").mkdir(parents=True)
    tiny_models.hdf5(tmp_path / "hub" / "a" / "m.h5")
    for name in ("x", "y", "z", "a/x", "a/y"):
        (tmp_path / "hub" / name).symlink_to(tmp_path / "hub")
    assert _given(tmp_path, "--models-from", "hub/**/*.h5") == ["hub/a/m.h5"]


def test_what_a_folder_that_matches_contains_is_found_once(tmp_path: Path) -> None:
    tiny_models.saved_model(tmp_path / "hub" / "s" / "1")
    tiny_models.hdf5(tmp_path / "hub" / "m.h5")
    for pattern in ("hub/**/*", "hub/*", "hub/**/s/*", "hu[b]/**"):
        given = _given(tmp_path, "--models-from", pattern)
        assert [name for name in given if "/s" in name] in (["hub/s"], ["hub/s/1"])


def test_a_line_that_no_file_can_be_called_is_a_model_that_is_not_there(tmp_path: Path) -> None:
    _list(tmp_path / "list.txt", "a.h5", "x" * 5000 + ".h5", "[" + "y" * 5000)
    assert len(_given(tmp_path, "--models-from", "list.txt")) == 3


def test_a_list_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matrix.models_list.models._MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="more than 0 MB"):
        models_of([], ["/dev/zero"], tmp_path)


def test_paths_from_a_pipe_are_those_of_the_call(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.write("a.h5\n")
    assert _given(tmp_path, "--models-from", f"/dev/fd/{reading}") == ["a.h5"]
    os.close(reading)


def test_a_model_is_taken_once_from_whatever_folder_it_is_told(tmp_path: Path) -> None:
    tiny_models.tflite(tmp_path / "m.tflite")
    table = _list(tmp_path / "lists" / "a.csv", "model,name", "../m.tflite,Encoder")
    words = ["m.tflite", "lists/../m.tflite", "--models-from", table]
    for order in (words, words[1:], words[2:]):
        assert len(_given(tmp_path, *order)) == 1
        # What a table calls it holds, also where it was named before.
        assert _names(tmp_path, *order) == ["Encoder"]


def test_path_behind_a_link_leads_where_the_link_does(tmp_path: Path) -> None:
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "deep")
    for folder in (tmp_path, tmp_path / "far"):
        tiny_models.tflite(folder / "m.tflite")
    options = read_options(["m.tflite", "link/../m.tflite"], tmp_path)
    assert options.models == (tmp_path / "m.tflite", tmp_path / "far" / "m.tflite")


def test_folder_of_a_list_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "v[1]").mkdir()
    tiny_models.tflite(tmp_path / "v[1]" / "m.tflite")
    listed = _list(tmp_path / "v[1]" / "l.txt", "*.tflite")
    assert _given(tmp_path, "--models-from", listed) == ["m.tflite"]
    assert _given(tmp_path / "v[1]", "--models-from", "**/*.tflite") == ["m.tflite"]
