"""Which errors are a wall's doing: on texts of real releases behind real walls."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord, Refusal
from matrix.run.refusals import Allowed, refusals
from tests.builders import make_call, make_tensor

WALLS = ("reads", "writes", "network", "programs", "processes")
COLLECTED = [
    json.loads(line)
    for line in Path(__file__).with_name("collected.jsonl").read_text(encoding="utf-8").splitlines()
]
# HDF5 names no file where it was led to another one.
LED = frozenset({"h5_external", "h5_link"})
GENUINE = [one for one in COLLECTED if one["kind"] is None]
REFUSED = [one for one in COLLECTED if one["kind"] and one["name"] not in LED]
TOLD = [one for one in REFUSED if one["library"]]
# What is found instead where code has no source, such as a lambda: then no line shows what was
# called, and a file that is not there behind bubblewrap could have been read or written.
LESS = {
    **dict.fromkeys(("py_write", "py_mkdir"), (None,)),
    **dict.fromkeys(("py_append", "py_remove", "py_rename"), ("read",)),
    **dict.fromkeys(("execv", "fork", "kill"), ("",)),
}


@pytest.fixture
def places(tmp_path: Path) -> Mapping[str, Path]:
    """A model that may be read, a scratch that may be written, and what lies outside."""
    found = {name: tmp_path / name for name in ("outside", "model", "scratch")}
    for place in found.values():
        place.mkdir()
    outside = found["outside"]
    (outside / "sm").mkdir()
    for name in ("vocab.txt", "w.h5", "w.keras", "w.weights.h5", "a.npy", "ck.index", "m.tflite"):
        (outside / name).touch()
    for name in ("mod.py", "lib.so", "sm/saved_model.pb"):
        (outside / name).touch()
    (found["model"] / "link.txt").symlink_to(outside / "vocab.txt")
    (found["model"] / "secret.txt").touch()
    return found


def _allowed(places: Mapping[str, Path], **more: Any) -> Allowed:
    return Allowed(readable=(places["model"],), writable=(places["scratch"],), **more)


def _record(error: Any, places: Mapping[str, Path]) -> CheckRecord:
    text = json.dumps(error)
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", str(place))
    return CheckRecord(error=sanitize.error(json.loads(text)))


def _id(one: Mapping[str, Any]) -> str:
    return f"{one['name']}-{one['seen'][0]}-{'library' if one['library'] else 'lambda'}"


@pytest.mark.parametrize("one", TOLD, ids=_id)
def test_what_a_wall_refused_is_known_by_its_text(
    one: Mapping[str, Any], places: Mapping[str, Path]
) -> None:
    found = refusals(_record(one["error"], places), _allowed(places), WALLS)
    assert [refusal.kind for refusal in found] == [one["kind"]]
    if one["kind"] in ("read", "write"):
        assert str(places["outside"]) in found[0].subject or "into_model" in one["name"]


@pytest.mark.parametrize("one", GENUINE, ids=_id)
def test_a_failure_of_the_same_form_that_no_wall_made_keeps_its_verdict(
    one: Mapping[str, Any], places: Mapping[str, Path]
) -> None:
    assert refusals(_record(one["error"], places), _allowed(places), WALLS) == ()


@pytest.mark.parametrize("one", [one for one in REFUSED if not one["library"]], ids=_id)
def test_what_code_without_source_wanted_is_not_guessed(
    one: Mapping[str, Any], places: Mapping[str, Path]
) -> None:
    found = refusals(_record(one["error"], places), _allowed(places), WALLS)
    kind = next((refusal.kind for refusal in found), None)
    assert kind == one["kind"] or kind in LESS[one["name"]]


@pytest.mark.parametrize("one", REFUSED, ids=_id)
def test_where_no_wall_held_nothing_is_refused(
    one: Mapping[str, Any], places: Mapping[str, Path]
) -> None:
    assert refusals(_record(one["error"], places), _allowed(places), ()) == ()


@pytest.mark.parametrize(
    ("kind", "more"), [("network", {"network": True}), ("program", {"programs": True})]
)
def test_what_was_allowed_is_not_blamed_on_a_wall(
    kind: str, more: Any, places: Mapping[str, Path]
) -> None:
    some = [one for one in REFUSED if one["kind"] == kind]
    assert some
    for one in some:
        found = refusals(_record(one["error"], places), _allowed(places, **more), WALLS)
        assert kind not in [refusal.kind for refusal in found]


def test_a_file_that_was_allowed_is_not_blamed_on_a_wall(places: Mapping[str, Path]) -> None:
    allowed = replace(_allowed(places), readable=(places["model"], places["outside"]))
    reads = [one for one in TOLD if one["kind"] == "read"]
    absent = [one for one in reads if "No such file" in one["error"]["message"]]
    assert absent
    for one in absent:
        assert refusals(_record(one["error"], places), allowed, WALLS) == ()


def test_the_named_file_of_an_hdf5_file_is_what_it_was_led_to(places: Mapping[str, Path]) -> None:
    led = [one for one in COLLECTED if one["name"] in LED]
    assert led
    there, gone = places["outside"] / "a.npy", places["outside"] / "gone.npy"
    for one in led:
        record = _record(one["error"], places)
        (found,) = refusals(record, _allowed(places, named=(there,)), WALLS)
        # In some walls HDF5 names the file itself.
        assert found.kind == "read"
        assert found.subject in (str(there), str(places["outside"] / "w.h5"))
        left = refusals(record, _allowed(places, named=(gone,)), WALLS)
        assert str(gone) not in [refusal.subject for refusal in left]


def _denied(path: Path) -> ErrorRecord:
    return ErrorRecord(type="PermissionDeniedError", message=f"{path}; Permission denied")


def test_a_check_that_ran_is_not_blocked_whatever_else_it_tried(places: Mapping[str, Path]) -> None:
    record = CheckRecord(
        loaded=True,
        error=_denied(places["outside"] / "vocab.txt"),
        calls=(make_call(make_tensor(1.0)),),
    )
    assert refusals(record, _allowed(places), WALLS) == ()


def test_a_call_that_was_refused_counts_where_no_other_gave_an_answer(
    places: Mapping[str, Path],
) -> None:
    path = places["outside"] / "vocab.txt"
    call = replace(make_call(), outputs=None, error=_denied(path))
    record = CheckRecord(loaded=True, stage="run", calls=(call,))
    found = refusals(record, _allowed(places), WALLS)
    assert found == (Refusal(kind="read", subject=str(path)),)


@pytest.mark.parametrize(
    "message",
    [
        # TensorFlow 2.4.4, 2.10.1 and 2.21.0, behind bubblewrap.
        "Publishing to 1 of 1 debug target URLs failed, due to the following errors: Failed to "
        "create directory  {outside}/_tfdbg_device_, due to: Failed to create directory  {outside};"
        "\n\t [[{{node DebugIdentity}}]]",
        "{outside}/marker; No such file or directory\n\t [[{{node DatasetToTFRecord}}]]",
        "{outside}/marker; No such file or directory\n\t [[{{node call/PrintV2}}]]",
        "{outside}/marker_0.lockfile; No such file or directory\n\t [[{{node ReduceDataset}}]]",
    ],
)
def test_what_makes_files_of_its_own_wanted_to_write(
    message: str, places: Mapping[str, Path]
) -> None:
    error = ErrorRecord(
        type="NotFoundError", message=message.replace("{outside}", str(places["outside"]))
    )
    (found,) = refusals(CheckRecord(error=error), _allowed(places), WALLS)
    assert found.kind == "write"


def test_the_same_refusal_in_several_calls_is_told_once(places: Mapping[str, Path]) -> None:
    call = replace(make_call(), outputs=None, error=_denied(places["outside"] / "vocab.txt"))
    record = CheckRecord(loaded=True, stage="run", calls=(call, call))
    assert len(refusals(record, _allowed(places), WALLS)) == 1


@pytest.mark.parametrize(
    "log",
    [
        "I grpc_util.cc:81] Failed to register dataset with dispatcher at 127.0.0.1:9: "
        "UNAVAILABLE: Failed to register dataset: failed to connect to all addresses. Will retry.",
        "E net.cc:51] socket() failed: Operation not permitted\nF net.cc:117] Check failed: "
        "trial <= kMaximumTrials (1001 vs. 1000)Failed to pick an unused port for testing.",
        "    @     0x7f78cd32e062  tsl::internal::PickUnusedPortOrDie()",
        'E1130 server_chttp2.cc:40] {"description":"No address added out of total 1 resolved"}',
    ],
)
def test_a_death_is_a_wall_s_doing_where_its_last_words_are_of_the_network(
    log: str, places: Mapping[str, Path]
) -> None:
    for death in (ProcessExit(signal="SIGABRT", log=log), ProcessExit(seconds=120, log=log)):
        found = refusals(CheckRecord(exit=death), _allowed(places), WALLS)
        assert [refusal.kind for refusal in found] == ["network"]


def test_a_death_is_not_explained_by_a_file_that_was_named_before(
    places: Mapping[str, Path],
) -> None:
    log = f"W {places['outside']}/vocab.txt; Permission denied\nFatal Python error"
    crashed = CheckRecord(exit=ProcessExit(signal="SIGSEGV", log=log))
    assert refusals(crashed, _allowed(places), WALLS) == ()


def test_nothing_is_read_out_of_a_stream_that_contradicts_itself(
    places: Mapping[str, Path],
) -> None:
    record = CheckRecord(error=_denied(places["outside"] / "vocab.txt"), contradiction="x")
    assert refusals(record, _allowed(places), WALLS) == ()


def test_what_the_user_may_not_read_either_is_no_matter_of_walls(
    places: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = places["outside"] / "vocab.txt"
    # Root may read everything: what another user would be told.
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refusals(CheckRecord(error=_denied(path)), _allowed(places), WALLS) == ()


@pytest.mark.parametrize(("may_read", "kinds"), [(True, ["write"]), (False, [])])
def test_a_file_of_the_model_that_is_denied_was_written_unless_its_user_may_not_read_it(
    may_read: bool, kinds: list[str], places: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = CheckRecord(error=_denied(places["model"] / "secret.txt"))
    monkeypatch.setattr(os, "access", lambda *_: may_read)
    found = refusals(record, _allowed(places), WALLS)
    assert [refusal.kind for refusal in found] == kinds


def test_a_path_of_any_length_takes_no_time(places: Mapping[str, Path]) -> None:
    error = ErrorRecord(type="X", message="/a: " * 5000 + "[Errno 13] " * 500)
    assert refusals(CheckRecord(error=error), _allowed(places), WALLS) == ()


@pytest.mark.parametrize("name", ["zero\0byte", "half\ud800"])
def test_path_that_no_file_can_have_is_no_refusal(name: str, places: Mapping[str, Path]) -> None:
    message = f"[Errno 13] Permission denied: '/tmp/{name}'"
    record = CheckRecord(error=ErrorRecord(type="PermissionError", message=message))
    assert refusals(record, _allowed(places), WALLS) == ()
