"""What is said of many models before their cells are run: a few lines, however many they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from matrix.costs.costs import Costs
from matrix.costs.of_run import estimate_of
from matrix.model.facts import format_in_words
from matrix.options.options import Options
from matrix.parts.expected import EVERYWHERE, NOWHERE, SOME, UNKNOWN
from matrix.parts.prepared import PreparedPart
from matrix.plan.untested import Untested
from matrix.shown import on_one_line
from reports.formats.alike import kind_of
from reports.formats.plans.estimated import estimate_sentence
from reports.report.text import first_line

_MOST_REASONS = 5
_MOST_RANGES = 8
_MOST_WHY = 160
_LAST = (SOME, NOWHERE, UNKNOWN)


def about_parts(prepared: Sequence[PreparedPart]) -> Iterator[str]:
    """How many models of which formats there are, which cannot be tested, what is predicted."""
    formats = Counter(row.format for part in prepared for row in part.rows)
    told = ", ".join(
        f"{count:,} x {format_in_words(name)}" for name, count in formats.most_common()
    )
    untested = [model for part in prepared for model in part.untested]
    tested = formats.total()
    yield f"{_models(tested + len(untested))}: {told or 'none of them can be tested'}."
    yield from _untested(untested)
    if tested:
        yield ""
        yield "Predicted from the bytes of the models, before anything runs:"
        yield from _expected(prepared)


def costs_of(prepared: Sequence[PreparedPart], options: Options) -> str:
    """What the run takes on this machine."""
    costs = sum((part.costs for part in prepared), Costs())
    return estimate_sentence(estimate_of(costs, options))


def _expected(prepared: Sequence[PreparedPart]) -> Iterator[str]:
    where = Counter(row.expected for part in prepared for row in part.rows)
    ranges = [name for name, _ in where.most_common() if name not in (EVERYWHERE, *_LAST)]
    shown = [EVERYWHERE, *ranges[:_MOST_RANGES], *_LAST]
    where[SOME] += sum(where[name] for name in ranges[_MOST_RANGES:])
    for name in shown:
        if count := where[name]:
            yield f"  {_models(count)}: {name}"


def _untested(untested: Sequence[Untested]) -> Iterator[str]:
    """Why models cannot be tested, each kind of reason once with an example."""
    if not untested:
        return
    reasons: dict[str, list[Untested]] = {}
    for model in untested:
        reasons.setdefault(kind_of(_reason(model)), []).append(model)
    yield f"{_models(len(untested))} cannot be tested:"
    ordered = sorted(reasons.items(), key=lambda pair: -len(pair[1]))
    for _, models in ordered[:_MOST_REASONS]:
        example = on_one_line(models[0].path)
        same = len(set(map(_reason, models))) == 1
        more = f" and {len(models) - 1:,} more" if len(models) > 1 else ""
        yield f"  {example}{more}{'' if same else ' of the same kind'}: {_reason(models[0])}"
    if left := ordered[_MOST_REASONS:]:
        count = sum(len(models) for _, models in left)
        yield f"  {_models(count)} for other reasons; report.md has them all"


def _reason(model: Untested) -> str:
    """The reason without the name of the model, so that models that share it are told together."""
    why = model.why.replace(model.path, "it").removeprefix("it cannot be tested. ")
    name = re.compile(rf"(?<![\w.-]){re.escape(model.path.rpartition('/')[2])}(?![\w.-])")
    return first_line(on_one_line(name.sub("it", why)), _MOST_WHY)


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count:,} models"
