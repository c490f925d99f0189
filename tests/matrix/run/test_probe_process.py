"""The runner with the real probe and fake TensorFlows: what is known after whatever happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from matrix.options.limits import Limits
from matrix.run import probe_process
from matrix.run.probe_process import Verification
from matrix.run.probing import guard, launcher
from tests.conftest import LIMITS, FakePython, MakeCheck, Verified

forks = pytest.mark.skipif(not probe_process.CAN_FORK, reason="checks are forked on Linux only")


def events_of(folder: Path, name: str) -> list[dict[str, object]]:
    text = (folder / "probe" / name / "events.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def child_in(folder: Path, log_file: str) -> int:
    """The process that a fake said it started."""
    log = (folder / "probe" / log_file).read_text(encoding="utf-8")
    return int(log.partition("child ")[2].split()[0])


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 3
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            psutil.Process(pid).kill()
            return False
        time.sleep(0.05)
    return True


def ending_of(seen: Verification, check: str = "0:saved_model") -> tuple[str, str]:
    ending = seen.checks[check].exit
    assert ending is not None
    return ending.kind.value, ending.detail


def test_model_that_loads_is_run(verified: Verified) -> None:
    record = verified("obedient", "loads").checks["0:saved_model"]
    assert (record.loaded, record.stage, record.exit) == (True, "run", None)
    assert record.calls is not None
    assert (record.calls[0].outputs or ())[0].name == "y"


def test_environment_is_what_the_probe_saw(verified: Verified) -> None:
    probe = verified("obedient", "loads").probe
    assert probe.imported
    assert probe.ended
    assert probe.environment.version_of("fake-obedient") == "2.99.0"


def test_exception_of_a_model_is_an_answer(verified: Verified) -> None:
    record = verified("obedient", "raises").checks["0:saved_model"]
    assert record.error is not None
    assert record.error.type == "ValueError"
    assert record.error.message == "the fake refuses this model"
    assert (record.loaded, record.exit, record.repeated) == (False, None, False)


def test_model_that_exits_the_interpreter_is_an_answer(verified: Verified) -> None:
    record = verified("obedient", "exits").checks["0:saved_model"]
    assert record.error is not None
    assert record.error.type == "SystemExit"


def test_model_that_loads_and_cannot_be_called_is_loaded(verified: Verified) -> None:
    record = verified("obedient", "fails_when_run").checks["0:saved_model"]
    assert record.loaded
    assert record.calls is not None
    error = record.calls[0].error
    assert error is not None
    assert error.message == "the fake cannot be called"


def test_model_with_nothing_to_call_is_loaded(verified: Verified) -> None:
    record = verified("obedient", "has_no_signatures").checks["0:saved_model"]
    assert record.loaded
    assert record.error is not None
    assert record.error.type == "NothingToCall"


def test_failed_import_is_data_and_not_a_crash(verified: Verified) -> None:
    seen = verified("fails_to_import", "loads")
    assert seen.probe.imported is False
    assert seen.probe.error is not None
    assert seen.probe.error.message == "numpy.core.multiarray failed to import"
    assert seen.checks == {}


def test_exit_during_import_is_a_failed_import(verified: Verified) -> None:
    seen = verified("exits_at_import", "loads")
    assert seen.probe.imported is False
    assert seen.probe.error is not None
    assert seen.probe.error.type == "SystemExit"


def test_death_during_import_has_its_signal_and_last_words(verified: Verified) -> None:
    seen = verified("dies_at_import", "loads")
    assert seen.probe.imported is None
    assert seen.probe.exit is not None
    assert (seen.probe.exit.kind.value, seen.probe.exit.detail) == ("crashed", "SIGILL")
    assert "compiled to use AVX" in seen.probe.exit.log


def test_import_that_failed_is_tried_once_more(verified: Verified, tmp_path: Path) -> None:
    verified("fails_to_import", "loads")
    assert {one.name for one in (tmp_path / "probe").iterdir()} == {"all", "again"}


def test_import_that_never_ends_is_timed_out(
    verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "IMPORT_SECONDS", 1)
    ending = verified("hangs_at_import", "loads").probe.exit
    assert ending is not None
    assert (ending.kind.value, ending.detail) == ("timed-out", "1s")


def test_crash_keeps_what_was_known_before(verified: Verified) -> None:
    seen = verified("obedient", "loads", "segfaults")
    assert ending_of(seen, "1:saved_model") == ("crashed", "SIGSEGV")
    assert seen.checks["1:saved_model"].stage == "load"
    assert seen.checks["0:saved_model"].loaded


def test_crash_while_running_happened_to_a_loaded_model(verified: Verified) -> None:
    seen = verified("obedient", "segfaults_when_run")
    assert ending_of(seen) == ("crashed", "SIGSEGV")
    assert (seen.checks["0:saved_model"].loaded, seen.checks["0:saved_model"].stage) == (
        True,
        "run",
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("segfaults", "the last words", id="load"),
        pytest.param("segfaults_when_run", "the last words of a run", id="run"),
    ],
)
def test_crash_has_its_last_words(verified: Verified, name: str, words: str) -> None:
    ending = verified("obedient", name).checks["0:saved_model"].exit
    assert ending is not None
    # faulthandler writes its stack behind them, which must not push them out.
    assert words in ending.log.splitlines()


def test_last_words_are_those_of_the_check_itself(verified: Verified) -> None:
    seen = verified("obedient", "segfaults_when_run", "exits_at_once")
    ending = seen.checks["1:saved_model"].exit
    assert ending is not None
    assert "the last words" not in ending.log


def test_process_that_ends_without_a_word_is_crashed(verified: Verified) -> None:
    assert ending_of(verified("obedient", "exits_at_once")) == ("crashed", "exit code 0")


def test_check_that_hangs_is_timed_out(verified: Verified) -> None:
    seen = verified("obedient", "hangs", limits=replace(LIMITS, seconds=1.2))
    assert ending_of(seen) == ("timed-out", "1.2s")
    assert seen.checks["0:saved_model"].stage == "load"


def test_check_that_hangs_when_run_was_loaded(verified: Verified) -> None:
    seen = verified("obedient", "hangs_when_run", limits=replace(LIMITS, seconds=1.2))
    assert ending_of(seen) == ("timed-out", "1.2s")
    assert (seen.checks["0:saved_model"].loaded, seen.checks["0:saved_model"].stage) == (
        True,
        "run",
    )


def test_check_that_eats_memory_is_stopped_with_what_it_had(verified: Verified) -> None:
    limits = Limits(seconds=60, memory_mb=250)
    verdict, detail = ending_of(verified("obedient", "eats_memory", limits=limits))
    assert verdict == "out-of-memory"
    amount, unit = detail.split()
    assert unit == "MB"
    assert 250 <= int(amount) < 900


def test_time_of_a_check_begins_with_the_check(verified: Verified) -> None:
    seen = verified("obedient", "naps", "naps", "naps", limits=replace(LIMITS, seconds=1.5))
    assert [record.loaded for record in seen.checks.values()] == [True, True, True]
    assert not any(record.repeated for record in seen.checks.values())


@pytest.mark.parametrize("death", ["segfaults", "hangs", "eats_memory"])
def test_dying_check_leaves_its_neighbours_alone(verified: Verified, death: str) -> None:
    limits = Limits(seconds=1.5, memory_mb=250)
    seen = verified("obedient", "loads", death, "loads", "raises", limits=limits)
    assert not seen.checks["1:saved_model"].loaded
    assert [seen.checks[f"{n}:saved_model"].loaded for n in (0, 2, 3)] == [True, True, False]
    assert seen.checks["3:saved_model"].error is not None


@pytest.mark.parametrize("name", ["segfaults", "hangs", "exits_at_once"])
def test_dead_check_is_repeated_once_in_a_fresh_process(
    verified: Verified, tmp_path: Path, name: str
) -> None:
    seen = verified("obedient", name, limits=replace(LIMITS, seconds=1))
    assert seen.checks["0:saved_model"].repeated
    assert {one.name for one in (tmp_path / "probe").iterdir()} == {"all", "0-saved_model"}


@forks
@pytest.mark.parametrize("name", ["dies_when_forked", "hangs_when_forked"])
def test_fresh_process_is_believed_when_it_loads(verified: Verified, name: str) -> None:
    record = verified("obedient", name, limits=replace(LIMITS, seconds=1.2)).checks["0:saved_model"]
    assert (record.loaded, record.repeated, record.exit) == (True, True, None)


@forks
def test_fresh_process_is_believed_when_it_fails(verified: Verified) -> None:
    record = verified("obedient", "is_refused_once_fresh").checks["0:saved_model"]
    assert (record.loaded, record.repeated, record.exit) == (False, True, None)
    assert record.error is not None
    assert record.error.type == "ValueError"


def test_answered_check_is_not_repeated(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "loads", "raises")
    assert [one.name for one in (tmp_path / "probe").iterdir()] == ["all"]


@forks
def test_death_of_the_process_that_forks_loses_no_check(verified: Verified) -> None:
    seen = verified("obedient", "loads", "kills_the_one_that_forks", "loads")
    assert seen.probe.imported
    assert [seen.checks[f"{n}:saved_model"].loaded for n in range(3)] == [True, True, True]


@forks
def test_thread_after_the_import_means_one_process_per_check(
    verified: Verified, tmp_path: Path
) -> None:
    seen = verified("starts_a_thread", "loads", "segfaults", "raises")
    assert seen.probe.unsafe
    assert seen.checks["0:saved_model"].loaded
    assert ending_of(seen, "1:saved_model") == ("crashed", "SIGSEGV")
    assert seen.checks["2:saved_model"].error is not None
    starts = [
        event
        for n in range(3)
        for event in events_of(tmp_path, f"{n}-saved_model")
        if event["event"] == "start"
    ]
    assert len({event["pid"] for event in starts}) == 3


def test_check_that_was_not_forked_is_no_repetition(verified: Verified) -> None:
    assert not verified("starts_a_thread", "loads").checks["0:saved_model"].repeated


@pytest.mark.parametrize("fake", ["obedient", "starts_a_thread"], ids=["forked", "one-by-one"])
@pytest.mark.parametrize(
    ("name", "second"),
    [
        pytest.param("loads", False, id="loaded"),
        pytest.param("raises_when_compiled", True, id="failed"),
        pytest.param("segfaults_when_compiled", True, id="crashed"),
        pytest.param("exits_at_once_when_compiled", True, id="ended-with-code-0"),
    ],
)
def test_second_variant_runs_unless_the_first_loaded(
    verified: Verified, make_check: MakeCheck, fake: str, name: str, second: bool
) -> None:
    first = make_check(name, "keras", variant="compile=True")
    other = make_check(
        name, "keras", variant="compile=False", options={"compile": False}, skip_if_loaded=first.id
    )
    seen = verified(fake, first, other)
    assert seen.checks[first.id].loaded is not second
    assert (other.id in seen.checks) is second
    assert not second or seen.checks[other.id].loaded


@forks
def test_second_variant_is_superfluous_when_the_repetition_loads(
    verified: Verified, make_check: MakeCheck
) -> None:
    first = make_check("dies_when_forked", "keras", variant="compile=True")
    other = make_check(
        "loads",
        "keras",
        variant="compile=False",
        options={"compile": False},
        skip_if_loaded=first.id,
    )
    seen = verified("obedient", first, other)
    assert seen.checks[first.id].loaded
    assert other.id not in seen.checks


def test_unasked_variant_runs_where_nothing_stands_before_it(
    verified: Verified, make_check: MakeCheck
) -> None:
    first = make_check("loads", "keras", variant="compile=True")
    other = make_check("loads", "keras", variant="compile=False", options={"compile": False})
    assert set(verified("obedient", first, other).checks) == {first.id, other.id}


@pytest.mark.parametrize("fake", ["obedient", "starts_a_thread"], ids=["forked", "one-by-one"])
@pytest.mark.parametrize("name", ["leaves_a_child", "leaves_a_daemon", "hangs_with_a_child"])
def test_nothing_outlives_a_run(verified: Verified, tmp_path: Path, fake: str, name: str) -> None:
    verified(fake, name, limits=replace(LIMITS, seconds=1.5))
    log = "all/log-0.txt" if fake == "obedient" else "0-saved_model/log.txt"
    assert gone(child_in(tmp_path, log))


_RUN = """
import sys
from pathlib import Path
from matrix.plan.check import Check
from matrix.plan.variant import ONLY
from matrix.run.probing.launcher import Launcher, python_probe
from matrix.run.probe_process import verify
from matrix.options.limits import Limits
python, model, folder = (Path(word) for word in sys.argv[1:])
check = Check(model=0, path=str(model), loader="saved_model", variant=ONLY.given(tags=None))
limits = Limits(seconds=300)
verify(Launcher(command=python_probe(python), limits=limits, folder=folder), [check])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("fake", ["obedient", "starts_a_thread"], ids=["forked", "one-by-one"])
def test_nothing_outlives_a_runner_that_is_stopped(
    fake_python: FakePython, tmp_path: Path, number: signal.Signals, fake: str
) -> None:
    words = [fake_python(fake), tmp_path / "hangs", tmp_path / "probe"]
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, *map(str, words)],
        cwd=Path(__file__).resolve().parents[3],
        stderr=subprocess.DEVNULL,
    )
    name = "all/log-0.txt" if fake == "obedient" else "0-saved_model/log.txt"
    log = tmp_path / "probe" / name
    while not (log.exists() and b"stage=load" in log.read_bytes()):
        assert process.poll() is None
        time.sleep(0.05)
    probes = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    assert process.wait(20) != 0
    assert len(probes) == (2 if fake == "obedient" else 1)
    assert all(gone(probe.pid) for probe in probes)


def test_request_stays_beside_the_events(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "loads")
    request = json.loads((tmp_path / "probe" / "all" / "request.json").read_text())
    assert request["checks"][0]["path"] == str(tmp_path / "loads")


def test_events_of_an_earlier_run_are_forgotten(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "loads")
    first = events_of(tmp_path, "all")
    verified("obedient", "loads")
    assert len(events_of(tmp_path, "all")) == len(first)


def test_caller_is_not_seen_by_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "do not tell")
    environment = launcher._environment(Path("/home"), {"KERAS_BACKEND": "jax"})
    assert "SECRET_TOKEN" not in environment
    assert environment["HOME"] == environment["TMPDIR"] == "/home"
    assert os.environ["PATH"] == environment["PATH"]
    assert (environment["TZ"], environment["KERAS_BACKEND"]) == ("UTC", "jax")


def test_private_home_is_gone_afterwards(
    verified: Verified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = tmp_path / "homes"
    homes.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(homes))
    verified("obedient", "loads", "segfaults")
    assert list(homes.iterdir()) == []
