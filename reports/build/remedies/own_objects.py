"""Snippets with the custom objects that the caller gave in every cell. Pure."""

from __future__ import annotations

from dataclasses import replace

from matrix.catalogue.registration import Handover
from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownCell, ShownModel
from matrix.plan.variant import Variant
from reports.build.remedies.snippets import snippet


def with_objects(cell: ShownCell, given: CustomObjects) -> ShownCell:
    """The cell as it is to a reader who has what was given: without it, no call would load."""
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


def own_snippet(
    loader: str,
    variant: Variant,
    model: ShownModel,
    cell: ShownCell,
    given: CustomObjects | None,
) -> str:
    """The snippet of a loader, with what somebody else must have for it in a note above.

    A loader that is handed no custom objects has none of what was given.
    """
    code = "" if given is None else snippet(loader, variant, model, with_objects(cell, given))
    if given is None or "custom_objects=" not in code:
        return snippet(loader, variant, model, cell)
    return f"# needs {given.needed}, which defines the custom objects\n{code}"
