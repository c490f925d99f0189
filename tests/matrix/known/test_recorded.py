"""Answers in results are found by key, wherever their models stand, and only as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matrix.known.answers import Answer
from matrix.known.earlier_results import EarlierResults, results_of
from matrix.known.recorded import ANSWERS, Found, carry, record
from matrix.npz import write_arrays
from matrix.plan.plan_json import plan_document
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_process import Verification
from matrix.run.store import Store
from tests.builders import make_cell, make_plan, make_ran

CELL = "2.15.1"
KEYS = ("ab" * 20, "cd" * 20)
MOST = 2**20
ONE = {"saved_model": make_ran(1.0)}
OTHER = {"saved_model": make_ran(2.0)}


def verification(checks: Mapping[str, CheckRecord]) -> Verification:
    return Verification(probe=ProbeRecord(imported=True), checks=dict(checks))


def results(folder: Path, models: Mapping[str, Mapping[str, CheckRecord]]) -> Store:
    """The results of a run with these models, each by its key, in one cell."""
    store = Store(folder=folder)
    store.reset_for(plan_document(make_plan([make_cell(CELL)])))
    checks = {
        f"{number}:{name}": one
        for number, records in enumerate(models.values())
        for name, one in records.items()
    }
    store.write(Outcome(cell=CELL, seconds=1.0, verification=verification(checks)))
    found = [
        Found(
            key=key,
            answer=Answer(
                cell=CELL,
                verification=verification(records),
                measured=float(number + 1),
                asked={"saved_model": key},
            ),
            files={},
        )
        for number, (key, records) in enumerate(models.items())
    ]
    record(store, CELL, found)
    return store


def test_answers_are_found_by_key(tmp_path: Path) -> None:
    results(tmp_path / "results", dict(zip(KEYS, (ONE, OTHER), strict=True)))
    earlier = results_of(tmp_path)
    assert earlier == results_of(tmp_path / "report.json")
    assert earlier is not None
    for key, records, measured in zip(KEYS, (ONE, OTHER), (1.0, 2.0), strict=True):
        found = earlier.found(key, CELL, MOST)
        assert found is not None
        assert found.answer.verification.checks == records
        assert (found.answer.measured, found.answer.asked) == (measured, {"saved_model": key})
    assert earlier.found("ef" * 20, CELL, MOST) is None
    assert earlier.found(KEYS[0], "2.14.1", MOST) is None


def test_without_results_nothing_is_known(tmp_path: Path) -> None:
    assert results_of(None) is None
    assert results_of(tmp_path) is None


def test_merged_answers_are_found_under_new_numbers(tmp_path: Path) -> None:
    sources = [
        results(tmp_path / name, {key: records}).folder
        for name, key, records in zip("ab", KEYS, (ONE, OTHER), strict=True)
    ]
    merged = results(tmp_path / "merged" / "results", {"ef" * 20: OTHER, "01" * 20: ONE})
    (merged.cell_folder(CELL) / ANSWERS).unlink()
    carry(sources, merged)
    earlier = EarlierResults(results=merged.folder)
    for key, records in zip(KEYS, (ONE, OTHER), strict=True):
        found = earlier.found(key, CELL, MOST)
        assert found is not None
        assert found.answer.verification.checks == records


@pytest.mark.parametrize("damage", ["{", "[]", '{"answers": {"' + KEYS[0] + '": {"digest": 7}}}'])
def test_damaged_keys_are_no_keys(tmp_path: Path, damage: str) -> None:
    store = results(tmp_path / "results", {KEYS[0]: ONE})
    (store.cell_folder(CELL) / ANSWERS).write_text(damage, encoding="utf-8")
    assert EarlierResults(results=store.folder).found(KEYS[0], CELL, MOST) is None


def test_large_outputs_belong_to_what_was_recorded(tmp_path: Path) -> None:
    store = Store(folder=tmp_path / "results")
    store.reset_for(plan_document(make_plan([make_cell(CELL)])))
    folder = store.cell_folder(CELL)
    folder.mkdir(parents=True)
    write_arrays(folder / "out.npz", {"x": np.arange(3)})
    checks = {"saved_model": replace(make_ran(1.0), stored="out.npz")}
    numbered = {f"0:{name}": one for name, one in checks.items()}
    store.write(Outcome(cell=CELL, seconds=1.0, verification=verification(numbered)))
    content = (folder / "out.npz").read_bytes()
    answer = Answer(
        cell=CELL,
        verification=verification({"saved_model": replace(checks["saved_model"], stored="a.npz")}),
        measured=1.0,
    )
    record(store, CELL, [Found(key=KEYS[0], answer=answer, files={"a.npz": content})])
    found = EarlierResults(results=store.folder).found(KEYS[0], CELL, MOST)
    assert found is not None
    assert list(found.files.values()) == [content]
    # As another process would read it.
    moved = store.folder.rename(tmp_path / "moved")
    write_arrays(moved / CELL / "out.npz", {"x": np.arange(4)})
    assert EarlierResults(results=moved).found(KEYS[0], CELL, MOST) is None
