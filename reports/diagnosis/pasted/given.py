"""The text of an error that somebody gives: the name of a file, or the words themselves."""

from __future__ import annotations

import re
from pathlib import Path

from matrix.called import call
from matrix.errors import UsageError
from reports.diagnosis.facts.file_kind import kind_of
from reports.diagnosis.pasted.decoding import decoded

MOST_BYTES = 4 * 2**20
_HEAD = 4096
# More characters of no text than a log or a cut UTF-16 file has.
_MOST_ZEROS = 0.02
_UTF_16 = re.compile(rb"\A(?:\xff\xfe|\xfe\xff)")
_MODELS = (".keras", ".h5", ".hdf5", ".tflite", ".pb", ".onnx")
_PICTURES = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"RIFF": "WebP"}


def usage() -> str:
    """How to call `explain`."""
    right = [call("explain", words) for words in ("FILE...", "report.json CELL", "--cause NAME")]
    return f"Call: `{right[0]}` (- is standard input), `{right[1]}` or `{right[2]}`."


def given_text(word: str, folder: Path) -> str:
    """The text of the file of that name; words that name none are the text.

    Raises:
        UsageError: there is no such file, or it has no text.
    """
    path = folder / word
    if _is_message(word) and not _exists(path):
        return word
    if path.is_dir():
        look = call("inspect", word)
        raise UsageError(
            f"{word} is a folder, and explain reads the text of an error. `{look}` says what is "
            "in it."
        )
    text = read_text(path)
    if not text.strip():
        raise UsageError(f"{word} is empty: there is no error to explain. {usage()}")
    return text


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a file in whatever encoding it has.

    Raises:
        UsageError: it is not there, cannot be read, is too large, or is no text.
    """
    try:
        if path.stat().st_size > most:
            _refuse_a_large_model(path)
            size = f"{most // 2**20} MB"
            raise UsageError(f"{path} is larger than {size}. Give only the part with the error.")
        data = path.read_bytes()
        _refuse_what_is_no_text(path, data[:_HEAD])
    except FileNotFoundError as error:
        raise UsageError(f"The file {path} does not exist. {usage()}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. {usage()}") from error
    return decoded(data)


def _refuse_a_large_model(path: Path) -> None:
    """A file that is too large for a text may be told to be none by how it begins."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.strip(b"\0"):
        _refuse_what_is_no_text(path, head)


def _refuse_what_is_no_text(path: Path, head: bytes) -> None:
    """A model or a picture has no message to explain, and there is a command for models."""
    picture = next((kind for begin, kind in _PICTURES.items() if head.startswith(begin)), "")
    if picture:
        raise UsageError(
            f"{path} is a picture ({picture}), and explain reads text. Copy the error as text, and "
            "give that."
        )
    if _is_binary(head):
        look = call("inspect", str(path))
        ending = path.suffix.lower()
        kind = f"a {ending} file" if ending in _MODELS else kind_of(head) or "no text"
        raise UsageError(
            f"{path} is {kind}, and explain reads the text of an error. `{look}` says what is in "
            "it."
        )


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text of any encoding: UTF-16 has a zero in each second one alone."""
    if _UTF_16.match(head) or head.count(0) <= _MOST_ZEROS * len(head):
        return head.startswith((b"PK\x03\x04", b"\x1f\x8b"))
    halves = (head[0::2].count(0), head[1::2].count(0))
    return min(halves) > 0 or max(halves) < len(head) / 8


def _is_message(word: str) -> bool:
    """Whether a word of a call may be a message: that has several words."""
    return len(word.split()) > 1


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False  # Longer than any name.
