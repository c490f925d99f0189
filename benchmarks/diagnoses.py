"""`nox -s accuracy -- loads`: every failing raw load as the report would explain it.

Facts of model and path are looked up where the models lie beside the project. Each distinct
diagnosis is printed once, with how often it was given, so that a person can judge it.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_testable
from matrix.plan.selection.checks import not_applicable
from reports.build.diagnose_check import symptom_of_model
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.formats.alike import template
from reports.report.cause import Cause, Diagnosis

_MOST_UNCLASSIFIED = 0.03
_MOST_REASONS = 40
_EXAMPLES = 3
# What is added of writers and releases, and which Keras reads: no other reason.
_OF_VERSIONS = re.compile(
    r" The model was written by \S+ \S+(?=\s|$)| [^.]* exists from TensorFlow [\d.]+ on\.|"
    r"(?<=Keras) [23](?![.\d])"
)
_Found = list[tuple[Mapping[str, Any], Diagnosis]]


def loads(source: Path, models: Path, say: Callable[[str], None]) -> int:
    """Print the figures and each distinct diagnosis, those of loads that no run tries last."""
    found = [(row, diagnose(symptom)) for row, symptom in symptoms_of(source, models)]
    tried = [pair for pair in found if _is_tried(pair[0], models)]
    untried = [pair for pair in found if not _is_tried(pair[0], models)]
    unknown = [row for row, one in found if one.cause is Cause.UNCLASSIFIED]
    share = len(unknown) / len(found) if found else 0.0
    say(
        f"{len(found)} failing loads, {len(unknown)} unclassified ({share:.1%}, at most "
        f"{_MOST_UNCLASSIFIED:.0%} asked)."
    )
    say(
        f"{len(_facts(tried))} distinct reasons in the {len(tried)} loads that a run tries, "
        f"at most {_MOST_REASONS} asked; {len(_facts(found))} in all."
    )
    say("\n".join(_distinct(tried)))
    say(f"\n{len(untried)} loads that no run tries, because the file rules the loader out:")
    say("\n".join(_distinct(untried)))
    return 0 if share <= _MOST_UNCLASSIFIED else 1


def symptoms_of(source: Path, models: Path) -> Iterator[tuple[Mapping[str, Any], Symptom]]:
    """Each failing load that was measured, with the facts of its model and path."""
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = [row for line in lines if line for row in [json.loads(line)] if not row["ok"]]
    known: dict[str, Symptom] = {}
    keras = {str(one.version): one.keras for one in catalogue()}
    for row in rows:
        where = models / row["model"] / row["file"]
        if str(where) not in known:
            known[str(where)] = _of_model(where)
        yield (
            row,
            replace(
                known[str(where)],
                kind=row["type"] or "",
                message=row["message"] or "",
                stage="load",
                loader=row["loader"],
                variant=row["variant"] or "",
                tf_loaded=row["tensorflow"],
                keras_loaded=keras.get(row["tensorflow"], ""),
            ),
        )


@functools.cache
def _inspected(path: Path) -> Inspection | None:
    try:
        return inspect_testable(path)
    except LoadmatrixError:
        return None


def _of_model(path: Path) -> Symptom:
    seen = _inspected(path)
    if seen is None:
        return Symptom(path=str(path), in_cell=True)
    return symptom_of_model(seen.facts, seen.findings, seen.place)


def _is_tried(row: Mapping[str, Any], models: Path) -> bool:
    """Whether a run tries a load that was measured, or knows before that it cannot succeed."""
    seen = _inspected(models / row["model"] / row["file"])
    release = next(one for one in catalogue() if str(one.version) == row["tensorflow"])
    cell = Cell(release=release, python=release.pythons[-1])
    return seen is not None and row["loader"] not in not_applicable(seen.facts, cell)


def _facts(found: _Found) -> dict[tuple[str, str], _Found]:
    """The loads of each fact: a cause and what is said, without names, writers and releases."""
    groups: dict[tuple[str, str], _Found] = {}
    for row, one in found:
        said = template(_OF_VERSIONS.sub("", one.explanation), one.subject)
        groups.setdefault((one.cause.value, said), []).append((row, one))
    return groups


def _distinct(found: _Found) -> Iterator[str]:
    """Each fact with its subjects, most frequent first."""
    for (cause, said), members in sorted(_facts(found).items(), key=lambda pair: -len(pair[1])):
        row = members[0][0]
        models = Counter(member["model"] for member, _ in members)
        subjects = ", ".join(list(Counter(d.subject for _, d in members))[:_EXAMPLES])
        cells = ", ".join(dict.fromkeys(member["tensorflow"] for member, _ in members))
        yield f"\n{cause} ({len(members)} loads, {len(models)} models): {said}"
        yield f"  subjects: {subjects}"
        yield f"  seen in: {', '.join(list(models)[:_EXAMPLES])}; {row['loader']} in {cells}"
        yield f"  said: {row['type']}: {str(row['message'])[:240]!r}"
