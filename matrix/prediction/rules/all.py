"""All rules, in the order in which they are asked: the first that decides a case wins."""

from __future__ import annotations

from matrix.prediction.rule import Rule
from matrix.prediction.rules import applicable
from matrix.prediction.rules.graphs import ops

RULES: tuple[Rule, ...] = (*applicable.RULES, *ops.RULES)
