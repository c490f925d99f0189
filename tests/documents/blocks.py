"""What documents show: blocks of code, the files that a reader makes of them, code in sentences.

A block after a sentence that ends with the name of a file and a colon is that file, and one after
a sentence that begins with "Add" comes to its end. So a page can be followed by a test as a reader
would, and needs no marks that nobody else understands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
# A changelog is history: it shows what there was.
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "probe/*.md", "tests/hostile/*.md")
    for page in ROOT.glob(pattern)
    if page.name != "CHANGELOG.md"
)
SHELL = ("console", "sh")
_PARSER = MarkdownIt("commonmark").enable("table")
_FILE = re.compile(r"`([\w./-]+)`:$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code; `line` is that of its first line in the page."""

    language: str
    text: str
    line: int
    file: str | None = None
    adds: bool = False


def shown(page: Path) -> str:
    """The name of a page in test ids."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page in their order; indented ones have no language."""
    return list(_blocks(page.read_text(encoding="utf-8"), 0))


def _blocks(text: str, above: int) -> Iterator[Block]:
    sentence = ""
    for token in _PARSER.parse(text):
        if token.type == "inline":
            sentence = token.content
        elif token.type in ("fence", "code_block"):
            first = above + (token.map[0] if token.map else 0) + 1
            if token.info.startswith("{"):
                # A directive of MyST, such as a note: what is in it is Markdown.
                yield from _blocks(token.content, first)
            else:
                yield _block(token, sentence, first + (token.type == "fence"))
            sentence = ""


def _block(token: Token, sentence: str, line: int) -> Block:
    language = token.info.split(" ")[0]
    named = None if language in SHELL else _FILE.search(sentence)
    return Block(
        language=language,
        text=token.content,
        line=line,
        file=named[1] if named else None,
        adds=sentence.startswith("Add"),
    )


def spans_of(page: Path) -> list[str]:
    """The code in the sentences and tables of a page."""
    tokens = _PARSER.parse(page.read_text(encoding="utf-8"))
    # A table needs its pipes escaped.
    return [
        child.content.replace("\\|", "|")
        for token in tokens
        for child in token.children or ()
        if child.type == "code_inline"
    ]
