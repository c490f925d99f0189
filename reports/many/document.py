"""`report.json` of many models, written from the files of its models without reading any whole.

It is one document as long as the models together are not too large for one, and an index beyond.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from matrix.files import replacing
from reports.many.model_files import name_of
from reports.many.opened import REPORT
from reports.report.documents.model_document import json_text
from reports.report.report import Report
from reports.report.report_json import to_document

# Bytes of all models together. A larger document is slow to open in every program that reads it.
MOST_IN_ONE = 64 * 1000 * 1000
_LISTED = ("path", "called", "format", "sha256", "summary", "untested")
_END = "[]\n}\n"


def write_document(header: Report, places: Sequence[int], output: Path, most: int) -> bool:
    """Write the report of the models whose files are in `output`; says if it is one document.

    `header` is the report with no models, `places` are those of its models, in order.

    Raises:
        OSError: it cannot be written, or the file of a model is missing; what stood there is
            unchanged.
    """
    whole = sum((output / name_of(place)).stat().st_size for place in places) <= most
    text_of = _element if whole else _entry
    head = json_text(to_document(replace(header, models=()))).removesuffix(_END)
    with replacing(output / REPORT) as file:
        file.write(_encoded(head))
        for number, place in enumerate(places):
            text = text_of(output, place).rstrip("\n").replace("\n", "\n  ")
            file.write(_encoded(f"{'[' if number == 0 else ','}\n  {text}"))
        file.write(_encoded("\n ]\n}\n" if places else _END))
    return whole


def _element(output: Path, place: int) -> str:
    return (output / name_of(place)).read_text(encoding="utf-8")


def _entry(output: Path, place: int) -> str:
    """What the index says of a model: the fields of `ListedModel`."""
    content = (output / name_of(place)).read_bytes()
    model = json.loads(content)
    kept = {name: model[name] for name in _LISTED if name in model}
    digest = hashlib.sha256(content).hexdigest()
    return json_text({**kept, "file": name_of(place), "file_sha256": digest})


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
