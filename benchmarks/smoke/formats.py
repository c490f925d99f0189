"""The main job for real: the default plan, with a model of each format that old and new write.

`make.py` makes the models in the oldest and newest of the chosen releases and in the last
with Keras 2. Each must get every file of a report and an answer in every cell, and must run in the
release that wrote it.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from tabulate import tabulate

from benchmarks.numerics.models import EXAMPLE, run_in_cell
from matrix.catalogue.releases import Release, catalogue
from matrix.model.facts import Format
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.results.verdicts import NotApplicable, kind_of
from reports.formats.registry import FORMATS
from reports.jobs import matrix
from reports.output import echo

_MAKER = Path(__file__).with_name("make.py")
# Written by Keras 3.3.3, so that the default plan has a cell with that Keras.
_OLDER_KERAS_3 = EXAMPLE.with_name("dense_keras3.3.3.keras")
_LAST_KERAS_2 = (2, 15)
_ENDS = "--ends"


def main(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """Make the models, run the main job on them, print what is wrong; 0 if nothing.

    `arguments` are options of `matrix`; `--ends` chooses the oldest and the newest release.
    """
    words = [word for word in arguments if word != _ENDS]
    if _ENDS in arguments:
        words += ["--tensorflow", ends()]
    options = read_options([str(EXAMPLE), *words], folder)
    makers = [str(release.version) for release in _makers(options)]
    models = [*_made(makers, options), *([] if _ENDS in arguments else [_OLDER_KERAS_3])]
    code = matrix.matrix([*map(str, models), *words], folder, noxfile)
    document = json.loads((options.output / "report.json").read_text(encoding="utf-8"))
    wrong = [f"the main job ended with code {code}"] if code else []
    wrong += [f"there is no {name}" for name in FORMATS if not (options.output / name).exists()]
    wrong += _wrong(document["models"], models, makers)
    print(f"\n{_table(document['models'])}\n")
    print("\n".join([*wrong, f"{len(models)} models, {len(wrong)} things wrong."]), flush=True)
    return 1 if wrong else 0


def ends() -> str:
    """A specifier of the oldest and the newest release of the catalogue."""
    first, *between, last = (release.minor for release in catalogue())
    holes = [f"!={major}.{minor}.*" for major, minor in between]
    return ",".join([f">={first[0]}.{first[1]}", *holes, f"<{last[0]}.{last[1] + 1}"])


def _makers(options: Options) -> list[Release]:
    wanted = options.tensorflow or SpecifierSet(">=1.15")
    chosen = [release for release in catalogue() if release.version in wanted]
    middle = [release for release in chosen if release.minor == _LAST_KERAS_2]
    return list({one.version: one for one in (chosen[0], *middle, chosen[-1])}.values())


def _made(makers: Sequence[str], options: Options) -> Iterator[Path]:
    """The models of each release, in a folder that says which made them."""
    place = options.output / "models"
    shutil.rmtree(place, ignore_errors=True)
    for maker in makers:
        folder = place / maker
        folder.mkdir(parents=True)
        echo(f"{maker} makes models.")
        print(run_in_cell(maker, [str(_MAKER), str(folder)], replace(options, models=())).stdout)
        yield from (_model_in(path) for path in sorted(folder.iterdir()))


def _model_in(path: Path) -> Path:
    """What to name: in the folder of a MetaGraph its file, or else it is a checkpoint."""
    return next(path.glob("*.meta"), path)


def _wrong(
    models: Sequence[Mapping[str, Any]], paths: Sequence[Path], makers: Sequence[str]
) -> Iterator[str]:
    if len(models) != len(paths):
        yield f"{len(paths)} models were named, and {len(models)} are in the report"
    for model in models:
        name = _name(model)
        if model.get("untested"):
            yield f"{name}: {model['untested']}"
        for cell in model["cells"]:
            if not (kind_of(cell["verdict"]).is_answer or cell["verdict"] == NotApplicable.word):
                yield f"{name} in {cell['id']}: {cell['verdict']} {cell['reason']}"
            at_home = cell["id"] in makers and cell["id"] in Path(model["path"]).parts
            if at_home and cell["verdict"] != (expected := _expected(model)):
                yield f"{name} in {cell['id']}: {cell['verdict']}, not {expected}"


def _expected(model: Mapping[str, Any]) -> str:
    return "loads" if model["format"] == Format.CHECKPOINT.value else "runs"


def _name(model: Mapping[str, Any]) -> str:
    path = Path(model["path"])
    return f"{path.parent.name}/{path.name}"


def _table(models: Sequence[Mapping[str, Any]]) -> str:
    """What became of the cells of each model."""
    rows = []
    for model in models:
        words = Counter(cell["verdict"] for cell in model["cells"])
        found = ", ".join(f"{count} {word}" for word, count in words.most_common())
        rows.append([_name(model), model["format"], found])
    return tabulate(rows, headers=["model", "format", "cells"])
