"""A check: one loader tried on one model in one cell, in one variant."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from matrix.catalogue.registration import NO_HANDOVER, Handover
from matrix.plan.variant import ONLY, Variant


@dataclass(frozen=True, kw_only=True)
class Check:
    """What the probe is asked to do.

    `model` is the number of the model in the plan. `skip_if_loaded` names a check that makes this
    one redundant when it loads: `compile=False` is tried where `compile=True` did not load.
    `inputs` are files of arrays to feed, `rules` what is known of the model for inputs that no file
    has, `signature` is the only one to call. `imports` are the modules of companions to import
    first, `handover` is what the loader is given of them, and `custom_objects` the caller's own
    Python. `outside` are files that the model names and that are no part of it: errors do not name
    all of them. `workaround_for` is the loader that did not load where this check is another
    attempt: such a check counts for no verdict.
    """

    model: int
    path: str
    loader: str
    variant: Variant = ONLY
    skip_if_loaded: str | None = None
    inputs: tuple[str, ...] = ()
    rules: Mapping[str, Any] | None = None
    signature: str | None = None
    imports: tuple[str, ...] = ()
    handover: Handover = NO_HANDOVER
    custom_objects: str | None = None
    outside: tuple[str, ...] = ()
    workaround_for: str | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        """What the probe is given for this variant."""
        return self.variant.options

    @property
    def id(self) -> str:
        """`0:keras:compile=True`: unique in a cell."""
        variant = f":{self.variant}" if self.variant.label else ""
        attempt = f":{self.workaround_for}: {self.variant}" if self.workaround_for else variant
        return f"{self.model}:{self.loader}{attempt}"

    def request(self) -> dict[str, Any]:
        """The check in the words of the probe."""
        return {
            "check": self.id,
            "path": self.path,
            "loader": self.loader,
            "variant": self.variant.label,
            "options": dict(self.options),
            "unless": self.skip_if_loaded,
            "inputs": list(self.inputs),
            "rules": None if self.rules is None else dict(self.rules),
            "signature": self.signature,
            "imports": list(self.imports),
            "handover": self.handover.to_dict() if self.handover else None,
            "custom_objects": self.custom_objects,
        }


def is_redundant(check: Check, checks: Mapping[str, Check], loaded: Container[str]) -> bool:
    """Whether one of the checks before this one loaded, as `skip_if_loaded` chains them."""
    name = check.skip_if_loaded
    while name is not None and name not in loaded:
        name = checks[name].skip_if_loaded if name in checks else None
    return name is not None
