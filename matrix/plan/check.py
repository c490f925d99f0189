"""A check: one loader tried on one model in one cell, in one variant."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from matrix.catalogue.registration import NO_HANDOVER, Handover


@dataclass(frozen=True, kw_only=True)
class Check:
    """What the probe is asked to do.

    `model` is the number of the model in the plan. `unless` names a check that makes this one
    superfluous when it loads: `compile=False` is tried where `compile=True` did not load.
    `inputs` are files of arrays to feed, `rules` what is known of the model for inputs that no file
    has, `signature` is the only one to call. `imports` are the modules of companions to import
    first, `handover` is what the loader is given of them, and `custom_objects` the caller's own
    Python. An attempt to load what the loader `remedies` does not counts for no verdict.
    """

    model: int
    path: str
    loader: str
    variant: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    unless: str | None = None
    inputs: tuple[str, ...] = ()
    rules: Mapping[str, Any] | None = None
    signature: str | None = None
    imports: tuple[str, ...] = ()
    handover: Handover = NO_HANDOVER
    custom_objects: str | None = None
    remedies: str | None = None

    @property
    def id(self) -> str:
        variant = f":{self.variant}" if self.variant else ""
        return f"{self.model}:{self.loader}{variant}"

    def request(self) -> dict[str, Any]:
        """The check in the words of the probe."""
        return {
            "check": self.id,
            "path": self.path,
            "loader": self.loader,
            "variant": self.variant,
            "options": dict(self.options),
            "unless": self.unless,
            "inputs": list(self.inputs),
            "rules": None if self.rules is None else dict(self.rules),
            "signature": self.signature,
            "imports": list(self.imports),
            "handover": self.handover.to_dict() if self.handover else None,
            "custom_objects": self.custom_objects,
        }


def made_superfluous(check: Check, checks: Mapping[str, Check], loaded: Container[str]) -> bool:
    """Whether one of the checks that come before this one, as `unless` chains them, loaded."""
    name = check.unless
    while name is not None and name not in loaded:
        name = checks[name].unless if name in checks else None
    return name is not None
