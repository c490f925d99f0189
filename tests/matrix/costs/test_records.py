"""What cells have cost is kept through damage and by several writers."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from matrix.cache import COSTS
from matrix.costs.records import CellCost, add_cost, read_costs
from matrix.costs.spent import Spent

COST = CellCost(
    cell="2.15.1",
    minor="2.15",
    imported=Spent(seconds=2.5, cpu=2.25),
    rest=Spent(seconds=1.0, cpu=0.5),
    checks=((("keras", "keras_v3", 0), 3, Spent(seconds=4.0, cpu=3.5)),),
    built=Spent(seconds=30.0, cpu=20.0),
    disk_mb=1200,
)


def test_what_is_added_comes_back(tmp_path: Path) -> None:
    bare = CellCost(cell="2.16.2+tf_keras", minor="2.16+")
    add_cost(tmp_path / "cache", COST)
    add_cost(tmp_path / "cache", bare)
    assert list(read_costs(tmp_path / "cache")) == [COST, bare]


def test_nothing_is_known_of_an_absent_cache(tmp_path: Path) -> None:
    assert not list(read_costs(tmp_path / "absent"))


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"cell":"2.15.1","minor":"2.15","checks":[["keras","keras_v3",0,0,1,1]]}',
        b'{"cell":"2.15.1","minor":"2.15","checks":[],"import":[1e999,1]}',
        b'{"cell":"2.15.1","minor":"2.15","checks":[],"import":[-1,1]}',
        b'{"cell":"2.15.1","minor":"2.15","checks":[],"mb":"much"}',
        b'{"cell":"2.15.1","minor":"2.15","checks":[],"import":[1' + b"0" * 400 + b",1]}",
        b'{"cell":7,"minor":"2.15","checks":[]}',
    ],
)
def test_a_damaged_line_costs_itself(tmp_path: Path, line: bytes) -> None:
    add_cost(tmp_path, COST)
    with (tmp_path / COSTS).open("ab") as file:
        file.write(line + b"\n")
    add_cost(tmp_path, COST)
    assert list(read_costs(tmp_path)) == [COST, COST]


def test_writers_side_by_side_lose_nothing(tmp_path: Path) -> None:
    def write() -> None:
        for _ in range(50):
            add_cost(tmp_path, COST)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(read_costs(tmp_path)) == [COST] * 200


def test_the_file_stays_small_and_keeps_the_newest(tmp_path: Path) -> None:
    newest = CellCost(cell="2.21.0", minor="2.21")
    for _ in range(3000):
        add_cost(tmp_path, COST)
    add_cost(tmp_path, newest)
    assert (tmp_path / COSTS).stat().st_size < 300_000
    assert list(read_costs(tmp_path))[-1] == newest


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_neither_a_link_nor_a_pipe_is_written_or_read(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / COSTS).symlink_to(elsewhere)
    add_cost(tmp_path, COST)
    assert elsewhere.read_text() == "mine"
    (tmp_path / COSTS).unlink()
    os.mkfifo(tmp_path / COSTS)
    add_cost(tmp_path, COST)
    assert not list(read_costs(tmp_path))
