"""What cells say of how far they are: whatever lies in the place of it, a run goes on."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.log import NAME, logger
from matrix.run import progress
from matrix.run.progress import INSTALLING, TESTING, Progress
from matrix.run.store import Store
from matrix.run.telling import Telling, told
from tests.builders import make_cell, make_model, make_plan

CELL = "2.15.1"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with the folder of one cell."""
    (tmp_path / CELL).mkdir()
    return Store(folder=tmp_path)


def test_what_is_noted_is_read(store: Store) -> None:
    progress.note(store, CELL, TESTING, done=3, total=12, detail="m", warnings=["mind this"])
    assert progress.read(store, CELL) == Progress(
        phase=TESTING, done=3, total=12, detail="m", warnings=("mind this",)
    )


def test_cell_that_said_nothing_is_unknown(store: Store) -> None:
    assert progress.read(store, CELL) is None
    assert progress.read(store, "2.16.2") is None


def test_earlier_try_is_forgotten(store: Store) -> None:
    progress.note(store, CELL, TESTING)
    progress.forget(store, CELL)
    assert progress.read(store, CELL) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"phase": "test', id="half"),
        pytest.param(b"\xff\xfe\x00", id="no-text"),
        pytest.param(b"[1]", id="list"),
        pytest.param(b'{"phase": "winning"}', id="unknown-phase"),
        pytest.param(b'{"phase": ["testing"]}', id="odd-phase"),
        pytest.param(b"[" * 50_000, id="deep"),
        pytest.param(b'{"phase": "testing", "detail": "' + b"x" * 70_000 + b'"}', id="long"),
    ],
)
def test_damaged_file_says_nothing(store: Store, content: bytes) -> None:
    (store.cell_folder(CELL) / "progress.json").write_bytes(content)
    assert progress.read(store, CELL) is None


def test_odd_values_are_left_out(store: Store) -> None:
    odd = {"phase": TESTING, "done": -3, "total": 1e400, "detail": {}, "warnings": [1, "yes", None]}
    (store.cell_folder(CELL) / "progress.json").write_text(json.dumps(odd))
    assert progress.read(store, CELL) == Progress(phase=TESTING, warnings=("yes",))


def _link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere.json")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("put", [_link, _pipe, _folder])
def test_what_a_model_put_there_is_not_read(store: Store, put: Callable[[Path], None]) -> None:
    elsewhere = store.cell_folder(CELL) / "elsewhere.json"
    elsewhere.write_text('{"phase": "testing"}')
    put(store.cell_folder(CELL) / "progress.json")
    assert progress.read(store, CELL) is None
    progress.note(store, CELL, INSTALLING)
    assert elsewhere.read_text() == '{"phase": "testing"}'


def test_full_disk_is_no_matter(store: Store) -> None:
    (store.folder / "2.16.2").write_text("no folder can be made here")
    progress.note(store, "2.16.2", TESTING)
    assert progress.read(store, "2.16.2") is None


def test_environment_says_what_is_done_to_it_and_warnings_stay(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, NAME)
    (planned,) = make_plan([make_cell(CELL)]).cells
    log = logger("matrix.environments.building")
    with told(Telling(store=store, planned=planned, models=[make_model()])) as telling:
        log.info("installing TensorFlow %s", CELL)
        assert progress.read(store, CELL) == Progress(
            phase=INSTALLING, detail=f"installing TensorFlow {CELL}"
        )
        log.warning("the cache was damaged")
        logger("matrix.run.cell").info("no part of an environment")
        telling.testing(planned.checks[1].id)
        now = progress.read(store, CELL)
        assert now
        assert (now.phase, now.done, now.total) == (TESTING, 1, len(planned.checks))
        assert now.warnings == ("the cache was damaged",)
    log.info("after the cell")
    assert progress.read(store, CELL) == now


def test_of_several_models_the_name_is_told(store: Store) -> None:
    (planned,) = make_plan([make_cell(CELL)]).cells
    models = [make_model(path=Path("/a/long/way/to/it.keras")), make_model()]
    with told(Telling(store=store, planned=planned, models=models)) as telling:
        telling.testing(planned.checks[0].id)
    now = progress.read(store, CELL)
    assert now
    assert now.detail == "it.keras"
