"""The file of a card: its text, every byte kept, and whether it is one at all."""

from __future__ import annotations

from pathlib import Path

from matrix.errors import UsageError
from reports.card import markers

# A card is Markdown, and so is a README without one of these.
_SUFFIXES = (".md", ".markdown")


def card_text(path: Path) -> str | None:
    """The text of a card, every byte kept; `None` where there is none yet."""
    try:
        return text_of(path.read_bytes(), path)
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise UsageError(
            f"{path} is a folder. Give the path of the card in it, such as README.md."
        ) from error


def text_of(raw: bytes, path: Path) -> str:
    """The text of a file that may be written to: of a card, and of nothing else of the user."""
    if b"\0" in raw:
        raise UsageError(
            f"{path} is not UTF-8 text, so it is not a model card. Give a Markdown file."
        )
    # What is not UTF-8 outside the section is kept as it is.
    text = raw.decode("utf-8", "surrogateescape")
    if text.strip() and not (_has_name_of_card(path) or markers.section_of(text)):
        raise UsageError(
            f"{path} is not a model card: its name does not end in .md or .markdown, and there is "
            f"no '{markers.BEGIN}' in it. Give a Markdown file, or put the lines "
            f"'{markers.BEGIN}' and '{markers.END}' where the section belongs."
        )
    return text


def _has_name_of_card(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or path.name.lower() == "readme"


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
