"""Text that a model wrote, for people: every character is what it seems.

Colours, line breaks and direction marks in the name of a layer would make a terminal or a page show
something else than is there. They are written out as escapes: `\\x1b`, `\\n`, `\\u202e`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACES = "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{FIGURE SPACE}"


def on_one_line(text: str) -> str:
    """A name or a sentence on one line, whatever is in it."""
    return text if text.isprintable() else "".join(map(_visible, text))


def on_lines(text: str) -> str:
    """The same for a text of several lines, which keeps them and its tabs."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(on_one_line(part) for part in line.split("\t")) for line in lines)


# An absolute path: within quotes it may have blanks. A part of a longer word is none.
PATH = re.compile(
    r"""(?<=["'])(?:[A-Za-z]:)?[\\/][^"'\n]*(?=["'])"""
    r"""|(?<![\w.:~/\\-])(?:[A-Za-z]:)?[\\/][^\s"'<>|:,;()]*"""
)
# What is below these is the same on every machine: packages, Python's own files, our probe, and
# whatever else an environment of ours has.
_ABOVE = (
    re.compile(r".*[\\/](?:site|dist)-packages[\\/](?=.)"),
    re.compile(r".*[\\/]lib(?:64)?[\\/]python3\.\d+[\\/](?=.)"),
    re.compile(r".*[\\/](?=probe[\\/][\w\\/]+\.py)"),
    re.compile(r".*[\\/]envs[\\/]\d[^\\/]*-py3\.\d+-[0-9a-f]{6,}[\\/](?=.)"),
)


def without_environments(text: str) -> str:
    """A text whose files of packages and of Python are named as in every environment."""
    if "/" not in text and "\\" not in text:
        return text
    return PATH.sub(lambda found: below_environment(found[0]), text)


def below_environment(path: str) -> str:
    """`keras/__init__.py` of `/x/lib/python3.11/site-packages/keras/__init__.py`."""
    found = next(filter(None, (above.match(path) for above in _ABOVE)), None)
    return path[found.end() :] if found else path


def some_of(names: Sequence[str], most: int) -> str:
    """The first `most` names of a list, and how many more there are: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character in _SPACES else character.encode("unicode_escape").decode("ascii")
