"""The walls of the probe, raised for real: what they keep out, and what passes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.runtime import PROBE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")
WORDS = ["reads", "writes", "network", "programs", "processes"]
# Asks the probe's own package what holds; the outer walls stand already, as in a probe.
OBSERVING = """
import importlib, json, os, sys, types
package = sys.modules["inside"] = types.ModuleType("inside")
package.__path__ = [sys.argv[1]]
walls = importlib.import_module("inside.walls")
wanted = dict(json.loads(sys.argv[2]), parent=os.getppid())
if wanted["outer"]:
    walls.raise_outer(wanted)
print(json.dumps(walls.observed(wanted)))
"""


@pytest.fixture
def out_of_bounds(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What a request says of walls: a canary, a folder and a listener that are out of bounds."""
    for name in ("scratch", "outside"):
        (tmp_path / name).mkdir()
    (tmp_path / "canary").write_text("secret", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {
            "means": ["landlock", "seccomp"],
            "network": False,
            "programs": False,
            "readable": [],
            "writable": [str(tmp_path / "scratch")],
            "canary": str(tmp_path / "canary"),
            "outside": str(tmp_path / "outside"),
            "port": listener.getsockname()[1],
            "require": True,
            "outer": True,
        }


def observed(
    walls: dict[str, Any], code: str = OBSERVING, /, **changed: Any
) -> dict[str, list[str]]:
    command = [sys.executable, "-I", "-B", "-c", code, str(PROBE.parent)]
    told = subprocess.run(
        [*command, json.dumps({**walls, **changed})], capture_output=True, text=True, check=True
    )
    return dict(json.loads(told.stdout))


def test_all_walls_hold(out_of_bounds: dict[str, Any]) -> None:
    seen = observed(out_of_bounds)
    assert seen == {"means": ["landlock", "seccomp"], "observed": WORDS, "missing": []}


def test_without_walls_every_trial_succeeds(out_of_bounds: dict[str, Any]) -> None:
    # Else a trial would call a wall standing where there is none.
    seen = observed(out_of_bounds, means=[], outer=False)
    assert seen == {"means": [], "observed": [], "missing": WORDS}
    assert not list(Path(out_of_bounds["outside"]).iterdir())


def test_what_one_means_does_not_hold_is_missing(out_of_bounds: dict[str, Any]) -> None:
    assert observed(out_of_bounds, means=["landlock"])["missing"] == ["network", "programs"]
    assert observed(out_of_bounds, means=["seccomp"])["missing"] == ["reads", "writes"]


@pytest.mark.parametrize("word", ["network", "programs"])
def test_what_is_allowed_is_neither_observed_nor_missing(
    out_of_bounds: dict[str, Any], word: str
) -> None:
    seen = observed({**out_of_bounds, word: True})
    assert seen["observed"] == [other for other in WORDS if other != word]
    assert seen["missing"] == []


def test_walls_are_tried_where_no_child_can_be_had(out_of_bounds: dict[str, Any]) -> None:
    # The inner walls stand already, as in a probe that does its only check itself.
    code = OBSERVING.replace(
        "raise_outer(wanted)", "raise_inner(wanted, [], wanted['writable'][0])"
    )
    assert code != OBSERVING
    assert observed(out_of_bounds, code)["observed"] == WORDS
    # And so where something else lets nobody fork.
    unforked = "import os\ndef fork(): raise PermissionError\nos.fork = fork\n" + OBSERVING
    assert observed(out_of_bounds, unforked, outer=False, means=[])["missing"] == WORDS
