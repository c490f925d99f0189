"""The steps of our Action as GitHub runs them: their scripts, and the variables they are given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ACTION: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "action.yml").read_text(encoding="utf-8")
)
_EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


def step(name: str) -> dict[str, Any]:
    """A step by its id."""
    return next(one for one in ACTION["runs"]["steps"] if one.get("id") == name)


def variables(name: str, inputs: Mapping[str, str], **known: str) -> dict[str, str]:
    """The variables of a step; `known` are expressions beside inputs, with `_` for each dot."""
    values = {f"inputs.{key}": one.get("default", "") for key, one in ACTION["inputs"].items()}
    values |= {f"inputs.{key}": value for key, value in inputs.items()}

    def value_of(match: re.Match[str]) -> str:
        return values[match[1]] if match[1] in values else known[re.sub(r"\W", "_", match[1])]

    return {key: _EXPRESSION.sub(value_of, value) for key, value in step(name)["env"].items()}
