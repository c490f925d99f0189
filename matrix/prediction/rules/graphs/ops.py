"""Ops that a release does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matrix.catalogue.op_packages import package_of
from matrix.model.contents.contents import Graph
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


def _version(case: Case) -> Judgement | None:
    wanted, has = case.model.min_consumer, case.cell.release.graphdef
    if wanted and has and wanted > has:
        return fails(f"its graph asks for GraphDef version {wanted}, and this release has {has}")
    return None


def _wiring(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        if graph.dangling:
            return fails(f"node {graph.dangling} takes something that is not in the graph")
    return None


def _missing(case: Case) -> Iterator[str]:
    """The ops that the release lacks, and that no companion of the cell brings."""
    own = {name for graph in case.contents.graphs for name in graph.functions}
    for graph in case.contents.graphs:
        # The same of several whatever the order of sets: reports are compared.
        for op in sorted(_looked_up(case, graph)):
            if case.at not in op_places(op) and op not in own:
                package = package_of(op)
                if package is None or not case.cell.has(package):
                    yield op


def _looked_up(case: Case, graph: Graph) -> Collection[str]:
    """The ops that a loader looks up.

    The import of a graph leaves functions alone; a session that runs looks into those that the
    graph calls. Whoever restores the objects of a SavedModel makes all its functions.
    """
    if case.loader.name == "session":
        return graph.reached_ops if graph.runs_at_load else graph.main_ops
    if case.loader.name == "graph":
        return graph.reached_ops if case.model.weights else graph.main_ops
    return graph.ops


RULES = (
    Rule(
        name="graph-version",
        judge=_version,
        formats=GRAPHS,
        source="`CheckVersions` in tensorflow/core/framework/versions.cc",
    ),
    Rule(
        name="dangling-node",
        judge=_wiring,
        formats=GRAPHS,
        source="tensorflow/core/common_runtime/graph_constructor.cc",
    ),
    Rule(
        name="unregistered-op",
        judge=_unregistered,
        formats=GRAPHS,
        source="the ops that each release lists (matrix/catalogue/api_history.json.xz)",
    ),
)
