"""Why a verdict is what it is, in one line that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matrix.results.evidence import Evidence
from matrix.results.verdicts import NOTHING_TO_CALL, Verdict
from reports.report.text import first_line

_OF_THE_PROBE = (NOTHING_TO_CALL, "NoInputs", "NotAKerasModel")
# Colours of a terminal.
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
# Sentences that say where something was raised, or in which order, and not why.
_WHERE = re.compile(
    r"Exception encountered when calling |Graph execution error:|in user code:|Detected at node|"
    r"Error when deserializing class |<class '[^']*'> could not be deserialized properly|Node: |"
    r"<stack traces unavailable>|\d+ root error|\(\d\) |Original stack trace|config=|"
    r"Arguments received by |Function call stack"
)
# How the reason is marked where it does not stand alone.
_SAID = re.compile(
    r"(?:\(0\) |Exception encountered: |(?:\w+\.)*\w*(?:Error|Exception): )(?P<why>.*\S)"
)
_SHORT = 100
# The one that helps before the reason.
_PLACE = "Exception encountered when calling "


def describe(verdict: Verdict) -> str:
    """One line on why a verdict is what it is; empty for most that run."""
    said = verdict.evidence.reason
    if verdict.reason_has_word and said is not None:
        return first_line(said)
    return first_line(_line(verdict.word, verdict.evidence))


def _line(word: str, evidence: Evidence) -> str:
    if (difference := evidence.difference) is not None:
        compared = f"(compared with {evidence.compared_with})"
        return f"{difference.output} {difference.explanation} {compared}"
    if evidence.error is not None:
        kind = first_line(evidence.error.type) or "no exception"
        # The sentences of the probe say all; what it calls them is nobody's business.
        raised = "" if kind in _OF_THE_PROBE else f"{kind}: "
        return f"{word}: {raised}{first_line(telling(evidence.error.message))}"
    if evidence.exit is not None:
        how = f"{word} ({evidence.exit.detail})"
        return ": ".join(filter(None, [how, evidence.exit.last_words]))
    if evidence.reason is not None:
        return f"{word}: {first_line(evidence.reason)}"
    return evidence.note


def telling(message: str) -> str:
    """A message that begins with the sentence that says why, and where before it if that is short.

    Keras and TensorFlow say first where an exception was raised, and why only some lines later.
    """
    lines = _STYLE.sub("", message).splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if not _WHERE.match(first):
        return "\n".join(lines)
    why = next(_reasons(lines), "")
    where = first if len(first) <= _SHORT and first.startswith(_PLACE) else ""
    return " ".join(filter(None, [where, why])) or first


def _reasons(lines: Sequence[str]) -> Iterator[str]:
    """The lines that may say why, the likeliest first."""
    for line in lines:
        if found := _SAID.match(line.strip()):
            yield found["why"]
    for line in lines:
        if line.strip() and line[:1].strip() and not _WHERE.match(line) and "[[" not in line[:4]:
            yield line.strip()
