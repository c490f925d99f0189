"""Which models run with inputs made by this tool, each in its own reference cell.

    python -m benchmarks.calls FOLDER...

Every folder or file below a FOLDER is taken for a model. Its reference cell is that of the release
that wrote it, or else the first of a few that loads it. Printed are the models that load there and
have something to call, and of those that do not run the error that says why.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.results import verdicts
from matrix.results.conclude import conclude_uncompared
from matrix.results.result import CellResult
from matrix.run import input_files
from matrix.run.cell import CellRun
from matrix.run.probe_output.records import CallRecord
from matrix.run.store import Store
from reports.build.made_inputs import inputs_may_matter

TARGET = 0.95
# After the release of the writer: the newest, the last Keras 2, and two old ones.
_NEXT = ("2.21.0", "2.15.1", "2.16.2+tf_keras", "2.10.1", "2.4.4")
_NO_MODELS = ("README.md", "expect.json", "LICENSES", "catalog.jsonl")
_MOST_WORDS = 600


@dataclass(frozen=True, kw_only=True)
class Called:
    """What became of a model in its reference cell; `calls` are those of its best check."""

    model: str
    cell: str
    word: str
    calls: tuple[CallRecord, ...]

    @property
    def is_callable(self) -> bool:
        """Whether there was anything to call."""
        return bool(self.calls)

    @property
    def is_hopeless(self) -> bool:
        """Whether its failures are none that inputs decide, as far as their kind tells."""
        return not any(inputs_may_matter(call) for call in self.failed)

    @property
    def failed(self) -> tuple[CallRecord, ...]:
        """The calls that gave nothing."""
        return tuple(call for call in self.calls if call.outputs is None)


def main(folders: Sequence[str]) -> int:
    """Call every model below the folders; 0 if as many run as is asked."""
    found: list[Called] = []
    for model in _models(folders):
        try:
            called = _called(model)
        except LoadmatrixError as error:
            print(f"{model.name}: not tested: {str(error)[:200]}", flush=True)
            continue
        print(_told(called) if called else f"{model.name}: loads in none of the cells", flush=True)
        found += [called] if called else []
    able = [one for one in found if one.is_callable]
    calls = [call for one in able for call in one.calls]
    answered = [call for call in calls if call.outputs is not None]
    ran = [one for one in able if one.word == verdicts.Runs.word]
    lost = [one.model for one in able if one.word != verdicts.Runs.word and one.is_hopeless]
    share = len(ran) / len(able) if able else 1.0
    print(
        f"\n{len(ran)} of {len(able)} models with something to call run in their reference cell "
        f"({share:.1%}, at least {TARGET:.0%} asked); {len(answered)} of {len(calls)} of their "
        "signatures answer."
    )
    if lost:
        print(f"No input would make {', '.join(lost)} run.")
    return 0 if share >= TARGET else 1


def _models(folders: Sequence[str]) -> Iterator[Path]:
    for folder in map(Path, folders):
        yield from (path for path in sorted(folder.iterdir()) if path.name not in _NO_MODELS)


def _called(model: Path) -> Called | None:
    """What becomes of a model in the first of its cells that loads it."""
    with tempfile.TemporaryDirectory() as place:
        options = read_options([str(_within(model)), "--no-remedies"], Path(place))
        plan = planned(options)
        order = [cell.cell.id for cell in plan.cells if cell.cell.plain]
        nearest = [name for name in order if name == str(plan.nearest[0])]
        known = {cell.cell.id for cell in plan.cells if cell.unavailable is None}
        for name in dict.fromkeys((*nearest, *_NEXT)):
            if name in known:
                result = _in_cell(name, plan, options, Path(place) / name)
                if any(check.verdict.is_load for check in result.checks):
                    return _best(model.name, name, result)
    return None


def _within(model: Path) -> Path:
    """The model itself; collections keep one in a folder with what is expected of it."""
    own = (
        [path for path in model.iterdir() if path.name not in _NO_MODELS] if model.is_dir() else []
    )
    return own[0] if len(own) == 1 else model


def _in_cell(name: str, plan: Plan, options: Options, place: Path) -> CellResult:
    plan = replace(plan, cells=(plan.cell(name),), run_order=(name,))
    store = Store(folder=place)
    store.reset_for(plan_document(plan))
    input_files.store_inputs(plan, store)
    outcome = CellRun.of_plan(plan, options, store).run(plan.cell(name))
    return conclude_uncompared(plan, 0, {name: outcome}).cells[0]


def _best(model: str, name: str, result: CellResult) -> Called:
    checks = [check for check in result.checks if check.verdict.is_load]
    best = min(checks, key=lambda check: check.verdict.rank)
    # What a check failed at that could not be called at all is told by another that could.
    best = best if best.calls else next((check for check in checks if check.calls), best)
    return Called(model=model, cell=name, word=best.verdict.word, calls=best.calls)


def _told(called: Called) -> str:
    if not called.is_callable:
        return f"{called.model} in {called.cell}: {called.word}, nothing to call"
    lines = [f"{called.model} in {called.cell}: {called.word}"]
    for call in called.failed:
        error = call.error.links if call.error else ()
        words = " <- ".join(f"{kind}: {message}" for kind, message in error)
        lines.append(f"    {call.signature}: {' '.join(words.split())[:_MOST_WORDS]}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
