"""Do two cells compute the same? Their outputs, element by element."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# (relative, absolute) by dtype; anything else must be equal. Kernels change between releases, and
# reductions in another order move float32 results of deep models by some 1e-4.
TOLERANCES: Mapping[str, tuple[float, float]] = {
    "float64": (1e-6, 1e-8),
    "complex128": (1e-6, 1e-8),
    "float32": (1e-3, 1e-5),
    "complex64": (1e-3, 1e-5),
    "float16": (2e-2, 1e-3),
    "bfloat16": (5e-2, 1e-2),
}
_SPELLED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Call = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where outputs disagree: `largest` is the largest absolute difference, where there is one."""

    output: str
    largest: float | None
    explanation: str


def comparable(reference: Sequence[Call], calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """The calls that both cells made with the same inputs."""
    theirs = {call.get("signature"): call for call in reference if "outputs" in call}
    pairs = [
        (theirs[call["signature"]], call)
        for call in calls
        if "outputs" in call and call.get("signature") in theirs
    ]
    return [pair for pair in pairs if _digests(pair[0]) == _digests(pair[1])]


def difference(reference: Sequence[Call], calls: Sequence[Call]) -> Difference | None:
    """The worst disagreement between two cells, `None` where they agree."""
    found = [
        one for theirs, ours in comparable(reference, calls) for one in _differences(theirs, ours)
    ]
    return max(found, key=lambda one: one.largest or math.inf, default=None)


def _digests(call: Call) -> list[tuple[Any, Any]]:
    return sorted((one.get("name"), one.get("digest")) for one in call.get("inputs", ()))


def _differences(reference: Call, call: Call) -> Iterator[Difference]:
    theirs = {one.get("name"): one for one in reference["outputs"]}
    ours = {one.get("name"): one for one in call["outputs"]}
    if len(theirs) == len(ours) == 1:
        # Keras names its outputs differently from version to version; a single one is the same one.
        pairs = [(*theirs.values(), *ours.values())]
    else:
        pairs = [(theirs[name], ours[name]) for name in theirs if name in ours]
    for one, other in pairs:
        label = f"{call.get('signature')}: {one.get('name')}"
        if found := _compared(label, one, other):
            yield found


def _compared(label: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Difference | None:
    if one.get("digest") == other.get("digest") and one.get("shape") == other.get("shape"):
        return None
    for fact in ("dtype", "shape"):
        if one.get(fact) != other.get(fact):
            text = f"{fact} {other.get(fact)} instead of {one.get(fact)}"
            return Difference(output=label, largest=None, explanation=text)
    left, right = (_values(tensor) for tensor in (one, other))
    relative, absolute = TOLERANCES.get(str(one.get("dtype")), (0.0, 0.0))
    worst: float | None = None
    for a, b in zip(left, right, strict=False):
        if isinstance(a, str) or isinstance(b, str):
            if a != b:
                return Difference(output=label, largest=None, explanation=f"{b!r} instead of {a!r}")
        elif not _close(a, b, relative, absolute):
            gap = abs(a - b)
            worst = math.inf if math.isnan(gap) else max(worst or 0.0, gap)
    if worst is None:
        return None
    return Difference(output=label, largest=worst, explanation=f"off by up to {worst:.3g}")


def _values(tensor: Mapping[str, Any]) -> Sequence[Any]:
    if tensor.get("dtype") == "string":
        return list(tensor.get("values", ()))
    # Large tensors carry a sample and statistics; both must agree.
    statistics = tensor.get("statistics") or {}
    values = [*(tensor.get("values") or tensor.get("sample") or ()), *statistics.values()]
    return [_SPELLED.get(v, v) if isinstance(v, str) else v for v in values if v is not None]


def _close(a: float, b: float, relative: float, absolute: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
