"""JSON documents; each is parsed once."""

from __future__ import annotations

import json
from typing import Any

from matrix.model.codecs.readable import Readable

# A configuration of a thousand layers has a megabyte.
MOST_JSON = 2**26


def json_in(file: Readable) -> Any:
    """The document in these bytes.

    Raises:
        ValueError: they are no JSON.
        RecursionError: it is nested too deeply.
    """
    return file.once("json", lambda: parse_json(file.content()))


def parse_json(content: bytes) -> Any:
    """The same, parsed at every call."""
    return json.loads(content)


def object_in(file: Readable) -> dict[str, Any]:
    """The JSON object in these bytes; an empty one where they are anything else."""
    try:
        document = json_in(file)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
