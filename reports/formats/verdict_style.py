"""The palette of verdicts; a colour is always shown with a symbol and a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matrix.plan.prediction import FAILS, LOADS, UNKNOWN
from matrix.results.verdicts import Fails, Predicted, Runs, kind_of, kinds


@dataclass(frozen=True, kw_only=True)
class Tone:
    """A fill and the ink on it, on light and on dark pages; each pair has a contrast of 4.5.

    `hollow` says that the fill is that of the page, and a broken line in the ink goes around it.
    """

    fill: str
    ink: str
    dark_fill: str
    dark_ink: str
    hollow: bool = False


# By the `tone` of a verdict.
TONES: Mapping[str, Tone] = {
    "good": Tone(fill="#d9f2df", ink="#125a28", dark_fill="#12381f", dark_ink="#8ae0a0"),
    "fair": Tone(fill="#dcecf8", ink="#0f4f7d", dark_fill="#11324c", dark_ink="#90caf4"),
    "warn": Tone(fill="#faedc0", ink="#664400", dark_fill="#3b2d08", dark_ink="#eccb6a"),
    "bad": Tone(fill="#fbdfdc", ink="#8f1f19", dark_fill="#481a17", dark_ink="#ffa49b"),
    "died": Tone(fill="#efe1f7", ink="#64218a", dark_fill="#371a48", dark_ink="#dcacf6"),
    "wall": Tone(fill="#fce5d2", ink="#7c3b00", dark_fill="#41260f", dark_ink="#f6b885"),
    "none": Tone(fill="#e8ebee", ink="#434b55", dark_fill="#272d35", dark_ink="#b6bfca"),
    "faint": Tone(fill="#f6f7f9", ink="#59626d", dark_fill="#181d23", dark_ink="#97a2af"),
    "hollow": Tone(
        fill="#ffffff", ink="#4b5563", dark_fill="#12161b", dark_ink="#b6bfca", hollow=True
    ),
}

# A prediction has its own symbol only where it is unknown; the hollow tone tells it from results.
_EXPECTED: Mapping[str, str] = {
    LOADS: Runs.symbol,
    FAILS: Fails.symbol,
    UNKNOWN: Predicted.symbol,
}


def symbol_of(verdict: str, expected: str = UNKNOWN) -> str:
    """The symbol of a verdict; `expected` is what was predicted where that is all there is."""
    return _EXPECTED[expected] if verdict == Predicted.word else kind_of(verdict).symbol


def classes_of(verdict: str, expected: str = UNKNOWN) -> str:
    """The classes of a verdict in the style sheet of the page."""
    return f"v {verdict} expects-{expected}" if verdict == Predicted.word else f"v {verdict}"


def rules() -> Iterator[str]:
    """The style sheet of all verdicts: colours, symbols, and the broken line of what is hollow."""
    for verdict in kinds():
        tone = TONES[verdict.tone]
        line = ";outline:1px dashed var(--ink);outline-offset:-1px" if tone.hollow else ""
        yield f".{verdict.word}{{{_colours(tone)};--symbol:'{verdict.symbol}'{line}}}"
    for expected, symbol in _EXPECTED.items():
        yield f".expects-{expected}{{--symbol:'{symbol}'}}"
    for name, tone in TONES.items():
        yield f".tone-{name}{{{_colours(tone)}}}"


def _colours(tone: Tone) -> str:
    fill = f"--fill:light-dark({tone.fill},{tone.dark_fill})"
    return f"{fill};--ink:light-dark({tone.ink},{tone.dark_ink})"
