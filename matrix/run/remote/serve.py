"""The program of a unit process: `python -m matrix.run.remote.serve`.

It reads pairs of a unit and what belongs to it from standard input, the latter only where it has
not had it, and writes a result for each to what standard output is at the start. What anything
else prints goes to standard error. It ends with its input, and with the process that started it.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import IO

from matrix.environments.clean import models_in_use
from matrix.run.keeping.orphans import end_with_parent
from matrix.run.probing.scratch import remove_left_behind
from matrix.run.processes import termination_raises
from matrix.run.remote.messages import receive, send
from matrix.run.remote.perform import Performer
from matrix.run.remote.unit import SharedValue, Unit, UnitResult, failed


def main() -> None:
    """Perform units until there are no more."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    end_with_parent()
    remove_left_behind()
    performer = Performer()
    try:
        with termination_raises(), models_in_use():
            _serve(performer, sys.stdin.buffer, results)
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        performer.close()


def _serve(performer: Performer, requests: IO[bytes], results: IO[bytes]) -> None:
    shared: SharedValue | None = None
    while True:
        unit, given = receive(requests)
        shared = given or shared
        assert shared is not None
        send(results, _result(performer, unit, shared))


def _result(performer: Performer, unit: Unit, shared: SharedValue) -> UnitResult:
    try:
        return performer.perform(unit, shared)
    except Exception as error:  # noqa: BLE001 - the next unit is to be run all the same
        traceback.print_exc()
        said = f"{type(error).__name__}: {error}"[:300]
        return failed(
            f"{unit.cell} met a mistake in this program ({said}); its traceback is in the log of "
            "the worker. Please report it"
        )


if __name__ == "__main__":
    main()
