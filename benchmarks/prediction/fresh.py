"""Models that are made to score predictions: how they are made, damaged, and loaded for the truth.

A batch is a folder: `made.jsonl` lists its models, `loads.jsonl` what raw calls did with each in
every release. What is there is not done again.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from benchmarks.numerics.models import EXAMPLE, run_in_cell
from benchmarks.prediction.damage import Made, damaged
from matrix.options.options import Options
from matrix.plan import planning

_HERE = Path(__file__).parent
_BATCHES = _HERE / "batches.toml"
_MAKER = _HERE / "make" / "make.py"
_RAW = _HERE / "raw_loads.py"
# Of one load, under the load of whatever else this machine does.
_SECONDS = 120
# The loaders that read what the makers save.
_LOADERS: Mapping[str, Sequence[str]] = {
    "keras": ("keras", "tf_keras"),
    "json": ("keras", "tf_keras"),
    "saved_model": ("saved_model", "session", "keras", "tf_keras", "tfsm_layer"),
    "graph_def": ("graph",),
    "meta_graph": ("graph",),
    "checkpoint": ("checkpoint",),
    "tflite": ("tflite",),
}
_KERAS_3_FROM = (2, 16)
_WITH_TF_KERAS = "+tf_keras"
# It has no divisor in common with the number of cells.
_STEP = 11


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch and where its models are."""

    number: int
    folder: Path

    @property
    def contents(self) -> Mapping[str, Any]:
        """What `batches.toml` says of it."""
        found: Mapping[str, Any] = tomllib.loads(_BATCHES.read_text("utf-8"))[str(self.number)]
        return found

    def made(self) -> list[Made]:
        """Its models, the damaged ones included."""
        return [*read_lines(self.folder / "made.jsonl"), *read_lines(self.folder / "damaged.jsonl")]

    def loads(self) -> Iterator[Mapping[str, Any]]:
        """What was measured: {"id", "release", "loader", "ok", "error", "cpu"} of each model."""
        return read_lines(self.folder / "loads.jsonl")


def numbers() -> list[int]:
    """The batches that there are."""
    return [int(name) for name in tomllib.loads(_BATCHES.read_text("utf-8"))]


def read_lines(file: Path) -> Iterator[Mapping[str, Any]]:
    """The lines of a file of JSON lines, none where it does not exist."""
    if file.exists():
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)


def make(batch: Batch, options: Options) -> None:
    """Make the models of a batch that are not there."""
    batch.folder.mkdir(parents=True, exist_ok=True)
    known = {made["id"].removesuffix(".0") for made in batch.made()}
    for release, names in batch.contents["made"].items():
        folder = batch.folder / release
        wanted = [name for name in names if f"{release}/{name}" not in known]
        if not wanted:
            continue
        (folder / "made.jsonl").unlink(missing_ok=True)
        done = run_in_cell(release, [str(_MAKER), str(folder), *wanted], options)
        told = [line for line in done.stdout.splitlines() if "cannot be made" in line]
        told += [f"it ended with {done.returncode}: {done.stderr[-600:]}"] * (done.returncode != 0)
        print("\n".join(f"{release}: {line}" for line in told), flush=True)
        lines = [_placed(release, made) for made in read_lines(folder / "made.jsonl")]
        _add(batch.folder / "made.jsonl", lines)
    (batch.folder / "damaged.jsonl").unlink(missing_ok=True)
    by_id = {made["id"]: made for made in read_lines(batch.folder / "made.jsonl")}
    for number, one in enumerate(batch.contents.get("damaged", ())):
        if one["of"] in by_id:
            place = f"damaged/{number}"
            copy = damaged(by_id[one["of"]], one["act"], one.get("part", ""), batch.folder, place)
            _add(batch.folder / "damaged.jsonl", [copy])


def _placed(release: str, made: Made) -> Made:
    """A model with its paths from the folder of the batch on."""
    paths = {key: f"{release}/{made[key]}" for key in ("path", "weights") if made.get(key)}
    return {**made, **paths, "id": f"{release}/{made['id']}"}


def measure(batches: Sequence[Batch], options: Options) -> None:
    """Load the models of batches in every cell, as far as that has not been done."""
    for cell in _cells(options):
        wanted = [load for batch in batches for load in _lacking(batch, cell)]
        if wanted:
            print(f"{cell}: {len(wanted)} loads", flush=True)
            _measured(cell, wanted, options)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A load that is to be measured."""

    batch: Batch
    made: Made
    loader: str

    def request(self, number: int) -> Made:
        """As `raw_loads.py` takes it."""
        paths = ("path", "weights")
        absolute = {
            key: str(self.batch.folder / self.made[key]) for key in paths if self.made.get(key)
        }
        return {**self.made, **absolute, "loader": self.loader, "id": number}


def _lacking(batch: Batch, cell: str) -> Iterator[_Wanted]:
    release, with_tf_keras = _release(cell), cell.endswith(_WITH_TF_KERAS)
    known = {(one["id"], one["release"], one["loader"]) for one in batch.loads()}
    for made in batch.made():
        for loader in _loaders(made, release, with_tf_keras=with_tf_keras):
            if (made["id"], release, loader) not in known:
                yield _Wanted(batch=batch, made=made, loader=loader)


def _release(cell: str) -> str:
    return cell.removesuffix(_WITH_TF_KERAS)


def _loaders(made: Made, release: str, *, with_tf_keras: bool) -> Iterator[str]:
    minor = tuple(int(part) for part in release.split(".")[:2])
    for loader in _LOADERS[made["kind"]]:
        exists = loader != "tfsm_layer" or minor >= _KERAS_3_FROM
        # What is installed changes what loads, so its own loader is all that the cell is for.
        if exists and (loader == "tf_keras") == with_tf_keras:
            yield loader


def _measured(cell: str, wanted: Sequence[_Wanted], options: Options) -> None:
    folder = wanted[0].batch.folder
    request, answers = folder / "request.json", folder / "answers.jsonl"
    answers.unlink(missing_ok=True)
    loads = [one.request(number) for number, one in enumerate(wanted)]
    request.write_text(json.dumps({"release": cell, "seconds": _SECONDS, "loads": loads}), "utf-8")
    done = run_in_cell(cell, [str(_RAW), str(request), str(answers)], options)
    if done.returncode:
        print(f"{cell} ended with {done.returncode}: {done.stderr[-600:]}", flush=True)
    for told in read_lines(answers):
        one = wanted[told["id"]]
        names = {"id": one.made["id"], "release": _release(cell), "loader": one.loader}
        _add(one.batch.folder / "loads.jsonl", [{**told, **names}])


def _cells(options: Options) -> list[str]:
    """Every release, and those that have tf-keras with it."""
    everything = replace(options, models=(EXAMPLE,), tensorflow=SpecifierSet(">=1.15"))
    names = [planned.cell.id for planned in planning.planned(everything).cells]
    kept = [name for name in names if "+" not in name or name.endswith(_WITH_TF_KERAS)]
    # What is measured until somebody stops it is spread over all of them.
    return [kept[place * _STEP % len(kept)] for place in range(len(kept))]


def _add(file: Path, lines: Sequence[Made]) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.writelines(json.dumps(dict(line)) + "\n" for line in lines)
