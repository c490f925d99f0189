"""The page of a cause, and the entry of a rule, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from matrix.called import call
from reports.causes.page import CausePage, RuleEntry

_MARGIN = " " * 12


def page_in_words(page: CausePage, width: int = 100) -> str:
    """The page of a cause: meaning, neighbours, remedies, and each rule with what it says."""
    cause = page.cause
    lines = [
        *_labelled("Cause", f"{cause.value} ({cause.title})", width),
        *_labelled("Meaning", cause.definition, width),
        *_labelled("What helps", cause.usual_remedy, width),
        *(line for text in page.remedies for line in _item(text, width)),
    ]
    if page.neighbours:
        lines += ["", "How to tell it from its neighbours:"]
    for other, pairs in page.neighbours:
        lines += ["", f"  {other.value} ({other.title})"]
        for pair in pairs:
            lines += _item(f"{pair.alike} {pair.tell}", width)
    if page.entries:
        lines += ["", f"Rules ({len(page.entries)}):"]
    for entry in page.entries:
        lines += ["", *_short(entry, width)]
    return "\n".join(lines)


def entry_in_words(entry: RuleEntry, width: int = 100) -> str:
    """A rule as it is: what it answers, how certain, to which failures and to which not."""
    lines = [
        *_labelled("Rule", entry.name, width),
        *_labelled("Cause", f"{entry.cause.value} ({entry.certainty.value})", width),
        *_labelled("Certainty", entry.certainty.definition, width),
        *_labelled("Answer", entry.explanation, width),
    ]
    for other in entry.alternatives:
        lines += _labelled("Or", f"{other.cause.value}: {other.in_words}", width)
    if entry.where:
        lines += _labelled("Applies", f"where {' and '.join(entry.where)}", width)
    lines += _labelled("Source", entry.source, width)
    lines += ["", "Examples:"]
    for seen in entry.seen:
        lines += [*(f"    {line}" for line in seen.lines)]
        lines += [f"    ({seen.known})"] if seen.known else []
    if entry.others:
        lines += ["", "Not this, although it looks alike:"]
        lines += [f"    {cause.value}: {seen.in_one_line}" for seen, cause in entry.others]
    if entry.remedies:
        lines += ["", "What to do:"]
    for remedy in entry.remedies:
        lines += _item(remedy.text, width)
        lines += [f"        {line}" for line in remedy.snippet.splitlines()]
    lines += ["", f"More on this cause: {call('explain', f'--cause {entry.cause.value}')}"]
    return "\n".join(lines)


def _short(entry: RuleEntry, width: int) -> Iterator[str]:
    yield f"  {entry.name} ({entry.certainty.value})"
    yield "    " + textwrap.shorten(entry.seen[0].in_one_line, width - 4, placeholder=" …")
    yield from textwrap.wrap(
        entry.explanation, width, initial_indent="    -> ", subsequent_indent="       "
    )


def _labelled(label: str, text: str, width: int) -> list[str]:
    if not text:
        return []
    head = f"{label}:".ljust(len(_MARGIN))
    return textwrap.wrap(head + text, width, subsequent_indent=_MARGIN)


def _item(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="  - ", subsequent_indent="    ")
