"""Snippets with the custom objects that the caller gave in every cell. Pure."""

from __future__ import annotations

from dataclasses import replace

from matrix.catalogue.registration import Handover
from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownCell


def with_objects(cell: ShownCell, given: CustomObjects | None) -> ShownCell:
    """The cell as it is to a reader who has what was given: without it, no call would load."""
    if given is None:
        return cell
    handed = Handover(objects=(given.handed,))
    return replace(
        cell,
        imports=(*cell.imports, *given.imports),
        handover=Handover.together([cell.handover, handed]),
    )


def in_words(code: str, given: CustomObjects | None) -> str:
    """The note of a snippet as a sentence; empty where the code has none."""
    if given is None or not code.startswith(f"# needs {given.needed}"):
        return ""
    return f"This needs {given.needed}, which defines the custom objects."


def with_note(code: str, given: CustomObjects | None) -> str:
    """The code, with what somebody else must have for it beside it, where it uses that."""
    if given is None or not code or "custom_objects=" not in code:
        return code
    return f"# needs {given.needed}, which defines the custom objects\n{code}"
