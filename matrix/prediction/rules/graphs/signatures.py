"""Signatures of TensorFlow 1 of which no function can be made."""

from __future__ import annotations

from collections.abc import Callable

from matrix.model.facts import Format
from matrix.prediction.rule import Case, Judgement, Rule, fails

_WHERE = "tensorflow/python/saved_model/load_v1_in_v2.py"


def _repeated(case: Case) -> Judgement | None:
    names = [name for graph in case.contents.graphs for name in graph.repeated_inputs]
    return fails(f"signature {names[0]} takes one tensor under two names") if names else None


def _reference(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for name, op in graph.references.items():
            return fails(f"signature {name} gives the reference of {op}, which no function can")
    return None


def _unfed(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for name, placeholder in graph.unfed.items():
            return fails(
                f"signature {name} needs the placeholder {placeholder}, which is none of its inputs"
            )
    return None


def _shape(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for name, output in graph.odd_shapes.items():
            return fails(f"signature {name} has another shape for {output} than the graph")
    return None


def _rule(name: str, judge: Callable[[Case], Judgement | None]) -> Rule:
    return Rule(
        name=name,
        judge=judge,
        source=_WHERE,
        loaders=frozenset({"saved_model", "tfsm_layer"}),
        formats=frozenset({Format.SAVED_MODEL_V1}),
    )


RULES = (
    _rule("signature-takes-tensor-twice", _repeated),
    _rule("signature-gives-reference", _reference),
    _rule("signature-lacks-input", _unfed),
    _rule("signature-has-other-shape", _shape),
)
