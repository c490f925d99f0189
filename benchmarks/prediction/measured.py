"""Measured loads to score predictions on: those beside the project, and those of batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.prediction.figures import FRESH, Load
from benchmarks.prediction.fresh import Batch

# Characters of an error.
_MOST = 300
# Raw calls that returned something which is no Keras model: see docs/explanation/agreement.md.
_NO_MODEL = ("sm2-serving-half-plus-two-tf2", "keras")


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model with its measured loads; `family` is where it comes from, `FRESH` if it was made."""

    name: str
    path: Path
    family: str
    loads: tuple[Load, ...]


def shared_models(shared: Path) -> Iterator[Model]:
    """The real models beside the project. A loader loads one if any variant of it did."""
    families = {}
    for line in (shared / "models" / "catalog.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        families[entry["id"]] = entry["origin"].partition("==")[0]
    rows: dict[tuple[str, str], dict[tuple[str, str], Load]] = {}
    for line in (shared / "facts" / "measured-loads.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        loads = rows.setdefault((row["model"], row["file"]), {})
        key = (row["loader"], row["tensorflow"])
        known = loads.get(key)
        if known is None or not known.ok:
            loads[key] = Load(
                model=row["model"],
                loader=row["loader"],
                release=row["tensorflow"],
                ok=row["ok"] and (row["model"], row["loader"]) != _NO_MODEL,
                error=_line(f"{row.get('type')}: {row.get('message')}"),
            )
    for (name, file), loads in rows.items():
        path = (shared / "models" / name / file).resolve()
        yield Model(name=name, path=path, family=families[name], loads=tuple(loads.values()))


def batch_models(batch: Batch) -> Iterator[Model]:
    """The models of a batch, as far as they have been loaded; no rule was tuned on them."""
    loads: dict[str, list[Load]] = {}
    for row in batch.loads():
        # A hang is no answer.
        if row["ok"] is not None:
            loads.setdefault(row["id"], []).append(_load(row))
    for made in batch.made():
        if found := loads.get(made["id"]):
            path = batch.folder / made["path"]
            yield Model(name=made["id"], path=path, family=FRESH, loads=tuple(found))


def _load(row: Mapping[str, str]) -> Load:
    return Load(
        model=row["id"],
        loader=row["loader"],
        release=row["release"],
        ok=bool(row["ok"]),
        error=_line(row["error"]),
    )


def _line(error: str) -> str:
    return " ".join(error.split())[:_MOST]
