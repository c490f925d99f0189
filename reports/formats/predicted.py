"""Predictions as text: for each loader, the releases in which it is predicted to load, or not."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matrix.called import call
from matrix.catalogue.cell_id import CellId
from matrix.plan.loaders import ease_of
from matrix.plan.plan import Plan
from matrix.plan.prediction import EXPECTED, FAILS, LOADS, PERHAPS_UNCOMPILED, Prediction
from matrix.shown import on_one_line
from reports.formats.plans.own_code import what_to_pass
from reports.formats.tables.where import loaders_in_words
from reports.report.releases.ranges import release_spans

_WIDTH = 100
_MOST_LINES = 6
_BRIEF = 80


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Neighbours among the releases that were asked about, of which the same is said."""

    releases: tuple[str, ...]
    verdict: str
    why: str

    @property
    def where(self) -> str:
        # Never "from 2.8 on": of others nothing is said.
        return f"in {self.span}"

    @property
    def span(self) -> str:
        """`2.8 to 2.10, 2.12`, with no release in a range that was not asked about."""
        return release_spans(self.releases, self.releases).replace(" - ", " to ")

    @property
    def aside(self) -> str:
        """What is open though it is predicted to load."""
        return f" ({PERHAPS_UNCOMPILED})" if self.verdict == LOADS and self.why else ""


def text(named: str, kind: str, predictions: Sequence[Prediction]) -> str:
    """A model for a terminal: a line for each run of releases of each loader."""
    lines = [f"{on_one_line(named)} is a {kind}. Predicted from its bytes, nothing was run:", ""]
    return "\n".join([*lines, *_of_each_loader(predictions)])


def with_packages(packages: str, predictions: Sequence[Prediction]) -> list[str]:
    """The same for the releases beside which the packages that a model asks for have a version."""
    if not packages:
        return []
    if not predictions:
        return ["", f"It asks for {packages}: no version is known for these releases."]
    # What Keras 3 does not read has no use for a package.
    loading = {one.loader for one in predictions if one.verdict != FAILS}
    told = [one for one in predictions if one.loader in loading]
    if not told:
        return ["", f"With {packages} it is predicted to fail as well."]
    head = f"With {packages}, where these releases have a version of it:"
    return ["", *_wrapped("", head, "    "), *_of_each_loader(told)]


def _of_each_loader(predictions: Sequence[Prediction]) -> Iterator[str]:
    for loader, found in _by_loader(predictions):
        head = f"  {loader:<12}"
        for run in _runs(found):
            said = f"{EXPECTED[run.verdict]} {run.where}{run.aside}{_because(run)}"
            yield from _wrapped(head, said)
            head = " " * len(head)


def at_the_head(plan: Plan, width: int = _WIDTH) -> list[str]:
    """What is predicted of the models of a plan, in a few lines before anything runs."""
    models = [
        (model.as_given, _in_plain_cells(plan.predictions[number]))
        for number, model in enumerate(plan.models)
        if plan.predictions
    ]
    if len(models) == 1:
        told = [*_of_loaders(models[0][1]), *_with_companions(plan.predictions[0])]
        told += what_to_pass(plan, models[0][1])
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


def _with_companions(predictions: Sequence[Prediction]) -> Iterator[str]:
    """Where packages that a model asks for make it load, if it loads nowhere without them."""
    if any(map(_loads, _in_plain_cells(predictions))):
        return
    beside: dict[tuple[str, ...], list[Prediction]] = {}
    for one in predictions:
        if not (cell := CellId.parse(one.cell)).is_plain:
            beside.setdefault(cell.labels, []).append(one)
    for labels, found in beside.items():
        if any(map(_loads, found)):
            yield f"with {' and '.join(labels)}: {_best(found)}"


def _in_plain_cells(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Those of releases as they are; a loader that only a companion brings has no others."""
    plain = [one for one in predictions if CellId.parse(one.cell).is_plain]
    loaders = {one.loader for one in plain}
    alone = [
        one
        for one in predictions
        if one.loader not in loaders and CellId.parse(one.cell).labels == (one.loader,)
    ]
    loaders |= {one.loader for one in alone}
    return plain + alone + [one for one in predictions if one.loader not in loaders]


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
    """What is predicted of each release, and what ends where it loads; each reason once."""
    told, reasons = list[str](), set[str]()
    for runs in _by_verdict(_runs(predictions)):
        releases = tuple(itertools.chain.from_iterable(run.releases for run in runs))
        # The reason nearest to where it loads, of those that have several: that of the newest.
        nearest = runs[-1] if not told or runs[-1] is runs[0] else runs[0]
        because = _briefly(_because(nearest)) if nearest.why not in reasons else ""
        if because and len(runs) > 1:
            because = f" ({nearest.span}{because})"
        reasons.add(nearest.why)
        where = replace(nearest, releases=releases).where
        told.append(f"{EXPECTED[nearest.verdict]} {where}{nearest.aside}{because}")
    return "; ".join(told)


def _by_verdict(runs: Sequence[_Run]) -> Iterator[list[_Run]]:
    """Neighbours of one verdict together, for whichever reasons; what loads otherwise is apart."""
    for _, group in itertools.groupby(runs, lambda run: (run.verdict, run.aside)):
        yield list(group)


def _briefly(because: str) -> str:
    """A reason that is not too long: what is in parentheses at its end goes first."""
    if len(because) > _BRIEF and because.endswith(")"):
        because = because.rpartition(" (")[0] or because
    return textwrap.shorten(because, _BRIEF, placeholder=" …")


def _runs(predictions: Sequence[Prediction]) -> list[_Run]:
    """Runs of the same verdict for the same reason; what loads needs no reason."""
    runs = []
    for (verdict, _), found in itertools.groupby(
        predictions, lambda one: (one.verdict, _kind(one))
    ):
        group = list(found)
        why = _kind(group[0]) if verdict == LOADS or len(group) > 1 else group[0].why
        releases = tuple(one.tensorflow for one in group)
        runs.append(_Run(releases=releases, verdict=verdict, why=why))
    return runs


def _kind(one: Prediction) -> str:
    """The reason as it holds for other releases too: those name their own Keras in it."""
    if one.verdict == LOADS:
        return PERHAPS_UNCOMPILED if PERHAPS_UNCOMPILED in one.why else ""
    minor = re.escape(".".join(one.tensorflow.split(".")[:2]))
    why = re.sub(rf"the Keras of TensorFlow {minor}(?![.\d])", "the Keras of that release", one.why)
    return re.sub(rf"\btf-keras {minor}(?![.\d])", "the tf-keras of that release", why)


def _because(run: _Run) -> str:
    return f": {on_one_line(run.why)}" if run.why and run.verdict != LOADS else ""


def _wrapped(head: str, line: str, indent: str = "", width: int = _WIDTH) -> list[str]:
    return textwrap.wrap(
        line,
        width,
        initial_indent=head,
        subsequent_indent=indent or " " * len(head),
        break_long_words=False,
    )
