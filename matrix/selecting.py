"""Outputs that sorting or selecting decides: among near ties the least noise decides otherwise.

Whoever picks the largest of two scores that are a rounding apart picks the other one in the next
release, and both are right. So a difference in what was picked is no proof by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matrix.model.facts import Format, ModelFacts

_CONTINUOUS = ("float", "bfloat", "complex")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which outputs are picked: `outputs` maps `SIGNATURE/OUTPUT`, or a bare name, to the op.

    `known` are the outputs that the file names; those of other names are told by their type.
    `made` says that the inputs are those of this tool, which know nothing of near ties.
    """

    outputs: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    made: bool = True

    @classmethod
    def of(cls, model: ModelFacts, *, made: bool) -> Selection:
        """The selection of a model; TFLite interpreters call outputs as the file calls tensors."""
        names = {f"{one.name}/{out.name}" for one in model.signatures for out in one.outputs}
        known = frozenset() if model.format is Format.TFLITE else frozenset(names)
        return cls(outputs=model.selected, known=known, made=made)

    def op_behind(self, signature: object, tensor: Mapping[str, Any]) -> str | None:
        """The op that decides an output, `None` where none does."""
        name = tensor.get("name")
        for key in (f"{signature}/{name}", str(name)):
            if key in self.outputs:
                return self.outputs[key]
        if not self.known or f"{signature}/{name}" in self.known:
            return None
        # Keras calls its outputs otherwise: what is picked are numbers of places, or texts.
        picked = not str(tensor.get("dtype")).startswith(_CONTINUOUS)
        whole = len(self.outputs) == len(self.known)
        return next(iter(self.outputs.values()), None) if picked or whole else None
