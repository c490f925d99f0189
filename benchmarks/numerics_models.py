"""The models of `numerics.py`: which release saves them in which form, and how they are made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from matrix.errors import EnvironmentUnavailable
from matrix.options import Options
from reports import job

# What is measured of the forms that a release saves: the one of its day. A SavedModel has none.
WRITERS: Mapping[str, str] = {"2.4.4": "", "2.10.1": ".h5", "2.15.1": ".keras", "2.21.0": ".keras"}
_MAKER = Path(__file__).with_name("make_numerics.py")
EXAMPLE = _MAKER.parent.parent / "examples" / "half_plus_two"
_SECONDS = 1800


def models_of(writer: str, place: Path) -> Iterator[Path]:
    """The models of a release that are measured; TFLite and graphs whatever it saves else."""
    folder = place / writer
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name == "tflite-source":
            # Only what a TFLite model was converted from.
            continue
        if path.suffix in (WRITERS[writer], ".tflite") or path.name in ("graph", "module"):
            yield path


def make(writer: str, folder: Path, options: Options) -> bool:
    """Make the models of a release where they are not there yet; `False` if it made none."""
    if folder.exists():
        return True
    example = replace(options, models=(EXAMPLE,), tensorflow=SpecifierSet(f"=={writer}"))
    cell = job.planned(example).cell(writer).cell
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    job.say(f"{writer} makes models.")
    try:
        with job.environments(options).ready(cell, job.say) as python:
            said = _made_by(python, partial)
    except (EnvironmentUnavailable, subprocess.TimeoutExpired) as error:
        said = f"{writer} makes no models: {error}"
    print(said, flush=True)
    if not any(partial.iterdir()):
        return False
    partial.rename(folder)
    return True


def _made_by(python: Path, folder: Path) -> str:
    """What the maker says of models it could not make."""
    command = [str(python), "-I", "-B", str(_MAKER), str(folder)]
    # Nothing of the caller's; and it forks, so libraries may not start threads.
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent)}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    told = [line for line in done.stdout.splitlines() if "cannot be made" in line]
    told += [f"it ended with {done.returncode}: {done.stderr[-300:]}"] if done.returncode else []
    return "\n".join(told)
