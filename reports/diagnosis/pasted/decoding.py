"""Bytes as text, in the encoding that they seem to have."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # The mark of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096
_MOSTLY = 0.4
# Chinese writes words of several characters, two bytes each; European letters stand alone.
_CHINESE = re.compile(rb"[\x81-\xfe][\x40-\xfe][\x81-\xfe][\x40-\xfe]")
_SEVERAL = re.compile(rb"[\x81-\xfe]{4}")


def decoded(data: bytes) -> str:
    """The text: UTF-8, UTF-16 (PowerShell writes it) or what an old Windows console writes."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if encoding := _without_mark(data[:_HEAD]):
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # One damaged letter, or an end in the middle of one, does not make another encoding.
        if _is_utf_8(data) or error.start > len(data) - 4:
            return data.decode("utf-8", "replace")
    return data.decode("gb18030" if _is_chinese(data) else "cp1252", "replace")


def _without_mark(head: bytes) -> str:
    """UTF-16 of English has a zero in each second byte."""
    half = len(head) // 2
    if half and head[1::2].count(0) > _MOSTLY * half and head[0::2].count(0) < half / 10:
        return "utf-16-le"
    if half and head[0::2].count(0) > _MOSTLY * half and head[1::2].count(0) < half / 10:
        return "utf-16-be"
    return ""


def _is_utf_8(data: bytes) -> bool:
    """Whether most letters beyond English are whole in UTF-8."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\N{REPLACEMENT CHARACTER}")
    return sum(map(_is_foreign, text)) - damaged > damaged


def _is_foreign(letter: str) -> bool:
    return ord(letter) > 127  # noqa: PLR2004


def _is_chinese(data: bytes) -> bool:
    return bool(_SEVERAL.search(data) and _CHINESE.search(data))
