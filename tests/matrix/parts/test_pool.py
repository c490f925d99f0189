"""Processes for parts: what dies costs itself, what is logged arrives, nothing outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from matrix.errors import UsageError
from matrix.log import logger
from matrix.parts.pool import Pool

ROOT = Path(__file__).resolve().parents[3]


def _square(number: int) -> int:
    logger("matrix.parts").warning("squaring %d", number)
    return number * number


def _dies(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _where(number: int) -> int:
    """The process of a task; that of the second is killed."""
    _dies(number)
    return os.getpid()


def _refuses() -> int:
    raise UsageError("no such loader")


def _sleeps() -> None:
    time.sleep(600)


def test_tasks_give_their_values_and_what_they_warned_of() -> None:
    with Pool(2) as pool:
        done = dict(pool.each([partial(_square, number) for number in range(4)]))
    assert [done[number].value for number in range(4)] == [0, 1, 4, 9]
    assert done[3].warnings == ("squaring 3",)


def test_process_that_dies_costs_its_own_task() -> None:
    with Pool(2) as pool:
        done = dict(pool.each([partial(_where, number) for number in range(20)]))
        # The pool is whole again.
        assert pool.submit(partial(_square, 3)).result().value == 9
    assert [number for number in range(20) if done[number].value is None] == [2]
    # Two that began, two that took their place, and one alone that was interrupted by the death.
    assert len({one.value for one in done.values() if one.value}) <= 5


def test_tasks_in_order_are_begun_a_few_ahead() -> None:
    begun = []

    def tasks() -> Iterator[Callable[[], int]]:
        for number in range(30):
            begun.append(number)
            yield partial(_dies, number)

    with Pool(1) as pool:
        every = pool.in_order(tasks())
        assert next(every).value == 0
        assert len(begun) < 10
        assert [done.value for done in every] == [1, None, *range(3, 30)]


def test_refusal_of_a_task_is_that_of_the_call() -> None:
    with pytest.raises(UsageError, match="no such loader"), Pool(1) as pool:
        list(pool.each([_refuses]))


_JOB = """
import sys
from tests.matrix.parts.test_pool import _sleeps
from matrix.parts.pool import Pool
if __name__ == "__main__":
    with Pool(2) as pool:
        pool.submit(_sleeps)
        pool.submit(_sleeps)
        print("begun", flush=True)
        pool.submit(_sleeps).result()
"""


def test_processes_end_when_the_one_above_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(_JOB, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        assert job.stdout.readline() == "begun\n"
        above = psutil.Process(job.pid)
        while len(below := above.children(recursive=True)) < 2:
            time.sleep(0.1)
        # What a process does first has to be done.
        time.sleep(3)
        job.kill()
    _, left = psutil.wait_procs(below, timeout=20)
    for process in left:
        process.kill()
    assert left == []


_TWO_POOLS = """
from tests.matrix.parts.test_pool import _square
from functools import partial
from matrix.parts.pool import Pool
from matrix.run.keeping.orphans import none_left
if __name__ == "__main__":
    # The first pool of a process starts a process of multiprocessing, which the second needs too.
    with none_left(), Pool(1) as pool:
        pool.submit(partial(_square, 1)).result()
    with Pool(1) as pool:
        print(pool.submit(partial(_square, 2)).result().value)
"""


def test_pool_can_begin_where_nothing_may_be_left_and_another_after_it(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(_TWO_POOLS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("4\n", "")
