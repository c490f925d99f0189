"""The verdicts, as their classes describe them."""

from __future__ import annotations

from docs.tables.markdown import code, sentence, table
from matrix.results.verdict import Verdict
from matrix.results.verdicts import kinds


def verdicts() -> str:
    """A row for each: what it means, and what it says about whether the model loads."""
    rows = [
        (f"{kind.symbol} {code(kind.word)}", sentence(kind.meaning), _loads(kind), _junit(kind))
        for kind in kinds()
    ]
    return table(("verdict", "meaning", "does the model load?", "in `junit.xml`"), rows)


def _loads(kind: type[Verdict]) -> str:
    if kind.answer is None:
        return "not known"
    if not kind.is_answer:
        return "no, so it was not tried"
    return "yes" if kind.answer else "no"


def _junit(kind: type[Verdict]) -> str:
    return kind.outcome.value
