"""Parts whose processes are killed while they are prepared: only the model to blame is left out."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.parts.division import divide
from matrix.parts.part import Part
from matrix.parts.pool import Pool
from matrix.parts.prepare import only_planned
from matrix.parts.prepared import PreparedPart
from reports.jobs.divided.preparing import Preparing

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "half_plus_two"


def _planned(part: Part, options: Options) -> PreparedPart:
    """As `only_planned`, in a process that is killed when it reads a model called deadly."""
    for number, model in enumerate(options.models):
        if str(model).endswith("deadly") and number not in part.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
    return only_planned(part, options)


def _always_dies(_part: Part, _options: Options) -> PreparedPart:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _options(folder: Path, *names: str) -> Options:
    for name in names:
        shutil.copytree(EXAMPLE, folder / name)
    return read_options([*names, "--tensorflow", "==2.15.*"], folder)


def test_model_that_kills_its_process_costs_only_itself(tmp_path: Path) -> None:
    options = _options(tmp_path, "a", "deadly", "b")
    preparing = Preparing(parts=divide(options))
    with Pool(1) as pool:
        preparing.run(pool, _planned, options, alone=_planned)
    (part,) = preparing.in_order()
    assert [row.place for row in part.rows] == [0, 2]
    (untested,) = part.untested
    assert untested.place == 1
    assert "deadly cannot be inspected: the process that read it was killed" in untested.why
    assert not preparing.lost


def test_part_that_no_single_model_kills_is_lost_and_the_others_are_prepared(
    tmp_path: Path,
) -> None:
    options = _options(tmp_path, "a", "b")
    preparing = Preparing(parts=divide(options))
    with Pool(1) as pool:
        preparing.run(pool, _always_dies, options)
    assert preparing.lost == [1]
