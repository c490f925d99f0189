"""`nox -s accuracy -- loads`: every failing raw load as the report would explain it.

Facts of model and path are looked up where the models lie beside the project. Each distinct
diagnosis is printed once, with how often it was given, so that a person can judge it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_testable
from reports.build.diagnose_check import symptom_of_model
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_MOST_UNCLASSIFIED = 0.03
_EXAMPLES = 3


def loads(source: Path, models: Path, say: Callable[[str], None]) -> int:
    """Print the figures and each distinct diagnosis."""
    found = [(row, diagnose(symptom)) for row, symptom in symptoms_of(source, models)]
    unknown = [row for row, one in found if one.cause is Cause.UNCLASSIFIED]
    share = len(unknown) / len(found) if found else 0.0
    say(
        f"{len(found)} failing loads, {len(unknown)} unclassified ({share:.1%}, at most "
        f"{_MOST_UNCLASSIFIED:.0%} asked)."
    )
    say("\n".join(_distinct(found)))
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


def _of_model(path: Path) -> Symptom:
    try:
        seen = inspect_testable(path)
    except LoadmatrixError:
        return Symptom(path=str(path), in_cell=True)
    return (
        symptom_of_model(seen.facts, seen.findings, seen.place)
        if isinstance(seen, Inspection)
        else Symptom()
    )


def _distinct(found: list[tuple[Mapping[str, Any], Diagnosis]]) -> Iterator[str]:
    """Each cause with its explanation, subjects left out of it, most frequent first."""
    groups: dict[tuple[str, str], list[tuple[Mapping[str, Any], Diagnosis]]] = {}
    for row, one in found:
        template = one.explanation.replace(one.subject, "SUBJECT")
        groups.setdefault((one.cause.value, template), []).append((row, one))
    for (cause, template), members in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        row, one = members[0]
        models = Counter(member["model"] for member, _ in members)
        subjects = ", ".join(list(Counter(d.subject for _, d in members))[:_EXAMPLES])
        cells = ", ".join(dict.fromkeys(member["tensorflow"] for member, _ in members))
        yield f"\n{cause} ({len(members)} loads, {len(models)} models): {template}"
        yield f"  subjects: {subjects}"
        yield f"  seen in: {', '.join(list(models)[:_EXAMPLES])}; {row['loader']} in {cells}"
        yield f"  said: {row['type']}: {str(row['message'])[:240]!r}"
