"""Numeric options: inputs, signature, tolerances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.options import values
from matrix.options.command_line.declared import option
from matrix.schemas import known_fields

# Of inputs and of random numbers; the same in the probe.
SEED = 20160209
# (relative, absolute) by dtype; anything else must be equal unless the caller allows more. Kernels
# change between releases, and reductions in another order move float32 results of deep models by
# some 1e-4.
TOLERANCES: Mapping[str, tuple[float, float]] = {
    "float64": (1e-6, 1e-8),
    "complex128": (1e-6, 1e-8),
    "float32": (1e-3, 1e-5),
    "complex64": (1e-3, 1e-5),
    "float16": (2e-2, 1e-3),
    "bfloat16": (5e-2, 1e-2),
    # Quantised numbers and pixels: kernels may round the last step otherwise.
    "int8": (0, 1),
    "uint8": (0, 1),
}
# No numbers, so no tolerance can be meant.
_TEXT = "string"


def _tolerance(name: str, value: float) -> float:
    if not 0 <= value < math.inf:
        raise UsageError(f"--{name} must be 0 or more, such as 1e-3, not {value:g}.")
    return float(value)


@dataclass(frozen=True, kw_only=True)
class Numerics:
    """`inputs` is the file of the caller, `signature` the only one to call.

    `rtol` and `atol` stand in for the tolerances by dtype; `None` leaves these.
    """

    inputs: Path | None = option(
        "inputs",
        str,
        "input arrays: .npz or .json",
        value="FILE",
        parse=values.path,
        heading="What a model is fed, and which differences count",
        default=None,
    )
    signature: str | None = option(
        "signature", str, "call only this signature", value="NAME", default=None
    )
    rtol: float | None = option(
        "rtol",
        float,
        "relative tolerance (by type: 1e-3 for float32)",
        value="X",
        parse=lambda value, _: _tolerance("rtol", value),
        default=None,
    )
    atol: float | None = option(
        "atol",
        float,
        "absolute tolerance (by type: 1e-5 for float32)",
        value="X",
        parse=lambda value, _: _tolerance("atol", value),
        default=None,
    )

    def tolerance(self, dtype: str) -> tuple[float, float] | None:
        """Relative and absolute tolerance; `None` where values must be equal.

        What the caller gives holds for whole numbers too, and for truth values as 0 and 1.
        """
        asked = self.rtol is not None or self.atol is not None
        if dtype not in TOLERANCES and (dtype == _TEXT or not asked):
            return None
        relative, absolute = TOLERANCES.get(dtype, (0, 0))
        return (
            relative if self.rtol is None else self.rtol,
            absolute if self.atol is None else self.atol,
        )

    def within_a_step(self, step: float) -> Numerics:
        """The same for a float32 that was quantised: nothing smaller than a step can be told.

        What the caller allows stays as it is, and so does what is allowed for other float32.
        """
        # A step, and what a float of that size is rounded by.
        allowed = step * 1.001
        if self.atol is not None or allowed <= TOLERANCES["float32"][1]:
            return self
        return replace(self, atol=allowed)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**self.__dict__, "inputs": self.inputs and str(self.inputs)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Numerics:
        """The numerics back from `to_dict`."""
        named = document.get("inputs")
        return cls(**{**known_fields(cls, document), "inputs": Path(named) if named else None})
