"""The models of the sweep: which release saves them in which form, and how they are made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from matrix.catalogue.cell_id import CellId
from matrix.environments.environments import Environments
from matrix.errors import EnvironmentUnavailable
from matrix.options.options import Options
from matrix.plan import planning
from reports.output import echo

# Modules of `making/`. The first are models such as most are; the others hold a state, need
# something around them or take odd inputs.
_PLAIN = ("plain",)
_ODD = ("preprocessing", "recurrent", "odd_inputs", "modules", "lite")


@dataclass(frozen=True, kw_only=True)
class Writer:
    """What a release makes, and the forms of its Keras models that are measured.

    A form is the ending of a file; a SavedModel has none. Of a model that cannot be saved in `form`
    the SavedModel is measured; with `both` it is in any case.
    """

    form: str
    both: bool = False
    families: Sequence[str] = _ODD


# The forms of the day of each release.
WRITERS: Mapping[str, Writer] = {
    "2.3.4": Writer(form=""),
    "2.4.4": Writer(form="", families=_PLAIN),
    "2.5.3": Writer(form=".h5"),
    "2.9.3": Writer(form=""),
    "2.10.1": Writer(form=".h5", families=_PLAIN),
    "2.12.1": Writer(form=".h5"),
    "2.15.1": Writer(form=".keras", families=(*_PLAIN, *_ODD)),
    "2.21.0": Writer(form=".keras", both=True, families=(*_PLAIN, *_ODD)),
}
# Only what TFLite models were converted from.
_SOURCES = "tflite-source"
_MAKER = Path(__file__).with_name("make.py")
EXAMPLE = _MAKER.parents[2] / "examples" / "half_plus_two"
_SECONDS = 3600


def models_of(writer: str, place: Path) -> Iterator[Path]:
    """The models of a release that are measured."""
    folder, measured = place / writer, WRITERS[writer]
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(_SOURCES):
            continue
        replaced = measured.form and path.with_name(path.name + measured.form).exists()
        if path.suffix in (measured.form, ".tflite") or (
            path.is_dir() and (measured.both or not replaced)
        ):
            yield path


def make(writer: str, folder: Path, options: Options) -> bool:
    """Make the models of a release where they are not there yet; `False` if it made none."""
    if folder.exists():
        return True
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    echo(f"{writer} makes models.")
    command = [str(_MAKER), str(partial), *WRITERS[writer].families]
    try:
        done = run_in_cell(writer, command, options)
    except (EnvironmentUnavailable, subprocess.TimeoutExpired) as error:
        print(f"{writer} makes no models: {error}", flush=True)
        return False
    told = [line for line in done.stdout.splitlines() if "cannot be made" in line]
    told += [f"it ended with {done.returncode}: {done.stderr[-300:]}"] if done.returncode else []
    print("\n".join(told), flush=True)
    if not any(partial.iterdir()):
        return False
    partial.rename(folder)
    return True


def run_in_cell(
    cell: str, command: Sequence[str], options: Options
) -> subprocess.CompletedProcess[str]:
    """A script run by the Python of a cell.

    Raises:
        EnvironmentUnavailable: the cell cannot be built here.
        subprocess.TimeoutExpired: the script takes more than an hour.
    """
    minor = SpecifierSet(f"=={CellId.parse(cell).version}")
    example = replace(options, models=(EXAMPLE,), tensorflow=minor)
    planned = planning.planned(example).cell(cell).cell
    # Nothing of the caller's; and scripts fork, so libraries may not start threads.
    environment = {"PATH": os.environ["PATH"], "HOME": str(options.output)}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    environment |= {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with Environments.from_options(options).ready(planned) as python:
        return subprocess.run(
            [str(python), "-I", "-B", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
