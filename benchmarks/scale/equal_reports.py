"""Compares two reports of the same models: what differs apart from timings.

    python -m benchmarks.scale.equal_reports REPORT REPORT

A report is a report.json, an index, or the folder of one. What counts as timing: when a run began,
how long something took, how much memory it needed. What counts as a place: where inputs and outputs
are stored, because a part and a shard have folders of their own. Texts of failures are the same if
they tell the same fact (addresses, clocks and temporary folders aside).
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.formats.alike import alike
from reports.many.opened import open_report
from reports.report.documents.model_document import model_document
from reports.report.report_json import to_document

TIMINGS = frozenset({"started", "seconds", "import_cpu_seconds", "peak_mb", "measured_at"})
PLACES = frozenset({"stored"})
# Inputs of a model are a folder, those of a call are tensors.
_FOLDER_OF_INPUTS = "inputs"
_MOST = 60
_MOST_LINES = 1000


def differences(first: Path, second: Path) -> Iterator[str]:
    """A line for each difference: the model, the field, both values."""
    one, two = open_report(first), open_report(second)
    yield from _differing(to_document(one.header), to_document(two.header), "report")
    if len(one) != len(two):
        yield f"report: {len(one)} models and {len(two)}"
    for number, (left, right) in enumerate(zip(one.models(), two.models(), strict=False)):
        name = f"model {number + 1} ({left.name})"
        yield from _differing(model_document(left), model_document(right), name)


def _differing(one: Any, two: Any, where: str) -> Iterator[str]:
    if one == two:
        return
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in dict.fromkeys((*one, *two)):
            if not _is_aside(name, one.get(name)):
                yield from _differing(one.get(name), two.get(name), _below(where, name, one))
    elif _is_list(one) and _is_list(two) and len(one) == len(two):
        for number, (left, right) in enumerate(zip(one, two, strict=True)):
            named = left["id"] if isinstance(left, Mapping) and "id" in left else number
            yield from _differing(left, right, f"{where}[{named}]")
    elif not (isinstance(one, str) and isinstance(two, str) and alike(one) == alike(two)):
        yield f"{where}: {_shown(one)} and {_shown(two)}"


def _is_aside(name: str, value: Any) -> bool:
    folder = name == _FOLDER_OF_INPUTS and isinstance(value, str)
    return name in TIMINGS or name in PLACES or folder


def _below(where: str, name: str, parent: Mapping[str, Any]) -> str:
    loader = f" {parent['loader']}" if "loader" in parent else ""
    return f"{where}{loader}.{name}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}..."


def main(words: Sequence[str]) -> int:
    """Print the differences; 1 if there are any."""
    if len(words) != 2:
        print(__doc__)
        return 2
    found = list(itertools.islice(differences(*map(Path, words)), _MOST_LINES))
    print("\n".join(found) or "The reports are equal, apart from timings.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
