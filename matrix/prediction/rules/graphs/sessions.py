"""What stops a session: the first run places the whole graph on devices."""

from __future__ import annotations

from collections.abc import Callable

from matrix.catalogue.api_history import api_history
from matrix.model.facts import Format
from matrix.prediction.history import kernel_places, where
from matrix.prediction.rule import Case, Judgement, Rule, fails

_PLACER = "tensorflow/core/common_runtime/placer.cc"


def _device(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for device in sorted(graph.devices if graph.runs_at_load else ()):
            kind = device.rpartition("device:")[2].partition(":")[0] or device.strip("/")
            if kind.upper() in ("GPU", "TPU") or device.lower().startswith(("/gpu", "/tpu")):
                return fails(
                    f"nodes of the graph are bound to {device}, and a session without soft "
                    "placement wants it"
                )
    return None


def _kernel(case: Case) -> Judgement | None:
    for graph in case.contents.graphs:
        for op in sorted(graph.main_ops - graph.functions if graph.runs_at_load else ()):
            places = kernel_places(op)
            # An op that never has a kernel is not run by one: calls, arguments, what is replaced.
            if places and case.at not in places and op in api_history().ops:
                return fails(f"op {op} can be run on a CPU {where(places)} only")
    return None


def _rule(name: str, judge: Callable[[Case], Judgement | None], source: str) -> Rule:
    return Rule(
        name=name,
        judge=judge,
        source=source,
        loaders=frozenset({"session"}),
        formats=frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1}),
    )


RULES = (
    _rule("bound-to-device", _device, _PLACER),
    _rule("no-kernel", _kernel, f"{_PLACER}; the kernels in matrix/catalogue/api_history.json.xz"),
)
