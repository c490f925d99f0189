"""Why a verdict is what it is, in one line that is safe to show."""

from __future__ import annotations

from matrix.results.evidence import Evidence
from matrix.results.verdicts import Verdict


def describe(verdict: Verdict) -> str:
    """One line on why a verdict is what it is; empty for most that run."""
    return first_line(_line(verdict.word, verdict.evidence))


def _line(word: str, evidence: Evidence) -> str:
    if (difference := evidence.difference) is not None:
        compared = f"(compared with {evidence.compared_with})"
        return f"{difference.output} {difference.explanation} {compared}"
    if evidence.error is not None:
        kind = first_line(evidence.error.type) or "no exception"
        return f"{word}: {kind}: {first_line(evidence.error.message)}"
    if evidence.exit is not None:
        how = f"{word} ({evidence.exit.detail})"
        return ": ".join(filter(None, [how, evidence.exit.last_words]))
    if evidence.reason is not None:
        return f"{word}: {first_line(evidence.reason)}"
    return evidence.note


def first_line(text: str, most: int = 220) -> str:
    """The first line that says something, short and without control characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= most else line[: most - 1] + "…"
