"""How to load the model, per range of releases: the way that loaded it there. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.catalogue.registration import NO_HANDOVER
from matrix.options.custom_objects import CustomObjects
from matrix.plan.loaders import call_of, function_of
from matrix.plan.snippet import ShownCell, ShownModel, quoted
from matrix.plan.variant import Variant
from reports.build.remedies.own_objects import in_words, own_snippet
from reports.build.remedies.ranking import demand
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import cell_spans
from reports.report.summary_report import LoadingAdvice

_Choice = tuple[CellReport, CheckReport]


@dataclass(frozen=True, kw_only=True)
class ChosenWay:
    """One way to load, for some releases: what a report says of it, and what it calls.

    `check` is that of its newest cell: it does in the others what it does there. `needs` is a
    sentence on what a reader must have for it.
    """

    advice: LoadingAdvice
    call: str
    releases: frozenset[str]
    check: CheckReport
    needs: str = ""


def choose_ways(
    model: ModelReport, subject: ShownModel, given: CustomObjects | None = None
) -> tuple[ChosenWay, ...]:
    """A way for every release that loads the model, neighbours with the same way drawn together.

    `given` are the custom objects that the caller gave in every cell.
    """
    order = [cell.id for cell in model.cells]
    ways = []
    for (text, _, _), group in itertools.groupby(
        _choices(model), key=lambda choice: _way(subject, choice, given)
    ):
        chosen = list(group)
        cells = tuple(cell.id for cell, _ in chosen)
        check = chosen[-1][1]
        ways.append(
            ChosenWay(
                advice=LoadingAdvice(
                    releases=cell_spans(cells, order),
                    cells=cells,
                    snippet=text,
                    install=_installed([cell for cell, _ in chosen]),
                    loader=check.loader,
                    variant=check.variant,
                ),
                call=call_in_words(text, check.loader, subject),
                releases=frozenset(cell.tensorflow for cell, _ in chosen),
                check=check,
                needs=in_words(text, given),
            )
        )
    return tuple(ways)


def call_in_words(text: str, loader: str, subject: ShownModel) -> str:
    """The call of a snippet for a sentence, `path` in the place of the path.

    What is more than statements before one call, such as a session, has the words of its loader.
    """
    head, _, code = text.partition("\n\n")
    lines = [line for line in code.splitlines() if line]
    calls = [place for place, line in enumerate(lines) if line.startswith("model = ")]
    steps = [line.removeprefix("model = ") for line in lines[: calls[0] + 1]] if calls else []
    if not steps or any(step.startswith(_NO_CALLS) or step.endswith("(") for step in steps):
        words = call_of(loader, subject.format)
        return re.sub(r"^[\w.]+\.\w+", lambda name: f"`{name[0]}`", words)
    written = [step.replace(quoted(subject.path), "path") for step in steps]
    if not all(map(_PLAIN_CALL.fullmatch, written)):
        # What else a model calls its parts is for the snippet.
        written = [function_of(loader)]
    return ", then ".join(f"`{step}`" for step in (*_registering(head, code), *written))


def _registering(head: str, code: str) -> Iterator[str]:
    """The imports that the code below them never names: they register what the model is made of."""
    for line in head.splitlines():
        found = re.fullmatch(r"import ([\w.]+)", line)
        if found and not re.search(rf"\b{re.escape(found[1])}\b", code):
            yield line


# Parts of a block, and what is no call.
_PLAIN_CALL = re.compile(r"[A-Za-z0-9_ .,:()='\"/\[\]{}*+-]{1,160}")
_NO_CALLS = (" ", "with ", "import ", "from ", "os.", "graph_def = ")


def _choices(model: ModelReport) -> Iterator[_Choice]:
    """The best check of each release: of its plain cell, or of one with something beside it."""
    for _, group in itertools.groupby(model.cells, key=lambda cell: cell.tensorflow):
        loading = [
            (cell, check)
            for cell in group
            for check in cell.checks
            # What another runtime loads says nothing of this release.
            if check.loads and not check.ending and not cell.runtime
        ]
        if loading:
            yield min(loading, key=lambda choice: _preference(choice, model.format))


def _preference(choice: _Choice, kind: str) -> tuple[float, ...]:
    """What runs comes first, then what asks least of a reader."""
    cell, check = choice
    return check.rank, *demand(check.loader, kind, beside=not cell.plain)


def _way(
    subject: ShownModel, choice: _Choice, given: CustomObjects | None
) -> tuple[str, tuple[str, ...], float]:
    """What tells one way from another: the code, the packages, and whether it runs that way."""
    cell, check = choice
    shown = ShownCell(
        tensorflow=cell.tensorflow,
        imports=cell.imports or (),
        handover=cell.handover or NO_HANDOVER,
        variables=cell.variables or {},
    )
    given = None if check.without_objects else given
    text = own_snippet(check.loader, Variant.parse(check.variant), subject, shown, given)
    return text, tuple(map(package_of, beside(cell))), check.rank


def beside(cell: CellReport) -> tuple[str, ...]:
    """What a cell that is not plain has beside TensorFlow, e.g. `tf-keras==2.16.*`."""
    return () if cell.plain else tuple(cell.requirements or cell.companions.values())


def _installed(cells: Sequence[CellReport]) -> str:
    """What those cells have beside TensorFlow; without versions where each has another."""
    wanted = {" ".join(beside(cell)) for cell in cells}
    return wanted.pop() if len(wanted) == 1 else " ".join(map(package_of, beside(cells[-1])))


def package_of(requirement: str) -> str:
    """The name of the package in a requirement: `tf-keras` of `tf-keras==2.16.*`."""
    return re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0]
