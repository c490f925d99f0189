"""Loaders that the file alone rules out: the plan does not try them either."""

from __future__ import annotations

from matrix.prediction.rule import Case, Judgement, Rule, fails


def _obstacle(case: Case) -> Judgement | None:
    why = case.loader.obstacle(case.model, case.cell)
    return fails(why) if why else None


RULES = (
    Rule(
        name="not-applicable",
        judge=_obstacle,
        source="the record of the loader (matrix/plan/loaders/)",
        reads_contents=False,
    ),
)
