"""Scores predictions against measured loads, and says what they cost."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles

from packaging.version import Version

from benchmarks.judging import judged
from benchmarks.numerics.models import EXAMPLE
from benchmarks.prediction.figures import FRESH, Figures, Scored, by, misses, table, tuned
from benchmarks.prediction.measured import Model
from benchmarks.prediction.predictor import Inspected, Predictor
from matrix.plan.prediction import FAILS, UNKNOWN, Prediction

# In %: predicted failures that load, and loads that were not predicted as they went.
FAILS_TARGET = 1
DIFFERENCE_TARGET = 5
MS_TARGET = 40
REFUSED = "refused"
_TUNED_ON = Path(__file__).with_name("tuned_on.toml")
# It is what loaders say of themselves, and no rule.
_NEVER_OFF = frozenset({"not-applicable", REFUSED})


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Scored loads: with all rules, and with none that was tuned on the family of the model."""

    everything: Sequence[Scored]
    left_out: Sequence[Scored]
    milliseconds: Sequence[float]


def scored(models: Iterable[Model], predictor: Predictor) -> Scores:
    """Predict every measured load."""
    # What is read once for all models.
    predictor.predict(EXAMPLE, predictor.inspect(EXAMPLE))
    seen = [(model, predictor.inspect(model.path)) for model in models]
    everything = [row for one in seen for row in _rows(*one, predictor)]
    seconds = [predictor.seconds[model.path] for model, _ in seen]
    off = tuned(everything, declared())
    left_out = [row for one in seen for row in _without(*one, predictor, off)]
    return Scores(
        everything=everything,
        left_out=left_out,
        milliseconds=[1000 * one for one in seconds],
    )


def declared() -> Mapping[str, Sequence[str]]:
    """The families that each rule was written for."""
    found: Mapping[str, Sequence[str]] = tomllib.loads(_TUNED_ON.read_text("utf-8"))["rules"]
    return found


def _without(
    model: Model, inspected: Inspected, predictor: Predictor, off: Mapping[str, set[str]]
) -> Iterator[Scored]:
    return _rows(model, inspected, predictor, off.get(model.family, set()) - _NEVER_OFF)


def _rows(
    model: Model, inspected: Inspected, predictor: Predictor, without: Iterable[str] = ()
) -> Iterator[Scored]:
    said = predictor.predict(model.path, inspected, frozenset(without))
    for load in model.loads:
        verdict, why, rule = _said(inspected, said.get((load.release, load.loader)))
        yield Scored(
            load=load,
            verdict=verdict,
            why=why,
            rule=rule,
            format=inspected.format,
            family=model.family,
        )


def _said(inspected: Inspected, prediction: Prediction | None) -> tuple[str, str, str]:
    if prediction is not None:
        return prediction.verdict, prediction.why, prediction.rule
    if inspected.refusal:
        # A file that is no model is not tried, which says that nothing loads it.
        return FAILS, inspected.refusal, REFUSED
    return UNKNOWN, "there is no prediction", "none"


def told(scores: Scores, head: str) -> bool:
    """Print tables, misses and what is judged; whether every target is met."""
    rows = scores.everything
    for part in ("loader", "format", "rule"):
        print(table(by(rows, part), part), "\n", flush=True)
    releases = sorted({row.load.release for row in rows}, key=Version)
    for miss in misses(rows, releases):
        print(f"  {miss.sentence}", flush=True)
    known = {(row.load, row.verdict) for row in rows if not row.agrees}
    others = (row for row in scores.left_out if (row.load, row.verdict) not in known)
    for miss in misses(others, releases):
        print(f"  without rules tuned on it: {miss.sentence}", flush=True)
    sets = {"all rules": rows}
    if any(row.family != FRESH for row in rows):
        sets["leave-one-family-out"] = scores.left_out
    sets["without what is not tried"] = [
        row for row in scores.left_out if row.rule not in _NEVER_OFF
    ]
    print(table({name: Figures.of(some) for name, some in sets.items()}, head), flush=True)
    return _judged(head, scores)


def _judged(head: str, scores: Scores) -> bool:
    figures = Figures.of(scores.left_out)
    wrong, differ = 100 * (1 - figures.fails_right), 100 * (1 - figures.agreement)
    details = f"of {figures.said_fails} predicted failures"
    judged(f"{head}: wrong, in %", wrong, FAILS_TARGET, details)
    judged(f"{head}: not predicted as they went, in %", differ, DIFFERENCE_TARGET, _counts(scores))
    spent = scores.milliseconds
    nine = f"nine in ten take less than {quantiles(spent, n=10)[-1]:.0f}" if spent[1:] else ""
    judged(f"{head}: CPU ms a model", mean(spent), MS_TARGET, nine)
    return wrong <= FAILS_TARGET and differ <= DIFFERENCE_TARGET


def _counts(scores: Scores) -> str:
    rows = scores.left_out
    models = len({row.load.model for row in rows})
    releases = len({row.load.release for row in rows})
    return f"of {len(rows)} loads of {models} models in {releases} releases"
