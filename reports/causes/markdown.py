"""`docs/reference/causes/`: a page for each cause, and the list of them.

`python -m reports.causes.markdown` writes the pages; a test compares them with the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from matrix.files import write_text
from reports.causes.page import CausePage, RuleEntry, Seen, page_of
from reports.report.cause import Cause, Certainty, Remedy

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "causes"
_MADE = "<!-- Made by `python -m reports.causes.markdown` from the rules; do not edit. -->"


def pages() -> Mapping[str, str]:
    """The text of each file, by its name."""
    made = {f"{cause.value}.md": render(page_of(cause)) for cause in Cause}
    return {"index.md": _index(), **made}


def render(page: CausePage) -> str:
    """The page of a cause."""
    cause = page.cause
    lines = [
        _MADE,
        "",
        f"# {_title(cause)}",
        "",
        f"`{cause.value}`: {_plain(cause.definition)}",
        "",
    ]
    if page.entries:
        lines += ["## What people see", ""]
        lines += [f"- {_line(entry)}" for entry in page.entries] + [""]
    if page.neighbours:
        lines += ["## How to tell it from its neighbours", "", *_neighbours(page)]
    lines += ["## What helps", "", _plain(cause.usual_remedy), ""]
    lines += [f"- {_plain(text)}" for text in page.remedies]
    lines += [""] if page.remedies else []
    if page.entries:
        lines += ["## Rules", ""]
    for entry in page.entries:
        lines += [*_rule(entry), ""]
    return "\n".join(lines).rstrip() + "\n"


def _title(cause: Cause) -> str:
    return cause.title[0].upper() + cause.title[1:]


def _line(entry: RuleEntry) -> str:
    seen = entry.seen[0]
    shown = _code(seen.in_one_line) if seen.lines else _plain(seen.known)
    return f"{shown} ([rule](#{entry.name}))"


def _neighbours(page: CausePage) -> Iterator[str]:
    for other, pairs in page.neighbours:
        yield f"**[{_title(other)}]({other.value}.md)**"
        yield ""
        yield from (f"- {_plain(pair.alike)} {_plain(pair.tell)}" for pair in pairs)
        yield ""


def _rule(entry: RuleEntry) -> Iterator[str]:
    yield from (f"### {entry.name}", "")
    yield from _examples(entry.seen)
    yield from (f"{_plain(entry.explanation)} ({entry.certainty.value})", "")
    for other in entry.alternatives:
        yield f"- Or [{other.cause.title}]({other.cause.value}.md): {_plain(other.in_words)}"
    if entry.remedies:
        yield "- What to do:"
    yield from (f"    - {_remedy(remedy)}" for remedy in entry.remedies)
    if entry.where:
        yield f"- Applies where {_plain(' and '.join(entry.where))}."
    for seen, cause in entry.others:
        link = f"[{cause.title}]({cause.value}.md)"
        yield f"- Looks alike, but is {link}: {_code(seen.in_one_line)}"
    if entry.source:
        yield f"- Source: {_plain(entry.source)}"


def _remedy(remedy: Remedy) -> str:
    """The sentence, with its command where that is one line."""
    short = remedy.snippet and "\n" not in remedy.snippet
    return f"{_plain(remedy.text)} {_code(remedy.snippet)}" if short else _plain(remedy.text)


def _examples(examples: tuple[Seen, ...]) -> Iterator[str]:
    """The failures as they are, set off as code."""
    for seen in examples:
        if seen.lines:
            yield from (*(f"    {line}" for line in seen.lines), "")
        if seen.known:
            yield from (f"With: {_plain(seen.known)}.", "")


def _index() -> str:
    rows = [
        f"| [`{cause.value}`]({cause.value}.md) | {_plain(cause.definition)} "
        f"| {_plain(cause.usual_remedy)} |"
        for cause in Cause
    ]
    certainties = [f"- *{word.value}*: {_plain(word.definition)}" for word in Certainty]
    return "\n".join(
        [
            _MADE,
            "",
            "# Causes",
            "",
            "Each diagnosis names one of these causes and says how certain that is. A page shows "
            "what people see, how to tell the cause from others, what helps, and the rules that "
            "find it. `loadmatrix explain --cause NAME` prints a page, "
            "`loadmatrix explain --rule NAME` one rule.",
            "",
            "| cause | meaning | usual remedy |",
            "|---|---|---|",
            *rows,
            "",
            "## Certainty",
            "",
            *certainties,
            "",
        ]
    )


_CODE = re.compile(r"(`[^`]*`)")


def _plain(text: str) -> str:
    """A sentence of ours: what stands outside of backticks is no markup."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if n % 2 else _escaped(part) for n, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = re.sub(r"([\\*\[\]<>|])", r"\\\1", text)
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)


def _code(text: str) -> str:
    """One line as code, whatever backticks it has."""
    text = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    edge = " " if "`" in text else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def write() -> None:
    """Write all pages, and remove those of causes that are gone."""
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        write_text(FOLDER / name, text)


if __name__ == "__main__":
    write()
