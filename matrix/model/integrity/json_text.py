"""JSON: the document can be parsed."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.model.codecs.json_text import json_in
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage
from matrix.model.opened_files import OpenedFiles

_MOST_JSON = 2**28


def check_json(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a JSON file."""
    if file.size > _MOST_JSON:
        return
    try:
        json_in(file.opened)
    except (ValueError, RecursionError) as error:
        sentence = (
            f"{file.name} is not valid JSON: {error}. It is incomplete or damaged. Download or "
            "copy it again."
        )
        yield damage(Kind.UNPARSABLE, file.name, sentence)
