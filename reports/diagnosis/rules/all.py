"""All rules: those of every family in this folder. A new family needs no line here.

They have no order: the most certain answer wins, then the most specific.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from reports.diagnosis import rules
from reports.diagnosis.rule import Rule


def _families() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        if found.name != __name__:
            yield importlib.import_module(found.name)


def _rules() -> Iterator[Rule]:
    for family in _families():
        for blocks in vars(family).values():
            if isinstance(blocks, tuple):
                yield from (block for block in blocks if isinstance(block, Rule))


# A family may borrow the rules of another.
RULES: tuple[Rule, ...] = tuple(dict.fromkeys(_rules()))
