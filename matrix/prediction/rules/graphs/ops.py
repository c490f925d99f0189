"""Ops that a release does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matrix.catalogue.op_packages import package_of
from matrix.model.contents.contents import Graph
from matrix.model.facts import Format
from matrix.prediction.history import op_places, where
from matrix.prediction.rule import Case, Judgement, Rule, fails

GRAPHS = frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1, Format.META_GRAPH, Format.GRAPH_DEF})


# The last number of each group of data types, and the release it came with.
_TYPES_SINCE = ((25, (2, 12)), (28, (2, 19)), (30, (2, 15)), (32, (2, 20)), (33, (2, 21)))


# The ops that take a list of functions.
_LISTING, _LISTS_RENAMED_FROM = frozenset({"Case", "StatelessCase"}), (2, 3)


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
    imports = case.contents.objects is None or case.loader.name == "session"
    for graph in case.contents.graphs:
        if graph.dangling and imports:
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


def _type(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for number, op in graph.new_types.items():
            since = next((first for last, first in _TYPES_SINCE if number <= last), None)
            if since is None or case.minor < since:
                known = "is in TensorFlow {}.{} and later".format(*since) if since else "is unknown"
                return fails(f"op {op} has data type {number}, which {known}")
    return None


def _branches(case: Case) -> Judgement | None:
    """Functions are renamed when they are made, and up to 2.2 not where a list names them."""
    for graph in case.contents.graphs:
        for op in sorted(graph.inner_ops & _LISTING if case.minor < _LISTS_RENAMED_FROM else ()):
            return fails(
                f"op {op} in a function names its branches in a list, where releases up to 2.2 "
                "do not find them"
            )
    return None


def _looked_up(case: Case, graph: Graph) -> Collection[str]:
    """The ops that a loader looks up.

    The import of a graph leaves functions alone; a session that runs looks into those that the
    graph calls. Whoever restores the objects of a SavedModel makes all its functions, and does not
    import the graph around them.
    """
    if case.loader.name == "session":
        return graph.reached_ops if graph.runs_at_load else graph.main_ops
    if case.loader.name == "graph":
        return graph.reached_ops if case.model.weights else graph.main_ops
    return graph.inner_ops if case.contents.objects else graph.ops


RULES = (
    Rule(
        name="branches-in-a-list",
        judge=_branches,
        formats=frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1}),
        loaders=frozenset({"saved_model", "keras"}),
        source="`fix_node_def` in tensorflow/python/saved_model/function_deserialization.py",
    ),
    Rule(
        name="data-type",
        judge=_type,
        formats=GRAPHS,
        loaders=frozenset({"saved_model", "tfsm_layer", "keras", "tf_keras", "graph"}),
        source="tensorflow/core/framework/types.proto",
    ),
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
