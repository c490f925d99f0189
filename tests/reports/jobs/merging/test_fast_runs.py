"""Fast runs among those that are merged: what they left to predictions stays so, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matrix.models_list.shard import Shard
from matrix.run.store import Store
from reports.jobs.report import report
from tests.reports.jobs.merging.shards import BOTH, merged_into, shards_of, verdicts
from tests.stored_runs import models, store_run


def test_what_fast_shards_left_to_predictions_stays_predicted_where_one_is_missing(
    tmp_path: Path,
) -> None:
    """Their runs came to their end, whatever became of the third."""
    every = models(6)
    places = shards_of(tmp_path, 2, every, tensorflow=BOTH)
    for plan_file in tmp_path.glob("shard-*/results/parts/*/plan.json"):
        plan = json.loads(plan_file.read_text())
        plan_file.write_text(json.dumps({**plan, "fast": True}))
        (plan_file.parent / "2.16.2" / "outcome.json").unlink()
    merged_into(places[:1], tmp_path / "merged")
    for name, cells in verdicts(tmp_path / "merged").items():
        assert cells["2.16.2"] == ("predicted" if Shard(1, 2).has(name) else "not-run")


def _made_fast(results: Path) -> None:
    """As if --fast had left 2.16.2 to its prediction."""
    store = Store(folder=results)
    store.plan_file.write_text(json.dumps({**store.plan(), "fast": True}))
    (results / "2.16.2" / "outcome.json").unlink()


@pytest.mark.parametrize("size", [64, 1])
def test_interrupted_full_run_neither_loses_nor_gains_predictions(
    size: int, tmp_path: Path
) -> None:
    """Whether it is stored as one run or in parts, also when the merged run is reported again."""
    every = models(2)
    fast = store_run(tmp_path / "fast", every, BOTH, size=size)
    full = store_run(tmp_path / "full", every, ">=2.15,<2.18", size=size)
    for plan_file in fast.rglob("plan.json"):
        _made_fast(plan_file.parent)
    for plan_file in full.rglob("plan.json"):
        for cell in ("2.16.2", "2.17.1"):
            (plan_file.parent / cell / "outcome.json").unlink()
        Store(folder=plan_file.parent).note_end(1.0, complete=False)
    merged = tmp_path / "merged"
    for places in ([fast, full], [full, fast]):
        merged_into(places, merged)
        for _ in range(2):
            for cells in verdicts(merged).values():
                assert cells["2.16.2"] == "predicted"
                assert cells["2.17.1"] == "not-run"
                assert cells["2.15.1"] not in ("predicted", "not-run")
            report([str(merged)], tmp_path)
