"""All rules, in the order in which they are asked: the first that decides a case wins."""

from __future__ import annotations

from matrix.prediction.rule import Rule
from matrix.prediction.rules import applicable, damage
from matrix.prediction.rules.graphs import attributes, objects, ops, sessions, signatures
from matrix.prediction.rules.keras import classes, files, lambdas, saved_models
from matrix.prediction.rules.lite import operators

_GRAPHS = (*ops.RULES, *attributes.RULES, *objects.RULES, *signatures.RULES, *sessions.RULES)
_KERAS = (*files.RULES, *saved_models.RULES, *lambdas.RULES, *classes.RULES)

RULES: tuple[Rule, ...] = (*applicable.RULES, *damage.RULES, *_GRAPHS, *_KERAS, *operators.RULES)
