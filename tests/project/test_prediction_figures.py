"""How predictions are scored: what counts as right, and which rules are left out for a family."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.prediction.damage import damaged
from benchmarks.prediction.figures import Figures, Load, Scored, by, misses, tuned
from benchmarks.prediction.fresh import Batch
from benchmarks.prediction.measured import batch_models, shared_models


def _scored(
    verdict: str, *, ok: bool, rule: str = "op", family: str = "a", release: str = "2.9.3"
) -> Scored:
    load = Load(model="m", loader="keras", release=release, ok=ok, error="" if ok else "E: no")
    return Scored(load=load, verdict=verdict, why="why", rule=rule, format="h5", family=family)


def test_unknown_is_neither_right_nor_a_wrong_failure() -> None:
    rows = [_scored("unknown", ok=True), _scored("fails", ok=False), _scored("fails", ok=True)]
    figures = Figures.of([*rows, _scored("loads", ok=True)])
    assert (figures.loads, figures.agree, figures.unknown) == (4, 2, 1)
    assert figures.fails_right == pytest.approx(1 / 2)
    assert figures.agreement == pytest.approx(1 / 2)


def test_figures_of_nothing_miss_no_target() -> None:
    assert (Figures.of([]).agreement, Figures.of([]).fails_right) == (1.0, 1.0)


def test_figures_are_kept_apart_by_loader_and_rule() -> None:
    rows = [_scored("fails", ok=False, rule="op"), _scored("loads", ok=False, rule="class")]
    assert by(rows, "loader")["keras"].agree == 1
    assert [one.agree for one in by(rows, "rule").values()] == [0, 1]


def test_releases_of_one_miss_stand_together() -> None:
    order = ["2.8.4", "2.9.3", "2.10.1"]
    wrong = [_scored("loads", ok=False, release=release) for release in order]
    found = list(misses([*wrong, _scored("fails", ok=False)], order))
    assert [miss.where for miss in found] == ["2.8.4 to 2.10.1"]
    assert "it fails: E: no" in found[0].sentence


def test_rule_that_decides_one_family_alone_is_left_out_for_it() -> None:
    rows = [_scored("fails", ok=False, rule="op", family=name) for name in ("a", "b")]
    rows.append(_scored("fails", ok=False, rule="odd", family="b"))
    assert tuned(rows, {}) == {"b": {"odd"}}
    assert tuned(rows, {"op": ["a"]}) == {"a": {"op"}, "b": {"odd"}}


def test_loader_loads_a_model_if_any_variant_does(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "facts").mkdir()
    catalog = {"id": "m", "origin": "pkg==1.2"}
    (tmp_path / "models/catalog.jsonl").write_text(json.dumps(catalog), "utf-8")
    row = {"model": "m", "file": "m.h5", "loader": "keras", "tensorflow": "2.9.3"}
    rows = [{**row, "ok": ok, "type": "E", "message": "no"} for ok in (False, True)]
    text = "\n".join(map(json.dumps, rows))
    (tmp_path / "facts/measured-loads.jsonl").write_text(text, "utf-8")
    (model,) = shared_models(tmp_path)
    assert model.family == "pkg"
    assert [load.ok for load in model.loads] == [True]


def test_hang_of_a_raw_call_is_not_scored(tmp_path: Path) -> None:
    made = {"id": "m", "path": "m.h5", "kind": "keras"}
    (tmp_path / "made.jsonl").write_text(json.dumps(made), "utf-8")
    load = {"id": "m", "loader": "keras", "error": "E: no\nmore"}
    rows = [{**load, "release": "2.8.4", "ok": None}, {**load, "release": "2.9.3", "ok": False}]
    (tmp_path / "loads.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (model,) = batch_models(Batch(number=1, folder=tmp_path))
    assert [(one.release, one.ok, one.error) for one in model.loads] == [
        ("2.9.3", False, "E: no more")
    ]


@pytest.mark.parametrize(
    ("act", "part", "left"),
    [("cut", "", b"012345"), ("empty", "", b""), ("flip", "", b"0123446789")],
)
def test_damage_is_done_to_a_copy(tmp_path: Path, act: str, part: str, left: bytes) -> None:
    (tmp_path / "m.h5").write_bytes(b"0123456789")
    made = {"id": "m", "path": "m.h5", "kind": "keras"}
    copy = damaged(made, act, part, tmp_path, "damaged")
    assert (tmp_path / copy["path"]).read_bytes() == left
    assert (tmp_path / "m.h5").read_bytes() == b"0123456789"
    assert copy["id"] == f"m!{act}"


def test_damage_may_be_a_name_or_a_lost_part(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/saved_model.pb").write_bytes(b"x")
    made = {"id": "m", "path": "m", "kind": "saved_model"}
    lost = damaged(made, "lose", "saved_model.pb", tmp_path, "one")
    assert not any((tmp_path / lost["path"]).iterdir())
    (tmp_path / "m.h5").write_bytes(b"x")
    renamed = damaged({**made, "path": "m.h5"}, "rename", ".keras", tmp_path, "two")
    assert (tmp_path / renamed["path"]).name == "m.keras"
