"""Ops that a release does not have."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.op_packages import package_of
from matrix.model.facts import Format
from matrix.prediction.history import op_places, where
from matrix.prediction.rule import Case, Judgement, Rule, fails

GRAPHS = frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1, Format.META_GRAPH, Format.GRAPH_DEF})


def _unregistered(case: Case) -> Judgement | None:
    for op in _missing(case):
        if places := op_places(op):
            return fails(f"op {op} exists {where(places)}")
        package = package_of(op)
        if package is None:
            return fails(f"no release of TensorFlow has the op {op}")
        return fails(f"op {op} is not of TensorFlow but of {package}")
    return None


def _missing(case: Case) -> Iterator[str]:
    """The ops that the release lacks, and that no companion of the cell brings."""
    own = {name for graph in case.contents.graphs for name in graph.functions}
    for graph in case.contents.graphs:
        for op in graph.ops:
            if case.at not in op_places(op) and op not in own:
                package = package_of(op)
                if package is None or not case.cell.has(package):
                    yield op


RULES = (
    Rule(
        name="unregistered-op",
        judge=_unregistered,
        formats=GRAPHS,
        source="the ops that each release lists (matrix/catalogue/api_history.json.xz)",
    ),
)
