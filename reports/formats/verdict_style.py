"""How verdicts look wherever there is colour: never colour alone, always a symbol and a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Look:
    """`tone` names a pair of colours in `TONES`; `meaning` is what the legend says."""

    symbol: str
    tone: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Tone:
    """A fill and the ink on it, on light and on dark pages; each pair has a contrast of 4.5."""

    fill: str
    ink: str
    dark_fill: str
    dark_ink: str


TONES: Mapping[str, Tone] = {
    "good": Tone(fill="#d9f2df", ink="#125a28", dark_fill="#12381f", dark_ink="#8ae0a0"),
    "fair": Tone(fill="#dcecf8", ink="#0f4f7d", dark_fill="#11324c", dark_ink="#90caf4"),
    "warn": Tone(fill="#faedc0", ink="#664400", dark_fill="#3b2d08", dark_ink="#eccb6a"),
    "bad": Tone(fill="#fbdfdc", ink="#8f1f19", dark_fill="#481a17", dark_ink="#ffa49b"),
    "died": Tone(fill="#efe1f7", ink="#64218a", dark_fill="#371a48", dark_ink="#dcacf6"),
    "wall": Tone(fill="#fce5d2", ink="#7c3b00", dark_fill="#41260f", dark_ink="#f6b885"),
    "none": Tone(fill="#e8ebee", ink="#434b55", dark_fill="#272d35", dark_ink="#b6bfca"),
    "faint": Tone(fill="#f6f7f9", ink="#59626d", dark_fill="#181d23", dark_ink="#97a2af"),
}

# Symbols from blocks of Unicode that the fonts of all systems have, none of them an emoji.
LOOKS: Mapping[str, Look] = {
    "runs": Look(
        symbol="✓", tone="good", meaning="loaded and ran; the outputs match the reference"
    ),
    "differs": Look(
        symbol="≠",
        tone="warn",
        meaning="loaded and ran; the outputs differ by more than the tolerance",
    ),
    "loads": Look(symbol="◐", tone="fair", meaning="loaded, but could not be called"),
    "fails": Look(symbol="✗", tone="bad", meaning="this release cannot load the model this way"),
    "crashed": Look(symbol="↯", tone="died", meaning="the process died"),
    "timed-out": Look(symbol="◷", tone="died", meaning="it took longer than --timeout"),
    "out-of-memory": Look(symbol="▲", tone="died", meaning="it needed more memory than --memory"),
    "blocked": Look(
        symbol="⊘",
        tone="wall",
        meaning="the isolation blocked something that the model tried to do",
    ),
    "broken": Look(symbol="⊠", tone="none", meaning="`import tensorflow` itself fails here"),
    "unavailable": Look(symbol="∅", tone="none", meaning="no environment could be built"),
    "not-applicable": Look(
        symbol="\N{EN DASH}", tone="faint", meaning="this loader does not exist here"
    ),
    "not-run": Look(symbol="○", tone="none", meaning="planned, but the run ended first"),
}
_UNKNOWN = Look(symbol="?", tone="none", meaning="a verdict that this version does not know")


def look(verdict: str) -> Look:
    """The look of a verdict, of one from a newer version too."""
    return LOOKS.get(verdict, _UNKNOWN)
