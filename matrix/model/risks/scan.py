"""Finds the risks of a model before anything runs; they are labels, not verdicts.

A model is a program. No scan can show that one is harmless, only what it has at hand to do harm.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.model.facts import ModelFacts
from matrix.model.formats.registry import graphs_of
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.embedded_code import embedded_code
from matrix.model.risks.graph_files import graph_files
from matrix.model.risks.old_keras import old_keras
from matrix.model.risks.op_placement import WHEN, OpPlacement, op_placements
from matrix.model.risks.risk import Risk
from matrix.schemas import require_schema

_TABLE = Path(__file__).with_name("risks.toml")
# Flex delegates run TensorFlow's own ops inside TensorFlow Lite.
_FLEX = "Flex"


@dataclass(frozen=True, kw_only=True)
class _Known:
    kind: str
    reason: str
    usual: bool


def risks(model: ModelFacts, opened: OpenedFiles) -> tuple[Risk, ...]:
    """The labels of a model, the unusual ones first, what acts while loading before the rest."""
    graphs = graphs_of(model, opened)
    labels = [*_ops(model, graphs), *_lambdas(model), *embedded_code(model, graphs, opened)]
    labels += dict.fromkeys(_files(model, graphs))
    labels += old_keras(model, labels)
    eager = list(OpPlacement)

    def urgency(risk: Risk) -> tuple[bool, int, str, str]:
        return risk.usual, eager.index(risk.where), risk.kind, risk.subject

    return tuple(sorted(labels, key=urgency))


def _ops(model: ModelFacts, graphs: Sequence[Any]) -> Iterator[Risk]:
    entries = _known()
    for op, where in sorted(_placements(model, graphs).items()):
        entry = entries.get(op) or entries.get(op.removeprefix(_FLEX))
        if entry is None:
            continue
        # Lookup tables are filled while loading; checkpoints are not written then.
        usual = entry.usual and (where is not OpPlacement.LOAD or entry.kind == "reads_files")
        sentence = f"{op}: {entry.reason} ({WHEN[where]})."
        yield Risk(kind=entry.kind, subject=op, where=where, sentence=sentence, usual=usual)


# What ops do with a file whose name is in the graph.
_VERBS = {"reads_files": "reads", "writes_files": "writes", "network": "asks"}


def _files(model: ModelFacts, graphs: Sequence[Any]) -> Iterator[Risk]:
    """Files outside of the model that its graph names."""
    placements = _placements(model, graphs)
    kinds = {op: _VERBS[entry.kind] for op, entry in _known().items() if entry.kind in _VERBS}
    yield from graph_files(graphs, kinds, placements.__getitem__)


def _placements(model: ModelFacts, graphs: Sequence[Any]) -> Mapping[str, OpPlacement]:
    """Each op type of a model, and the most eager place where it stands."""
    eager = list(OpPlacement)
    placements: dict[str, OpPlacement] = {}
    for graph in graphs:
        for op, where in op_placements(graph).items():
            placements[op] = min(placements.get(op, where), where, key=eager.index)
    return placements or dict.fromkeys(model.ops, OpPlacement.SIGNATURE)


def _lambdas(model: ModelFacts) -> Iterator[Risk]:
    for name in model.lambdas:
        sentence = f"{name} holds Python bytecode, which runs while the model is loaded or called."
        yield Risk(kind="lambda", subject=name, where=OpPlacement.LOAD, sentence=sentence)


@functools.cache
def _known() -> Mapping[str, _Known]:
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    require_schema(document, _TABLE, shipped=True)
    return {
        op: _Known(kind=entry["kind"], reason=entry["reason"], usual=entry.get("usual", False))
        for entry in document["risk"]
        for op in entry["ops"]
    }
