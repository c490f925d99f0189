"""The results of the lock check as text: a table of platforms and releases, and the errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tabulate import tabulate

from matrix.maintenance.lock_check import UV_PLATFORMS, Answer

_LEGEND = (
    "yes: can be installed. source: can be installed, and builds some packages from source. "
    "NO: cannot be installed. ?: could not be checked. -: this release has no TensorFlow there."
)


def lock_table(answers: Sequence[Answer]) -> str:
    """The table, and below it each problem, what was not checked and what is built from source."""
    cells = list(dict.fromkeys(answer.question.cell for answer in answers))
    rows = [[cell, *(_word(_at(answers, cell, place)) for place in UV_PLATFORMS)] for cell in cells]
    table = tabulate(rows, headers=["lock", *UV_PLATFORMS], disable_numparse=True)
    problems = [(answer, answer.problem) for answer in answers if answer.problem]
    unchecked = [(answer, answer.unchecked) for answer in answers if answer.unchecked]
    sources = [(answer, ", ".join(answer.sources)) for answer in answers if answer.sources]
    parts = [table, _LEGEND]
    if problems:
        parts.append("\n".join(["Cannot be installed:", *_lines(problems)]))
    if unchecked:
        parts.append("\n".join(["Could not be checked:", *_lines(unchecked)]))
    if sources:
        parts.append(
            "\n".join(["Built from source (only packages that were checked):", *_lines(sources)])
        )
    return "\n\n".join(parts)


def _at(answers: Iterable[Answer], cell: str, platform: str) -> list[Answer]:
    return [a for a in answers if (a.question.cell, a.question.platform) == (cell, platform)]


def _word(answers: Sequence[Answer]) -> str:
    if not answers:
        return "-"
    bad = [answer.question.python for answer in answers if answer.problem]
    if len(bad) == len(answers):
        return "NO"
    if bad:
        return f"NO on {', '.join(bad)}"
    if any(answer.unchecked for answer in answers):
        return "?"
    return "source" if any(answer.sources for answer in answers) else "yes"


def _lines(noted: Iterable[tuple[Answer, str]]) -> list[str]:
    """One line for each text, with all the places where it holds."""
    places: dict[str, dict[str, list[str]]] = {}
    for answer, text in noted:
        asked = answer.question
        places.setdefault(text, {}).setdefault(f"{asked.cell} {asked.platform}", []).append(
            asked.python
        )
    return [f"  {text}: {_places(where)}" for text, where in places.items()]


def _places(where: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{place} (Python {', '.join(pythons)})" for place, pythons in where.items())
