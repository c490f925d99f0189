"""A variant: one way to try a loader, with the label that reports print."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

TAGS = "tags"
# Commas stand between values, so those within a value are marked.
_MARKED = re.compile(r"\\(.)", re.DOTALL)
_VALUE = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)


@dataclass(frozen=True)
class Variant:
    r"""One way to use a loader.

    `name` is the argument that tells it from the other ways, `values` what the argument is set to,
    if anything. `str()` gives `compile=False`, `tags=serve,gpu` or `json`, with a backslash before
    commas and backslashes within a value. Where a loader has one way only, it has no name.
    `options` is what the probe is given; two variants of one label are equal whatever it is.
    """

    name: str = ""
    values: tuple[str, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict, compare=False, kw_only=True)

    @property
    def label(self) -> str | None:
        """What reports and identifiers print; `None` for the only way of a loader."""
        if self.values is None:
            return self.name or None
        return f"{self.name}={','.join(map(_escaped, self.values))}"

    def __str__(self) -> str:
        return self.label or ""

    @property
    def picks_a_graph(self) -> bool:
        """Whether it loads another graph of the file than other variants of the loader do."""
        return self.name == TAGS

    def given(self, **options: Any) -> Variant:
        """The same way with other options for the probe."""
        return replace(self, options=options)

    @classmethod
    def parse(cls, label: str | None) -> Variant:
        """The variant of a label that was read from a report or a plan, without options."""
        name, is_set, text = (label or "").partition("=")
        if not is_set:
            return cls(name)
        return cls(name, tuple(_MARKED.sub(r"\1", value) for value in _VALUE.findall(text)))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")


# The way of a loader that has no other.
ONLY = Variant()
UNCOMPILED = Variant("compile", ("False",))
# Without the safe mode of Keras, with `--allow-lambda` only.
UNSAFE = Variant("safe_mode", ("False",))
# A loader is given what it may not need: a SavedModel holds the graphs of its layers and loads
# without their classes, and now and then with them only.
HANDED = Variant("custom_objects")
