"""Why a verdict is what it is, in one line that is safe to show."""

from __future__ import annotations

import re
from typing import assert_never

from matrix.results import verdicts
from matrix.results.verdicts import Verdict


def describe(verdict: Verdict) -> str:
    """One line on why a verdict is what it is; empty for most that run."""
    return first_line(_reason(verdict))


def _reason(verdict: Verdict) -> str:
    match verdict:
        case verdicts.Runs():
            return verdict.note
        case verdicts.Differs():
            return f"{verdict.output} {verdict.explanation} (compared with {verdict.compared_with})"
        case verdicts.Loads() | verdicts.Fails():
            message = first_line(str(verdict.error.get("message", "")))
            kind = first_line(str(verdict.error.get("type", ""))) or "no exception"
            return f"{verdict.word}: {kind}: {message}"
        case verdicts.Crashed() | verdicts.TimedOut() | verdicts.OutOfMemory():
            return ": ".join([f"{verdict.word} ({verdict.detail})", *last_words(verdict.log)])
        case verdicts.Blocked() | verdicts.Broken() | verdicts.Unavailable():
            return f"{verdict.word}: {first_line(verdict.reason)}"
        case verdicts.NotApplicable() | verdicts.NotRun():
            return f"{verdict.word}: {verdict.reason}"
        case _:
            assert_never(verdict)


# How the C++ side says why it gives up, before Python shows where.
_LAST_WORDS = re.compile(r" F .*\.(cc|h):\d+\]|Check failed|terminate called|Assertion|free\(\)")


def last_words(log: str) -> list[str]:
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
