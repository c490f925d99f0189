"""Files of results: only plain ones are read, and none without end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from matrix.stored_files import append_text, is_plain, opened_plain, plain_bytes


def test_plain_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    assert plain_bytes(tmp_path / "plan.json") == b"{}"
    assert is_plain(tmp_path / "plan.json")


def test_link_is_read_only_where_the_user_has_named_it(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("secret")
    link = tmp_path / "log.txt"
    link.symlink_to("own")
    with pytest.raises(OSError, match=r"log.txt is a link, which is not followed"):
        plain_bytes(link)
    assert plain_bytes(link, follow=True) == b"secret"
    assert not is_plain(link)


def test_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "plan.json").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(OSError, match="has more than 256 MB, which no file of a run has"):
        plain_bytes(tmp_path / "plan.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
@pytest.mark.parametrize("follow", [False, True])
def test_nobody_waits_for_a_pipe(tmp_path: Path, *, follow: bool) -> None:
    os.mkfifo(tmp_path / "plan.json")
    with (
        pytest.raises(OSError, match="is a pipe, a device or something else"),
        opened_plain(tmp_path / "plan.json", follow=follow),
    ):
        pass
    with pytest.raises(OSError, match="No such device"):
        append_text(tmp_path / "plan.json", "traceback")


def test_nothing_is_added_to_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("mine")
    (tmp_path / "log").symlink_to("own")
    with pytest.raises(OSError, match="symbolic links"):
        append_text(tmp_path / "log", "traceback")
    assert (tmp_path / "own").read_text() == "mine"
