"""What a process may fill once walls stand; a limit that is lower already stays."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from matrix.catalogue.runtime import PROBE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
LIMITED = """
import importlib, json, resource, sys, types
package = sys.modules["inside"] = types.ModuleType("inside")
package.__path__ = [sys.argv[1]]
privileges = importlib.import_module("inside.walls.privileges")
if sys.argv[3]:
    resource.setrlimit(resource.RLIMIT_NOFILE, tuple(map(int, sys.argv[3].split(":"))))
privileges.limit(json.loads(sys.argv[2]))
names = ("CORE", "FSIZE", "NOFILE", "AS")
print(json.dumps({name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}))
"""


def limits(walls: dict[str, int], descriptors: str = "") -> dict[str, list[int]]:
    command = [sys.executable, "-I", "-c", LIMITED, str(PROBE.parent), json.dumps(walls)]
    told = subprocess.run([*command, descriptors], capture_output=True, text=True, check=True)
    return dict(json.loads(told.stdout))


def test_limits_of_a_check() -> None:
    seen = limits({"memory_mb": 32768, "file_mb": 10})
    assert seen["CORE"] == [1, 1]
    assert seen["FSIZE"] == [10 * 2**20] * 2
    assert seen["AS"] == [4 * 32768 * 2**20] * 2


def test_the_address_space_is_never_tight() -> None:
    # TensorFlow reports a tight one in ways that mean something else.
    assert limits({"memory_mb": 512})["AS"] == [64 * 2**30] * 2
    assert limits({})["AS"] == [-1, -1]


def test_a_lower_limit_stays() -> None:
    assert limits({}, "64:64")["NOFILE"] == [64, 64]
    assert limits({}, "64:4096")["NOFILE"] == [64, 1024]
