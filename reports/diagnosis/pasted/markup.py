"""Notebooks, web pages and terminals: texts in JSON, tags, entities and colours."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

_TAGS = (
    "a|abbr|article|b|blockquote|body|br|code|details|div|em|font|h[1-6]|head|hr|html|i|img|kbd|li"
    "|main|meta|ol|p|pre|s|samp|section|small|span|strong|sub|summary|sup|table|tbody|td|th|thead"
    "|tr|tt|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,9}/?>|</(?:p|div|li|tr|h[1-6]|blockquote|pre)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:lt|gt|quot|amp|nbsp|apos|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_FEW = 2
_COLOUR = re.compile(
    r"(?:\x1b|\N{SYMBOL FOR ESCAPE}|\^\[|\\x1b|\\033|\\u001b)"
    r"(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[()][AB0]|[=>78])"
    # Where only the escape itself was lost.
    r"|\[(?:\d{1,3};){0,5}\d{1,3}m|\[0?K(?=\s|$)"
)
# Line breaks that are written out: of a traceback, before an indent, an empty line.
_ESCAPED = re.compile(r"Traceback \(most recent call last\):\\n|\\n {2,}|(?:\\n){2}")
# Bold text of a forum; `**kwargs` and `2**3` are none.
_BOLD = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])((?:(?!\*\*).){1,600}?)(?<=\S)\*\*(?![\w*])", re.DOTALL
)
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def from_notebook(text: str) -> str:
    """The tracebacks of a notebook or of one of its outputs; another text as it is."""
    bare = text.strip()
    if not bare.startswith(("{", "[")) or '"traceback"' not in bare:
        return text
    try:
        document = json.loads(bare)
    except (ValueError, RecursionError):
        return text
    lines = [line for traceback in _tracebacks(document) for line in traceback]
    return "\n".join(lines) or text


def _tracebacks(document: Any) -> Iterator[list[str]]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            lines = node.get("traceback")
            if isinstance(lines, list):
                yield [str(line) for line in lines]
            waiting += reversed(list(node.values()))
        elif isinstance(node, list):
            waiting += reversed(node)


def without_escapes(text: str) -> str:
    """A text that was written as one string of JSON or Python, with its line breaks."""
    if text.strip().count("\n") > _FEW or not _ESCAPED.search(text):
        return text
    lines = text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\t", "\t")
    return lines.replace('\\"', '"').replace("\\'", "'")


def without_tags(text: str) -> str:
    """A piece of a web page as text; `<class 'str'>` is no tag of HTML."""
    if len(_TAG.findall(text)) >= _FEW:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if _ENTITY.search(text):
        text = html.unescape(text)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def without_bold(text: str) -> str:
    """Without the stars that a forum writes around bold words."""
    return _BOLD.sub(r"\1", text)


def without_colours(text: str) -> str:
    """Without the codes that colour a terminal."""
    return _COLOUR.sub("", text)


def without_controls(text: str) -> str:
    """One kind of line break, and nothing that cannot be seen."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub(" ", _INVISIBLE.sub("", text))
