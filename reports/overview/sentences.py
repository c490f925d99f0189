"""The sentences of an overview: what models do altogether, and what a group shares. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from matrix.results.verdicts import Predicted
from reports.overview.model_state import ModelState, state_of
from reports.overview.obstacles.groups import ObstacleGroup
from reports.overview.obstacles.obstacle import ObstacleKind
from reports.overview.row import OverviewRow
from reports.report.cause import Cause

_MOST_NAMES = 3
_ANY_CALL = "Any call counts; releases that do not read a format do not."
_MOST_SUBJECTS = 4
# What models do, for one and for several; `{where}` are the releases, `{loader}` the call.
_DO: Mapping[ObstacleKind, tuple[str, str]] = {
    ObstacleKind.UNTESTED: ("could not be tested", "could not be tested"),
    ObstacleKind.NOWHERE: ("loads in no tested release", "load in no tested release"),
    ObstacleKind.NEEDS: ("loads only with {where}", "load only with {where}"),
    ObstacleKind.STOPS: ("stops {where}", "stop {where}"),
    ObstacleKind.HOLE: (
        "does not load in {where}, but before and after",
        "do not load in {where}, but before and after",
    ),
    ObstacleKind.CANNOT_RUN: (
        "loads but does not run in {where}",
        "load but do not run in {where}",
    ),
    ObstacleKind.DIFFERS: (
        "gives other outputs in {where} than in the reference",
        "give other outputs in {where} than in the reference",
    ),
    ObstacleKind.NO_ANSWER: ("has no answer in {where}", "have no answer in {where}"),
    ObstacleKind.BEGINS: ("loads only {where}", "load only {where}"),
    ObstacleKind.LOADER_STOPS: (
        "stops {where} with {loader} (not with all loaders)",
        "stop {where} with {loader} (not with all loaders)",
    ),
}


def headline(rows: Sequence[OverviewRow]) -> str:
    """How many models there are, what becomes of each, and in how many something is in the way."""
    counts = Counter(map(state_of, rows))
    told = [f"{counts[state]:,} {state.of(counts[state])}" for state in ModelState if counts[state]]
    cells = len({cell for row in rows for cell, _ in row.verdicts})
    where = f" in {cells} cell{'' if cells == 1 else 's'}" if cells else ""
    predicted = any(word == Predicted.word for row in rows for _, word in row.verdicts)
    aside = " Cells that were only predicted are not counted." if predicted else ""
    return f"{models(len(rows))}{where}: {', '.join(told)}. {_ANY_CALL}{aside}"


def group_sentence(group: ObstacleGroup) -> str:
    """`214 models stop at 2.16 for the same reason: Keras 3 does not read SavedModel folders.`"""
    obstacle, many = group.obstacle, group.size > 1
    does = _DO[group.kind][many].format(where=obstacle.where, loader=obstacle.loader)
    because = " for the same reason" if many else ""
    if many and not group.same:
        because = f" for reasons of the same kind{_titled(obstacle.cause)}, such as"
    reason = f"{because}: {group.reason.rstrip('.')}" if group.reason else ""
    return f"{models(group.size)} {does}{reason}."


def _titled(cause: str) -> str:
    """The cause in parentheses, where it has a title."""
    titles = {one.value: one.title for one in Cause}
    return f" ({titles[cause]})" if cause in titles else ""


def group_details(group: ObstacleGroup, named: Mapping[int, str]) -> list[str]:
    """What it is about, what usually helps, and a few of the models; `named` by place."""
    lines = []
    if len(group.subjects) > 1:
        shown = [f"{subject} ({count:,})" for subject, count in group.subjects[:_MOST_SUBJECTS]]
        lines.append(f"About: {_with_more(shown, len(group.subjects))}.")
    if group.remedies:
        lines.append(_remedy(group))
    shown = [named[place] for place in group.places[:_MOST_NAMES]]
    lines.append(f"{'Models' if group.size > 1 else 'Model'}: {_with_more(shown, group.size)}.")
    return lines


def _remedy(group: ObstacleGroup) -> str:
    text, count = group.remedies[0]
    whom = "" if count == group.size else f" (for {count:,} of {group.size:,})"
    tried = ""
    if group.verified:
        done = "all of them" if group.verified == group.size > 1 else f"{group.verified:,}"
        tried = f" Verified in this run for {done}." if group.size > 1 else " Verified in this run."
    return f"What helps{whom}: {text.rstrip('.')}.{tried}"


def _with_more(shown: Sequence[str], count: int) -> str:
    more = count - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else ", ".join(shown)


def models(count: int) -> str:
    """`1 model`, `1,214 models`."""
    return f"{count:,} model{'' if count == 1 else 's'}"
