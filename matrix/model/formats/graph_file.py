"""Graph files: which message a file contains, binary or text, or why it cannot be used."""

from __future__ import annotations

from pathlib import Path

from matrix.errors import NothingTestable
from matrix.model.codecs.graph_kind import binary_kind, text_kind
from matrix.model.codecs.protobuf_wire import outline_in
from matrix.model.opened_files import OpenedFile


def graph_kind_of(file: OpenedFile) -> tuple[str | None, bool]:
    """The message that a file is, `None` for other files, and whether it is in text form.

    Raises:
        NothingTestable: it begins like one but is cut short.
    """
    if kind := text_kind(file.head):
        return kind, True
    if not file.head.strip(b"\0"):
        return None, False
    kind = binary_kind(file)
    outline = outline_in(file)
    if kind is not None and outline is not None and not outline.whole:
        message = f"{file.path} starts like a {kind} but is incomplete"
        raise NothingTestable(f"{message}. Download or copy it again.")
    return kind, False


def damaged_graph(path: Path, what: str) -> str:
    """A sentence on a file that begins like a message and does not parse as one."""
    return (
        f"{path} looks like a {what} but cannot be parsed: it is damaged. Download or copy it "
        "again."
    )
