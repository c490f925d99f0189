"""What a model can write where: into the stream of its own check, and nothing is believed there.

The real probe with fakes that try, without walls: what holds here needs none.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.run.probe_process import CAN_FORK, Verification
from tests.conftest import LIMITS, Verified

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="checks are forked on Linux only")
HONEST = ("0:saved_model", "2:saved_model")


def between_honest_ones(verified: Verified, name: str) -> Verification:
    """A check that tries something, with an honest one before it and one behind it."""
    seen = verified("obedient", "raises", name, "loads")
    assert [seen.checks[check].loaded for check in HONEST] == [False, True]
    assert not any(seen.checks[check].contradiction for check in HONEST)
    return seen


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        ("speaks_of_another_check", "it speaks of the check '0:saved_model'"),
        ("says_twice_that_it_loaded", "it says 'loaded' after 'loaded'"),
        ("writes_without_the_token", "its stream has a line that is not from the probe"),
        ("writes_from_a_child", "wrote into the stream of process"),
        ("claims_more_time_than_there_was", "it says that loaded took 500 s"),
        (
            "claims_more_time_than_any_clock_has",
            "its stream has a line that is not from the probe",
        ),
        ("speaks_too_deeply", "its stream has a line that is not from the probe"),
        ("writes_to_every_descriptor", "its stream has a line that is not from the probe"),
    ],
)
def test_stream_that_cannot_be_is_not_believed(
    verified: Verified, name: str, evidence: str
) -> None:
    record = between_honest_ones(verified, name).checks["1:saved_model"]
    assert evidence in record.contradiction


def test_process_of_a_check_has_no_stream_but_its_own(verified: Verified) -> None:
    record = between_honest_ones(verified, "looks_for_other_streams").checks["1:saved_model"]
    assert record.error is not None
    assert record.error.message == "sockets: 1"


def test_stopping_the_probe_costs_the_time_of_the_check_alone(
    verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matrix.run.probing.guard._BETWEEN_SECONDS", 6)
    limits = replace(LIMITS, seconds=1)
    seen = verified("obedient", "raises", "stops_the_one_that_forks", "loads", limits=limits)
    ending = seen.checks["1:saved_model"].exit
    assert ending is not None
    assert ending.kind.value == "timed-out"
    assert [seen.checks[check].loaded for check in HONEST] == [False, True]


def test_check_that_is_alone_cannot_begin_anew(verified: Verified) -> None:
    record = verified("obedient", "imports_again_and_again").checks["0:saved_model"]
    assert record.repeated
    assert record.contradiction == "it says 'import' after its import"


def test_temporary_files_of_a_check_are_in_its_own_folder(verified: Verified) -> None:
    record = verified("obedient", "uses_temporary_files").checks["0:saved_model"]
    assert record.error is not None
    assert "/check-" in record.error.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a privilege")
def test_link_in_the_place_of_outputs_is_not_followed(verified: Verified, tmp_path: Path) -> None:
    record = between_honest_ones(verified, "stores_a_link").checks["1:saved_model"]
    assert record.loaded
    assert record.stored is None
    assert not list((tmp_path / "probe").rglob("outputs-*"))
