"""Attributes that the ops of a release do not have, or not with that value.

Up to TensorFlow 2.4 a release refuses an attribute that it does not know; from 2.5 on it ignores it
(`ValidateNodeDef`, tensorflow/core/framework/node_def_util.cc). What is outside of functions is
freed of attributes that have the default of the writer, where the file says what that was
(`_RemoveDefaultAttrs`, tensorflow/python/framework/importer.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matrix.catalogue.op_details import op_details
from matrix.model.contents.contents import Graph, Settings
from matrix.model.facts import Format
from matrix.prediction.history import minor_at, where
from matrix.prediction.rule import Case, Judgement, Rule, fails

_GRAPHS = frozenset(
    {Format.SAVED_MODEL, Format.SAVED_MODEL_V1, Format.META_GRAPH, Format.GRAPH_DEF}
)
_IGNORED_FROM = (2, 5)
# The fields of AttrValue: a type is a number of its own, a list of types is in a list.
_TYPE_TAG = 0x30


def _unknown(case: Case) -> Judgement | None:
    if case.minor >= _IGNORED_FROM:
        return None
    for graph in case.contents.graphs:
        for op, name in _unknown_in(case, graph):
            having = frozenset(
                place
                for place in op_details().places("attributes", op)
                if name in op_details().at("attributes", op, place)
            )
            known = f"exists {where(having)}" if having else "is in no release"
            return fails(
                f"attribute {name} of op {op} {known}, and releases up to 2.4 refuse what they do "
                "not know"
            )
    return None


def _unknown_in(case: Case, graph: Graph) -> Iterator[tuple[str, str]]:
    for op, attributes in _settings(case, graph).items():
        known = op_details().at("attributes", op, case.at)
        for name, values in attributes.items() if known is not None else ():
            if name not in known and values != {graph.defaults.get((op, name))}:
                yield op, name


def _value(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for op, attributes in _settings(case, graph).items():
            known = op_details().at("attributes", op, case.at)
            for name, values in attributes.items() if known is not None else ():
                if refused := _refused(known.get(name, {}), values):
                    return fails(
                        f"op {op} takes no {refused} for its attribute {name} in TensorFlow "
                        f"{minor_at(case.at)}"
                    )
    return None


def _refused(known: dict[str, Any], values: frozenset[bytes]) -> str:
    """The type that is not allowed, in words; empty where all are."""
    allowed = known.get("allowed", ())
    for value in values if allowed else ():
        tag, *kind = value or (0,)
        if tag == _TYPE_TAG and kind and kind[0] not in allowed:
            return f"type {kind[0]}"
    return ""


def _settings(case: Case, graph: Graph) -> Settings:
    """A session does not look into functions before it runs them; objects are made of these."""
    if case.loader.name in ("session", "graph"):
        return graph.main_settings
    return graph.inner_settings if case.contents.objects else graph.settings


RULES = (
    Rule(
        name="unknown-attribute",
        judge=_unknown,
        formats=_GRAPHS,
        source="tensorflow/core/framework/node_def_util.cc; matrix/catalogue/op_details.json.xz",
    ),
    Rule(
        name="attribute-value",
        judge=_value,
        formats=_GRAPHS,
        source="tensorflow/core/framework/op_def_util.cc; matrix/catalogue/op_details.json.xz",
    ),
)
