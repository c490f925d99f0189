"""An option is declared in one place: what a stranger adds is there everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.options.command_line.declared import (
    group,
    in_the_file,
    on_the_line,
    option,
    options_of,
    read,
    unique,
    words_for_cells,
    words_of,
)
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import Option, configured
from matrix.options.reading import read_options


def _color(text: str, _: Path) -> str:
    if text not in ("red", "green"):
        raise UsageError(f"--color {text} is not a color.")
    return text.upper()


@dataclass(frozen=True, kw_only=True)
class Paint:
    """The throw-away options: each is one field, and this is all there is of them."""

    color: str | None = option(
        "color", str, "what to paint in", value="NAME", parse=_color, for_cells=True, default=None
    )
    thickness: float = option("thickness", float, "how thick", value="MM", default=1.5)


@dataclass(frozen=True, kw_only=True)
class House:
    """A record with a group in it."""

    walls: tuple[str, ...] = option(
        "walls", list, "what to paint", value="WALL", is_word=True, parse=unique(lambda w, _: w)
    )
    folder: Path = option(
        "folder",
        str,
        "where it stands",
        value="DIR",
        for_cells=True,
        parse=lambda text, folder: folder / text,
        absent=lambda folder: folder / "home",
    )
    dry: bool = option("dry", bool, "wait until it is dry", for_cells=True, default=False)
    now: bool = option("now", bool, "do not wait", line_only=True, default=False)
    owners: tuple[str, ...] = option("owners", dict, "who lives in it", file_only=True, default=())
    paint: Paint = group(Paint)


def _read(folder: Path, *arguments: str) -> House:
    line = Line("house", on_the_line(House), words_of(House))
    written = configured(folder, in_the_file(House)) | line.read(arguments)
    return read(House, written, folder)


def test_option_is_read_from_the_line_with_its_type(tmp_path: Path) -> None:
    house = _read(tmp_path, "north", "--color", "red", "south", "north", "--thickness", "2")
    assert house.walls == ("north", "south")
    assert house.paint == Paint(color="RED", thickness=2.0)
    assert house.folder == tmp_path / "home"


def test_option_is_read_from_the_file_and_the_line_wins(tmp_path: Path) -> None:
    text = '[tool.loadmatrix]\ncolor = "green"\nthickness = 3\ndry = true\nfolder = "in-file"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    house = _read(tmp_path, "a", "--color", "red", "--no-dry")
    assert house.paint == Paint(color="RED", thickness=3)
    assert (house.dry, house.folder) == (False, tmp_path / "in-file")


def test_refused_value_is_the_sentence_of_the_option(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--color blue is not a color"):
        _read(tmp_path, "a", "--color", "blue")


def test_option_stands_only_where_it_may(tmp_path: Path) -> None:
    assert set(on_the_line(House)) == {"folder", "dry", "now", "color", "thickness"}
    assert set(in_the_file(House)) == {"walls", "folder", "dry", "owners", "color", "thickness"}
    with pytest.raises(UsageError, match="Unknown option --owners"):
        _read(tmp_path, "a", "--owners", "me")


def test_sessions_of_cells_get_what_they_have_to_know(tmp_path: Path) -> None:
    house = _read(tmp_path, "a", "--color", "green", "--dry", "--now", "--thickness", "9")
    words = words_for_cells(house)
    assert words == ["--folder", str(tmp_path / "home"), "--dry", "--color", "GREEN"]
    assert words_for_cells(_read(tmp_path, "a")) == ["--folder", str(tmp_path / "home")]


def test_what_a_run_tells_its_cells_is_read_back_as_it_was(tmp_path: Path) -> None:
    line = "m --timeout 7.5 --memory 2GB --offline --discard --venv-backend venv --envdir e"
    options = read_options(line.split(), tmp_path)
    again = read_options(["m", *words_for_cells(options)], tmp_path)
    assert again == options


@pytest.mark.parametrize("one", list(options_of(Options)), ids=lambda one: one.name)
def test_every_option_says_what_it_is_for(one: Option) -> None:
    assert one.help
    assert one.value or one.kind in (bool, dict)
