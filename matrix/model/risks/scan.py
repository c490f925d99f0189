"""What a model could do beyond computing: a label, shown before anything runs. It is no verdict.

A model is a program. No scan can show that one is harmless, only what it has at hand to do harm.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.model.facts import Format, ModelFacts
from matrix.model.risks.embedded_code import embedded_code
from matrix.model.risks.op_placement import OpPlacement, op_placements
from matrix.model.risks.risk import Risk
from matrix.schemas import require_schema

_TABLE = Path(__file__).with_name("risks.toml")
_GRAPHS = {
    Format.SAVED_MODEL: "SavedModel",
    Format.SAVED_MODEL_V1: "SavedModel",
    Format.META_GRAPH: "MetaGraphDef",
    Format.CHECKPOINT: "MetaGraphDef",
}
_WHEN = {
    OpPlacement.LOAD: "runs while the model is loaded",
    OpPlacement.SIGNATURE: "runs when the model is called",
    OpPlacement.SAVER: "runs only in its saver",
    OpPlacement.ELSEWHERE: "nothing calls it",
}
# Flex delegates run TensorFlow's own ops inside TensorFlow Lite.
_FLEX = "Flex"


@dataclass(frozen=True, kw_only=True)
class _Known:
    kind: str
    reason: str
    usual: bool


def risks(model: ModelFacts) -> tuple[Risk, ...]:
    """The labels of a model, the unusual ones first, what acts while loading before the rest."""
    found = [*_ops(model), *_lambdas(model), *embedded_code(model)]
    eager = list(OpPlacement)
    return tuple(
        sorted(found, key=lambda one: (one.usual, eager.index(one.where), one.kind, one.subject))
    )


def _ops(model: ModelFacts) -> Iterator[Risk]:
    known = _known()
    for op, where in sorted(_places(model).items()):
        entry = known.get(op) or known.get(op.removeprefix(_FLEX))
        if entry is None:
            continue
        # Lookup tables are filled while loading; checkpoints are not written then.
        usual = entry.usual and (where is not OpPlacement.LOAD or entry.kind == "reads_files")
        sentence = f"{op}: {entry.reason} ({_WHEN[where]})."
        yield Risk(kind=entry.kind, subject=op, where=where, sentence=sentence, usual=usual)


def _places(model: ModelFacts) -> Mapping[str, OpPlacement]:
    if kind := _GRAPHS.get(model.format):
        found: dict[str, OpPlacement] = {}
        eager = list(OpPlacement)
        for meta in _meta_graphs(model, kind):
            for op, where in op_placements(meta).items():
                found[op] = min(found.get(op, where), where, key=eager.index)
        if found:
            return found
    return dict.fromkeys(model.ops, OpPlacement.SIGNATURE)


def _meta_graphs(model: ModelFacts, kind: str) -> list[Any]:
    from matrix.model.formats.saved_model import parsed

    path = model.load_path
    if kind == "SavedModel":
        path = path / ("saved_model.pbtxt" if model.text else "saved_model.pb")
    elif model.format is Format.CHECKPOINT:
        path = path.with_name(f"{path.name}.meta")
    try:
        message = parsed(path, kind, text=model.text)
    except OSError:
        return []
    if message is None:
        return []
    return list(message.meta_graphs) if kind == "SavedModel" else [message]


def _lambdas(model: ModelFacts) -> Iterator[Risk]:
    for name in model.lambdas:
        sentence = f"{name} holds Python bytecode, which runs while the model is loaded or called."
        yield Risk(kind="lambda", subject=name, where=OpPlacement.LOAD, sentence=sentence)


@functools.cache
def _known() -> Mapping[str, _Known]:
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    require_schema(document, _TABLE, shipped=True)
    return {
        op: _Known(kind=one["kind"], reason=one["reason"], usual=one.get("usual", False))
        for one in document["risk"]
        for op in one["ops"]
    }
