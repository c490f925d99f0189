"""Finds the exceptions in a pasted text, and which caused which."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.diagnosis.pasted.errors_in_text import around_errors, has_error
from reports.diagnosis.pasted.normalize import normalized
from reports.diagnosis.symptom import Link, Symptom

CHAINED = re.compile(
    r"During handling of the above exception, another exception occurred:|"
    r"The above exception was the direct cause of the following exception:"
)
# An exception as Python, IPython, pytest and mail quoting show it: `> E  a.b.SomeError: words`.
EXCEPTION = re.compile(
    r"^(?:[>|E*`\s]{0,8})(?:[A-Za-z_][\w.]*\.)?"
    r"(?P<kind>[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|NotFound|Defect))"
    r"(?::[ \t]*(?P<message>[^\n]*))?[ \t`*]*$",
    re.MULTILINE,
)
_RELEASE = re.compile(
    r"(?i:\b(?:tensorflow|tf)(?:[-_ ](?:cpu|gpu|intel))?(?:[-_ ]?version)?\W{1,6}v?)(\d\.\d{1,2"
    r"}(?:\.\d+)?)"
)
_MOST = 50_000


def symptom_of(text: str) -> Symptom:
    """The last exception of a text with those it came from, newest first."""
    text = normalized(text)
    sections = [section for section in CHAINED.split(text) if section.strip()]
    links = [link for section in reversed(sections) for link in _links(section)]
    releases = set(_RELEASE.findall(text[:_MOST]))
    told = text if links else around_errors(text)
    newest = links[0] if links else Link(kind="", message=told.strip()[:_MOST])
    return Symptom(
        kind=newest.kind,
        message=newest.message,
        chain=tuple(links[1:]),
        # The end tells most: it is where the exception stands.
        traceback=told[-_MOST:],
        tf_loaded=releases.pop() if len(releases) == 1 else "",
        has_error=has_error(text, links),
    )


def _links(section: str) -> Iterator[Link]:
    """The exception that ends a section: its message goes on until the section does."""
    *_, last = (None, *EXCEPTION.finditer(section))
    if last is not None:
        rest = section[last.end() :].rstrip()
        message = f"{last['message'] or ''}{rest}".strip()
        yield Link(kind=last["kind"], message=message[:_MOST])
