"""How answers of releases are drawn together."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

from matrix.catalogue.keras_configs import keras_configs
from matrix.maintenance.keras_configs import packed


def _written(tensorflow: str, **keras: str) -> dict[str, Any]:
    return {"tensorflow": tensorflow, "keras": keras}


def _said(**changes: Any) -> dict[str, Any]:
    entry = {"refused": {}, "accepted": {}, "required": [], "open": False, **changes}
    return {"h5": {"Dense": entry}}


def test_keras_of_several_releases_is_asked_once_for_all(tmp_path: Path) -> None:
    written = [_written("2.15.1", keras=""), _written("2.16.2", tf_keras="2.16.0")]
    written.append(_written("2.21.0", keras="3.15.1", tf_keras="2.21.0"))
    taken = [
        {"taken": {"keras": _said(accepted={"lr": ["number"]})}},
        {"taken": {"tf_keras": _said()}},
        {"taken": {"keras": _said(refused={"lr": ["number"]}), "tf_keras": _said(open=True)}},
    ]
    place = tmp_path / "configs.json.xz"
    place.write_bytes(packed(written, taken))
    known = keras_configs(place)
    assert known.keras == {"keras": ["", "3.15.1", "3.15.1"], "tf_keras": ["", "2.16.0", "2.21.0"]}
    dense, beside = (known.of(space, "h5", "Dense") for space in ("keras", "tf_keras"))
    assert dense is not None
    assert beside is not None
    assert dense.refused == {"lr": {"number": {1, 2}}}
    assert (set(beside.asked), set(beside.open)) == ({1, 2}, {2})


def test_class_that_reads_nothing_is_told_from_one_that_was_not_asked() -> None:
    taken: list[dict[str, Any]] = [
        {"taken": {"keras": _said(never=True)}},
        {"taken": {"keras": {}}},
    ]
    data = packed([_written("2.15.1", keras="a"), _written("2.16.2", keras="b")], taken)
    entry = json.loads(lzma.decompress(data))["keras"]["h5"]["Dense"]
    assert (entry["never"], entry["asked"]) == ([0], [])
