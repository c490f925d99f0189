"""Outcomes on disk: whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import UsageError
from matrix.files import write_json, write_text
from matrix.run.keeping.model_inputs import RULES
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import EnvironmentRecord, ErrorLink, ErrorRecord
from matrix.run.probe_process import FIRST_PROBE
from matrix.run.store import Store
from tests.builders import make_outcome, make_ran

_DIED = ProcessExit(signal="SIGSEGV", log="last words")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path / "results")


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome(cell="2.15.1", seconds=0.5, unavailable="no wheel"), id="unavailable"),
        pytest.param(
            make_outcome("2.15.1", environment={"packages": {"keras": "2.15.0"}}), id="environment"
        ),
        pytest.param(make_outcome("2.15.1", imported=None, exit=_DIED), id="import-died"),
        pytest.param(
            make_outcome(
                "2.15.1",
                {
                    "0:saved_model": make_ran(1.0, peak_mb=300, repeated=True),
                    "0:session": CheckRecord(exit=_DIED),
                    "0:keras": CheckRecord(
                        error=ErrorRecord(type="ValueError", chain=(ErrorLink(message="ä"),))
                    ),
                },
            ),
            id="checks",
        ),
    ],
)
def test_outcome_comes_back_as_it_was(store: Store, outcome: Outcome) -> None:
    store.write(outcome)
    assert store.read("2.15.1") == outcome


def test_cell_without_outcome_has_none(store: Store) -> None:
    assert store.read("2.15.1") is None


def _damaged(**changes: Any) -> str:
    whole = {"cell": "2.15.1", "seconds": 1.0, "unavailable": None, "verification": None}
    return json.dumps({**whole, **changes})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(_damaged()[:-5], id="truncated"),
        pytest.param("\x00" * 100, id="zeros"),
        pytest.param("null", id="null"),
        pytest.param("[]", id="a-list"),
        pytest.param("{}", id="keys-missing"),
        pytest.param(_damaged(verification={}), id="no-probe"),
        pytest.param(_damaged(verification={"probe": {}, "checks": {}}), id="no-ending"),
        pytest.param(_damaged(verification={"probe": [], "checks": {}}), id="probe-is-a-list"),
        pytest.param(
            _damaged(verification={"probe": {"ending": None}, "checks": []}), id="checks-are-a-list"
        ),
    ],
)
def test_damaged_outcome_is_none(store: Store, text: str) -> None:
    write_text(store.cell_folder("2.15.1") / "outcome.json", text)
    assert store.read("2.15.1") is None


def test_outcome_that_is_no_text_is_none(store: Store) -> None:
    store.cell_folder("2.15.1").mkdir(parents=True)
    (store.cell_folder("2.15.1") / "outcome.json").write_bytes(b"\xff\xfe{}")
    assert store.read("2.15.1") is None


def test_begin_forgets_the_outcomes_of_an_earlier_run(store: Store) -> None:
    store.write(make_outcome("2.15.1"))
    (store.cell_folder("2.15.1") / "log.txt").touch()
    store.reset_for({"schema": 1})
    assert store.read("2.15.1") is None
    assert not store.cell_folder("2.15.1").exists()


def test_begin_writes_the_plan(store: Store) -> None:
    store.reset_for({"order": ["2.15.1"]})
    assert store.plan() == {"order": ["2.15.1"]}
    assert store.plan_file == store.folder / "plan.json"


def test_begin_leaves_what_is_no_result_alone(store: Store) -> None:
    note = store.folder / "notes" / "mine.txt"
    note.parent.mkdir(parents=True)
    note.touch()
    store.reset_for({})
    assert note.exists()


def test_written_file_is_the_only_one_left(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "a.json", {"ä": 1})
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.json"]
    assert json.loads((tmp_path / "new" / "a.json").read_text(encoding="utf-8")) == {"ä": 1}


def test_file_is_replaced_by_a_shorter_one(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "long " * 100)
    write_text(tmp_path / "a", "short")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "short"


def test_old_file_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"old": True})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"new": object()})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"old": True}


def test_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_text(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_names_that_are_no_unicode_come_back(tmp_path: Path) -> None:
    # What Python makes of the bytes of a file name that are not UTF-8: messages quote it.
    name = b"m\xff.h5".decode("utf-8", "surrogateescape")
    write_json(tmp_path / "a.json", {"path": name})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"path": name}


def _interrupted(store: Store, *lines: dict[str, Any]) -> Outcome | None:
    folder = store.cell_folder("2.15.1") / FIRST_PROBE
    write_text(folder / "events.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write_text(folder / "request.json", "{}")
    return store.read("2.15.1")


_IMPORTED = {"event": "import", "ok": True, "seconds": 1.0, "environment": {"python": "3.11.9"}}


def test_interrupted_cell_keeps_what_its_probe_had_said(store: Store) -> None:
    failed = {"event": "failed", "check": "0:session", "error": {"type": "ValueError"}}
    begun = {"event": "stage", "check": "0:keras", "stage": "load"}
    outcome = _interrupted(store, _IMPORTED, failed, begun)
    assert outcome is not None
    assert outcome.verification is not None
    assert outcome.verification.probe.environment == EnvironmentRecord(python="3.11.9")
    assert list(outcome.verification.checks) == ["0:session"]


def test_cell_interrupted_before_its_import_has_no_outcome(store: Store) -> None:
    assert _interrupted(store, {"event": "start", "pid": 7}) is None


def test_begin_forgets_an_interrupted_cell_too(store: Store) -> None:
    assert _interrupted(store, _IMPORTED)
    store.reset_for({})
    assert store.read("2.15.1") is None


def test_second_run_into_the_same_folder_is_refused(store: Store) -> None:
    with (
        store.exclusive(),
        pytest.raises(UsageError, match="Another run is writing"),
        store.exclusive(),
    ):
        pass
    with store.exclusive():
        pass


@pytest.mark.parametrize(
    ("early", "expected"),
    [
        pytest.param(("crashed", "SIGSEGV"), ProcessExit(signal="SIGSEGV", log="x"), id="crashed"),
        pytest.param(
            ("timed-out", "1.5s"),
            ProcessExit(kind=ExitKind.TIMED_OUT, seconds=1.5, log="x"),
            id="timed-out",
        ),
        pytest.param(
            ("out-of-memory", "4096 MB"),
            ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=4096, log="x"),
            id="out-of-memory",
        ),
    ],
)
def test_outcome_of_the_first_versions_is_read(
    store: Store, early: tuple[str, str], expected: ProcessExit
) -> None:
    store.write(make_outcome("2.15.1", {"0:session": CheckRecord(exit=expected)}))
    path = store.cell_folder("2.15.1") / "outcome.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    check = document["verification"]["checks"]["0:session"]
    check["ending"] = {"verdict": early[0], "detail": early[1], "log": "x"}
    for record in (check, document["verification"]["probe"]):
        del record["exit"]
        record.setdefault("ending", None)
    write_json(path, document)
    outcome = store.read("2.15.1")
    assert outcome is not None
    assert outcome.verification is not None
    died = outcome.verification.checks["0:session"].exit
    assert died is not None
    assert (died, died.detail) == (expected, early[1])


def test_first_cell_that_runs_a_signature_decides_what_others_try_first(tmp_path: Path) -> None:
    store = Store(folder=tmp_path)
    write_json(store.inputs(0).emptied() / RULES, {"below": 2})
    inputs = store.inputs(0)
    inputs.try_first({"serve": "3"})
    inputs.try_first({"serve": "1", "call": "2"})
    assert (inputs.rules, inputs.first) == ({"below": 2}, {"serve": "3", "call": "2"})
    assert (store.inputs(1).rules, store.inputs(1).first) == (None, {})
