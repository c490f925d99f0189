"""Predictions as text: for each loader, the releases in which it is predicted to load, or not."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.called import call
from matrix.catalogue.cell_id import CellId
from matrix.plan.loaders import ease_of
from matrix.plan.plan import Plan
from matrix.plan.prediction import EXPECTED, FAILS, LOADS, Prediction
from matrix.shown import on_one_line
from reports.formats.tables.where import loaders_in_words

_WIDTH = 100
_MOST_LINES = 6
_BRIEF = 80


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Neighbouring releases of which the same is said."""

    first: str
    last: str
    verdict: str
    why: str

    @property
    def where(self) -> str:
        # Never "from 2.8 on": of others nothing is said.
        return f"in {self.first}" if self.first == self.last else f"in {self.first} to {self.last}"


def text(named: str, kind: str, predictions: Sequence[Prediction]) -> str:
    """A model for a terminal: a line for each run of releases of each loader."""
    lines = [f"{on_one_line(named)} is a {kind}. Predicted from its bytes, nothing was run:", ""]
    for loader, found in _by_loader(predictions):
        head = f"  {loader:<12}"
        for run in _runs(found):
            lines += _wrapped(head, f"{EXPECTED[run.verdict]} {run.where}{_because(run)}")
            head = " " * len(head)
    return "\n".join(lines)


def at_the_head(plan: Plan, width: int = _WIDTH) -> list[str]:
    """What is predicted of the models of a plan, in a few lines before anything runs."""
    models = [
        (model.as_given, _in_plain_cells(plan.predictions[number]))
        for number, model in enumerate(plan.models)
        if plan.predictions
    ]
    if len(models) == 1:
        told = _of_loaders(models[0][1])
        lines = [line for text in told for line in _wrapped("", text, "    ", width)]
        return ["Predicted from the bytes of the model, before anything runs:", *lines]
    lines = [f"{name}: {_best(found)}" for name, found in models if found]
    more = len(lines) - (_MOST_LINES - 2)
    if more > 1:
        every = call("predict", "MODEL...")
        lines = [*lines[:-more], f"... and {more} more models: {every} has all."]
    return ["Predicted from the bytes of the models, before anything runs:", *lines]


def _of_loaders(predictions: Sequence[Prediction]) -> Iterator[str]:
    """A sentence for loaders of which the same is predicted, and one for all that load nowhere."""
    by_loader = dict(_by_loader(predictions))
    nowhere = [
        name for name, said in by_loader.items() if all(one.verdict == FAILS for one in said)
    ]
    # One that stands alone says why.
    nowhere = nowhere if 1 < len(nowhere) < len(by_loader) else []
    alike: dict[str, list[str]] = {}
    for loader, found in by_loader.items():
        if loader not in nowhere:
            alike.setdefault(_brief(found), []).append(loader)
    yield from (f"{loaders_in_words(loaders)}: {brief}" for brief, loaders in alike.items())
    if nowhere:
        yield f"{loaders_in_words(nowhere)}: {EXPECTED[FAILS]} in all these releases"


def _in_plain_cells(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Those of releases as they are; a loader that only a companion brings has no others."""
    plain = [one for one in predictions if CellId.parse(one.cell).is_plain]
    loaders = {one.loader for one in plain}
    return plain + [one for one in predictions if one.loader not in loaders]


def _by_loader(predictions: Sequence[Prediction]) -> Iterator[tuple[str, list[Prediction]]]:
    for loader in dict.fromkeys(one.loader for one in predictions):
        # One release may have several cells: the first says it.
        found = {one.tensorflow: one for one in reversed(predictions) if one.loader == loader}
        yield loader, list(reversed(found.values()))


def _best(predictions: Sequence[Prediction]) -> str:
    """The loader that asks least of a reader, of those that are predicted to load it, in brief."""
    loaders = dict(_by_loader(predictions))
    loading = [name for name, said in loaders.items() if any(map(_loads, said))]
    loader = min(loading or loaders, key=ease_of)
    return f"{loader} {_brief(loaders[loader])}"


def _loads(one: Prediction) -> bool:
    return one.verdict == LOADS


def _brief(predictions: Sequence[Prediction]) -> str:
    """Where it is predicted to load and what ends that, each reason once and not whole."""
    runs = _runs(predictions)
    near = [
        run
        for place, run in enumerate(runs)
        if any(other.verdict == LOADS for other in runs[max(0, place - 1) : place + 2])
    ]
    told, reasons = list[str](), set[str]()
    for run in near or runs[-1:]:
        because = _briefly(_because(run)) if run.why not in reasons else ""
        reasons.add(run.why)
        told.append(f"{EXPECTED[run.verdict]} {run.where}{because}")
    return "; ".join(told)


def _briefly(because: str) -> str:
    """A reason that is not too long: what is in parentheses at its end goes first."""
    if len(because) > _BRIEF and because.endswith(")"):
        because = because.rpartition(" (")[0] or because
    return textwrap.shorten(because, _BRIEF, placeholder=" …")


def _runs(predictions: Sequence[Prediction]) -> list[_Run]:
    """Runs of the same verdict for the same reason; what loads needs no reason."""
    grouped = itertools.groupby(
        enumerate(predictions),
        lambda pair: (pair[1].verdict, "" if pair[1].verdict == LOADS else pair[1].why),
    )
    runs = []
    for (verdict, why), group in grouped:
        places = [place for place, _ in group]
        runs.append(
            _Run(
                first=_minor(predictions[places[0]]),
                last=_minor(predictions[places[-1]]),
                verdict=verdict,
                why=why,
            )
        )
    return runs


def _minor(one: Prediction) -> str:
    return ".".join(one.tensorflow.split(".")[:2])


def _because(run: _Run) -> str:
    return f": {on_one_line(run.why)}" if run.why else ""


def _wrapped(head: str, line: str, indent: str = "", width: int = _WIDTH) -> list[str]:
    return textwrap.wrap(
        line,
        width,
        initial_indent=head,
        subsequent_indent=indent or " " * len(head),
        break_long_words=False,
    )
