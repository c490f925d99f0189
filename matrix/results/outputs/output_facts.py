"""What the graph of a model says about its outputs and how to compare them.

An op that picks the largest of two scores may pick the other one in the next release, where the
scores are a rounding apart, and both are right: a difference in what was picked proves nothing.
And an output that was quantised moves by a whole step at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matrix.model.facts import Format, ModelFacts
from matrix.run.probe_output.records import TensorRecord

_CONTINUOUS = ("float", "bfloat", "complex")


@dataclass(frozen=True, kw_only=True)
class OutputFacts:
    """Which outputs are picked: `picked` maps `SIGNATURE/OUTPUT`, or a bare name, to the op.

    `known` are the outputs that the file names; those of other names are told by their type.
    `made` says that the inputs are those of this tool, which know nothing of near ties. `steps` are
    the sizes of a step of outputs that were quantised just before.
    """

    picked: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    made: bool = True

    @classmethod
    def of(cls, model: ModelFacts, *, made: bool) -> OutputFacts:
        """The about of a model; TFLite interpreters call outputs as the file calls tensors."""
        names = {
            f"{signature.name}/{output.name}"
            for signature in model.signatures
            for output in signature.outputs
        }
        known = frozenset() if model.format is Format.TFLITE else frozenset(names)
        return cls(picked=model.selected, steps=model.steps, known=known, made=made)

    def op_behind(self, signature: str, tensor: TensorRecord) -> str | None:
        """The op that decides an output, `None` where none does."""
        full = f"{signature}/{tensor.name}"
        for key in (full, tensor.name):
            if key in self.picked:
                return self.picked[key]
        if not self.known or full in self.known:
            return None
        # Keras calls its outputs otherwise: what is picked are numbers of places, or texts.
        jumps = not tensor.dtype.startswith(_CONTINUOUS)
        whole = len(self.picked) == len(self.known)
        return next(iter(self.picked.values()), None) if jumps or whole else None

    def step_of(self, tensor: TensorRecord) -> float:
        """By how much an output moves at least, 0 where it moves by as little as it likes."""
        return self.steps.get(tensor.name, 0.0)


NOTHING_KNOWN = OutputFacts()
