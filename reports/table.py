"""One table value per model, from which every format is rendered. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from matrix import verdicts
from matrix.loaders import LOADERS
from matrix.results import CellResult, CheckResult, ModelResult
from matrix.verdicts import Verdict

_RUN = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell: `words` holds a phrase per column, empty where a loader was not planned."""

    cell: str
    python: str
    keras: str
    verdict: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Note:
    """What stands below the table: several cells that failed alike, `where` in few words, and how.

    `loader` is empty where it holds for the whole cell.
    """

    cells: tuple[str, ...]
    loader: str
    text: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows sorted by release, one column per loader, notes on what did not run."""

    title: str
    loaders: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]


def make_table(title: str, result: ModelResult) -> Table:
    """The table of one model."""
    present = {check.loader for cell in result.cells for check in cell.checks}
    loaders = tuple(loader for loader in LOADERS if loader in present)
    return Table(
        title=first_line(title),
        loaders=loaders,
        rows=tuple(_row(cell, loaders) for cell in result.cells),
        notes=tuple(_notes(result.cells)),
    )


def _row(cell: CellResult, loaders: Sequence[str]) -> Row:
    return Row(
        cell=cell.cell.id,
        python=first_line(str(cell.environment.get("python") or cell.cell.python)),
        keras=first_line(cell.keras),
        verdict=cell.verdict.word,
        words=tuple(_words(cell.best(loader)) for loader in loaders),
    )


def in_words(cell: CellResult) -> str:
    """One line on a cell, e.g. `saved_model runs, keras fails`."""
    loaders = dict.fromkeys(check.loader for check in cell.checks)
    return ", ".join(f"{loader} {_words(cell.best(loader))}" for loader in loaders)


def _words(check: CheckResult | None) -> str:
    """The verdict with what a reader needs to take it right, e.g. `crashed (SIGSEGV)`."""
    if check is None:
        return ""
    word = check.verdict.word
    match check.verdict:
        case verdicts.Crashed() | verdicts.TimedOut() | verdicts.OutOfMemory():
            stage = ", loaded" if check.stage == "run" else ""
            return f"{word} ({check.verdict.detail}{stage})"
        case _:
            plain = check.variant is None or check.variant == "compile=True"
            simple = plain or not verdicts.is_load(check.verdict)
            return word if simple else f"{word} ({first_line(str(check.variant))})"


def _notes(cells: Sequence[CellResult]) -> Iterator[Note]:
    """Why cells are not `runs`, each reason once with all the cells it holds for."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        whole = {describe(check.verdict) for check in cell.checks}
        for loader in dict.fromkeys(check.loader for check in cell.checks):
            check = cell.best(loader)
            if check is None or not (text := describe(check.verdict)):
                continue
            # What holds for the whole cell is said once, not once per loader.
            shared = len(whole) == 1 and not verdicts.is_answer(check.verdict)
            key = ("" if shared else loader, text)
            if cell.cell.id not in grouped.setdefault(key, []):
                grouped[key].append(cell.cell.id)
    order = [cell.cell.id for cell in cells]
    for (loader, text), names in grouped.items():
        where = f"{loader} in {spans(names, order)}" if loader else spans(names, order)
        yield Note(cells=tuple(names), loader=loader, text=text, where=where)


def spans(names: Sequence[str], order: Sequence[str]) -> str:
    """Cells in few words, neighbours drawn together: `2.6.5, 2.16.2 to 2.21.0`.

    Plain cells and those with something beside TensorFlow are neighbours among their own kind.
    """
    parts = []
    for extra in (False, True):
        kind = [name for name in order if ("+tf_keras" in name) is extra]
        places = [place for place, name in enumerate(kind) if name in names]
        for _, run in itertools.groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
            found = [kind[place] for _, place in run]
            parts += found if len(found) < _RUN else [f"{found[0]} to {found[-1]}"]
    return ", ".join(parts)


def describe(verdict: Verdict) -> str:
    """One line on why a verdict is what it is; empty for `runs`."""
    return first_line(_reason(verdict))


def _reason(verdict: Verdict) -> str:
    match verdict:
        case verdicts.Runs():
            return ""
        case verdicts.Differs():
            return f"{verdict.output} {verdict.explanation} (compared with {verdict.compared_with})"
        case verdicts.Loads() | verdicts.Fails():
            message = first_line(str(verdict.error.get("message", "")))
            kind = first_line(str(verdict.error.get("type", ""))) or "no exception"
            return f"{verdict.word}: {kind}: {message}"
        case verdicts.Crashed() | verdicts.TimedOut() | verdicts.OutOfMemory():
            return ": ".join([f"{verdict.word} ({verdict.detail})", *_last_words(verdict.log)])
        case verdicts.Blocked() | verdicts.Broken() | verdicts.Unavailable():
            return f"{verdict.word}: {first_line(verdict.reason)}"
        case verdicts.NotApplicable() | verdicts.NotRun():
            return f"{verdict.word}: {verdict.reason}"
        case _:
            assert_never(verdict)


# How the C++ side says why it gives up, before Python shows where.
_LAST_WORDS = re.compile(r" F .*\.(cc|h):\d+\]|Check failed|terminate called|Assertion|free\(\)")


def _last_words(log: str) -> list[str]:
    """The line that tells most of how a process died."""
    lines = [line for line in log.splitlines() if line.strip()]
    said = [line for line in lines if _LAST_WORDS.search(line)]
    fatal = [line for line in lines if line.startswith("Fatal Python error")]
    return said[-1:] or fatal[-1:] or lines[-1:]


def first_line(text: str, most: int = 220) -> str:
    """The first line that says something, short and without control characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"
