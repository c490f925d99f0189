"""The commands in blocks for a shell, and which of them are calls of Loadmatrix."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.documents.blocks import Block

# What ends a command within a line.
_ENDS = {"|", "||", "&&", ";", "&", "(", ")", "<(", ">", ">>", "<", "2>"}
_LAUNCHERS = (
    ["uvx", "--from", "."],
    ["uvx"],
    ["pipx", "run"],
    ["uv", "tool", "run"],
    ["python", "-m"],
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A command that a page shows, and its output if it shows that."""

    command: str
    output: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of ours: the session, `loadmatrix` for the command itself, and its words."""

    session: str
    words: tuple[str, ...]


def commands_of(block: Block) -> list[Shown]:
    """The commands of a block in their order.

    In `console`, a command begins with `$ ` and is followed by its output. In `sh` each line is a
    command. A backslash at the end of a line joins it with the next, which may begin with `> `.
    """
    found: list[Shown] = []
    open_line = False
    for number, line in enumerate(block.text.splitlines(), block.line):
        begins = block.language == "sh" or line.startswith("$ ")
        text = line.removeprefix("$ ") if block.language == "console" else line
        if open_line:
            last = found.pop()
            more = f"{last.command}\n{line.removeprefix('> ')}"
            found.append(Shown(command=more, output="", line=last.line))
        elif begins and text.strip() and not text.lstrip().startswith("#"):
            found.append(Shown(command=text, output="", line=number))
        elif found and not begins:
            last = found.pop()
            more = f"{last.output}{line}\n"
            found.append(Shown(command=last.command, output=more, line=last.line))
        open_line = bool(found) and not found[-1].output and line.endswith("\\")
    return found


def calls_in(command: str) -> Iterator[Call]:
    """The calls of ours in a command line, however they are started."""
    lexer = shlex.shlex(command.replace("\\\n", " "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word not in _ENDS:
            words.append(word)
            continue
        if (call := _call(words)) is not None:
            yield call
        words = []


def _call(words: list[str]) -> Call | None:
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    for launcher in _LAUNCHERS:
        if words[: len(launcher)] == launcher:
            words = words[len(launcher) :]
    if words[:1] == ["loadmatrix"]:
        return Call(session="loadmatrix", words=tuple(words[1:]))
    if words[:2] == ["nox", "-s"] and len(words) > 2:
        after = words[words.index("--") + 1 :] if "--" in words else []
        return Call(session=words[2], words=tuple(after))
    return None
