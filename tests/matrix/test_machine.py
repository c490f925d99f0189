"""Cores and memory of this process, in containers of both kinds of control groups."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from matrix import machine
from matrix.machine import Group, _groups

GB = 2**30


def put(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def limits(root: Path) -> tuple[list[float], list[int]]:
    groups = list(_groups(root))
    quotas = [found for group in groups if (found := group.cores())]
    return quotas, [found for group in groups if (found := group.free()) is not None]


def test_limits_of_version_2_hold_from_the_top_down(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/mountinfo": "30 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
            "proc/self/cgroup": "0::/pod/job\n",
            "sys/fs/cgroup/pod/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/pod/memory.max": f"{4 * GB}\n",
            "sys/fs/cgroup/pod/memory.current": f"{3 * GB}\n",
            "sys/fs/cgroup/pod/memory.stat": f"anon 5\ninactive_file {GB}\n",
            "sys/fs/cgroup/pod/job/cpu.max": "max 100000\n",
            "sys/fs/cgroup/pod/job/memory.max": "max\n",
        },
    )
    assert limits(root) == ([1.5], [2 * GB])


def test_limits_of_version_1(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/mountinfo": (
                "31 1 0:1 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu\n"
                "32 1 0:1 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
            ),
            "proc/self/cgroup": "4:cpu,cpuacct:/docker/ab\n3:memory:/docker/ab\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "200000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GB}\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{GB}\n",
        },
    )
    assert limits(root) == ([2.0], [GB])


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="no-groups"),
        pytest.param({"proc/self/mountinfo": "garbage\n1 2 - cgroup2\n"}, id="garbage"),
        pytest.param(
            {
                "proc/self/mountinfo": "31 1 0:1 / /sys/fs/cgroup ro - cgroup cgroup rw,cpu\n",
                "proc/self/cgroup": "4:cpu:/\n",
                "sys/fs/cgroup/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory.limit_in_bytes": "9223372036854771712\n",
            },
            id="unlimited",
        ),
    ],
)
def test_without_limits_there_are_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert limits(put(tmp_path, files)) == ([], [])


def test_path_of_the_host_is_looked_for_where_the_container_is(tmp_path: Path) -> None:
    root = put(
        tmp_path,
        {
            "proc/self/mountinfo": "30 1 0:1 /kube/pod /sys/fs/cgroup ro - cgroup2 c rw\n",
            "proc/self/cgroup": "0::/../elsewhere\n",
            "sys/fs/cgroup/cpu.max": "50000 100000\n",
        },
    )
    assert limits(root) == ([0.5], [])


def test_jobs_are_those_of_the_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"cpu.max": "250000 100000\n", "memory.max": f"{100 * GB}\n"}
    group = Group(folder=put(tmp_path, files))
    monkeypatch.setattr(machine, "_groups", lambda _: [group])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": 64 * GB}))
    assert machine.cores() == 3
    assert machine.default_jobs() == 3
    (tmp_path / "memory.max").write_text(f"{2 * GB}\n")
    assert machine.default_jobs() == 1
    (tmp_path / "memory.current").write_text(f"{3 * GB}\n")
    assert machine.free_memory() == 0
    assert machine.default_jobs() == 1
