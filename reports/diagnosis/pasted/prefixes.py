"""What stands before each line in logs, mails, listings and test reports."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TIME = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
_LEVEL = r"(?:DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE|TRACE)"
# Nobody writes these by hand: they go wherever they stand.
_CERTAIN = (
    # Lines of a container as Kubernetes keeps and shows them.
    rf"{_TIME} (?:stdout|stderr) [FP] ",
    r"\[pod/[\w.-]{1,120}/[\w.-]{1,120}\] ",
    # C++: `2024-01-02 03:04:05.1234: E tensorflow/core/file.cc:12] `, `E0000 00:00:17.5 9 a.cc:1] `
    rf"(?:{_TIME}: )?[IWEF] [\w./\\:-]{{3,200}}:\d{{1,6}}\] ",
    r"[IWEF]\d{4} \d\d:\d\d:[\d.]{2,20} +\d{1,9} [\w./\\:-]{1,200}:\d{1,6}\] ",
    # Of a system, of a runner of jobs, of the logging of Python.
    r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,80} [\w./@-]{1,80}(?:\[\d{1,9}\])?: ",
    rf"\[?{_TIME}\]?(?: [|-] |[:,]? |$)",
    r"##\[(?:error|warning|debug|group|command)\]",
    rf"\[?{_LEVEL}\]?(?::[\w.]{{1,80}}:| - |(?<=\]):? |: (?=\S+ ?\())",
    rf"[\w.]{{1,80}} - {_LEVEL} - ",
    # pytest and IPython.
    r"E(?: {3}| {1,2}(?=\S)|$)",
    r"!! ",
)
# These may be part of a text: they go where most lines have them.
_REPEATED = (
    r"[\w./-]{1,80} {1,40}\| ?",
    r"(?:> ?){1,5}",
    r"\| ",
    r" {0,8}\d{1,6}(?:\t|[:|] ?)",
    r"[#*] ",
)
_MOST_OF_THEM = 0.6
_LEAST_LINES = 3
_ROUNDS = 5
_CERTAINLY = re.compile("|".join(f"(?:{pattern})" for pattern in _CERTAIN))
_MAYBE = tuple(map(re.compile, _REPEATED))
# A box that a terminal draws around a traceback.
_FRAME = re.compile(r"^[\u2502\u2503\u2551] ?(.*?) *[\u2502\u2503\u2551]$")


def without_prefixes(text: str) -> str:
    """Each line as the program wrote it. One log is often kept within another."""
    lines = [_FRAME.sub(r"\1", line) for line in text.split("\n")]
    for _ in range(_ROUNDS):
        shorter = _without_repeated([_without_certain(line) for line in lines])
        if shorter == lines:
            break
        lines = shorter
    return "\n".join(lines)


def _without_certain(line: str) -> str:
    found = _CERTAINLY.match(line)
    return line[found.end() :] if found and found.end() else line


def _without_repeated(lines: Sequence[str]) -> list[str]:
    written = [line for line in lines if line.strip()]
    for pattern in _MAYBE:
        having = sum(bool(pattern.match(line)) for line in written)
        if having >= _LEAST_LINES and having >= _MOST_OF_THEM * len(written):
            return [
                pattern.sub("", line, count=1) if pattern.match(line) else line for line in lines
            ]
    return list(lines)
