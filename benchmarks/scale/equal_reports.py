"""Compares two reports of the same models: what differs apart from timings.

    python -m benchmarks.scale.equal_reports REPORT REPORT

A report is a report.json, an index, or the folder of one. What counts as timing: when a run began,
how long something took, how much memory it needed. What counts as a place: where inputs and outputs
are stored, because a part and a shard have folders of their own. Texts of failures are the same if
they tell the same fact (addresses, clocks and temporary folders aside), and what a model answers
that answers differently each time is not compared. Of other texts TensorFlow chooses the words:
it goes over signatures and nodes in no order and complains of the first. These are `words`.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reports.formats.alike import alike
from reports.many.opened import open_report
from reports.report.documents.model_document import model_document
from reports.report.report_json import to_document

TIMINGS = frozenset({"started", "seconds", "import_cpu_seconds", "peak_mb", "measured_at"})
PLACES = frozenset({"stored"})
# Texts that have TensorFlow's choice in them; verdict, cause, rule and remedies have not.
WORDS = frozenset({"reason", "message", "traceback", "log", "subject", "explanation", "evidence"})
# Inputs of a model are a folder, those of a call are tensors.
_FOLDER_OF_INPUTS = "inputs"
_MOST = 60
_MOST_LINES = 10_000


class Difference(NamedTuple):
    """Where two reports differ: the model with the field, and both values in short."""

    where: str
    values: str

    @property
    def is_words(self) -> bool:
        """Whether it is a text whose words are TensorFlow's choice."""
        return self.where.rpartition(".")[2] in WORDS

    def __str__(self) -> str:
        return f"{self.where}: {self.values}"


def differences(first: Path, second: Path) -> Iterator[Difference]:
    """Each difference of two reports, model by model."""
    one, two = open_report(first), open_report(second)
    yield from _differing(to_document(one.header), to_document(two.header), "report")
    if len(one) != len(two):
        yield Difference("report", f"{len(one)} models and {len(two)}")
    for number, (left, right) in enumerate(zip(one.models(), two.models(), strict=False)):
        name = f"model {number + 1} ({left.name})"
        yield from _differing(model_document(left), model_document(right), name)


def _differing(one: Any, two: Any, where: str) -> Iterator[Difference]:
    if one == two:
        return
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        changing = one.get("repeatable") is False and two.get("repeatable") is False
        for name in dict.fromkeys((*one, *two)):
            if not _is_aside(name, one.get(name)) and not (changing and name == "outputs"):
                yield from _differing(one.get(name), two.get(name), _below(where, name, one))
    elif _is_list(one) and _is_list(two) and len(one) == len(two):
        for number, (left, right) in enumerate(zip(one, two, strict=True)):
            named = left["id"] if isinstance(left, Mapping) and "id" in left else number
            yield from _differing(left, right, f"{where}[{named}]")
    elif not (isinstance(one, str) and isinstance(two, str) and alike(one) == alike(two)):
        yield Difference(where, f"{_shown(one)} and {_shown(two)}")


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
    """Print the differences and how many are words; 1 if there are others."""
    if len(words) != 2:
        print(__doc__)
        return 2
    found = list(itertools.islice(differences(*map(Path, words)), _MOST_LINES))
    facts = [one for one in found if not one.is_words]
    for one in found:
        print(one)
    print(f"{len(facts)} differences apart from timings, and {len(found) - len(facts)} of words.")
    return int(bool(facts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
