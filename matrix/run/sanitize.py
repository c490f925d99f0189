"""What a probe says, brought into the shapes the report promises.

A model runs in the probe and may write what it likes. Fields of another type than expected are
dropped, numbers are finite, text is short; nothing here raises for what it is given.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

_MOST_TEXT = 40_000
_MOST_VALUES = 2_000
_MOST_KEY = 32
_MOST_NUMBER = 2**64


def parsed(line: bytes) -> dict[str, Any] | None:
    """A line of JSON as a mapping, `None` for anything else; NaN and Infinity are not JSON."""
    try:
        document = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refuse(name: str) -> None:
    raise ValueError(name)


def amount(value: Any) -> float:
    """A number of seconds or MB: finite and not negative, else 0."""
    return max(0.0, float(value)) if _is_number(value) else 0.0


def text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


def error(value: Any) -> dict[str, Any] | None:
    """A described exception with the chain it came from."""
    if not isinstance(value, dict):
        return None
    chain = value.get("chain")
    links = [link for link in chain if isinstance(link, dict)] if isinstance(chain, list) else []
    return {
        **{name: text(value.get(name)) for name in ("type", "message", "traceback")},
        "chain": [{name: text(link.get(name)) for name in ("type", "message")} for link in links],
    }


def environment(value: Any) -> dict[str, Any]:
    """The facts of an environment: texts, a list of CPU flags, packages and their versions."""
    if not isinstance(value, dict):
        return {}
    known = ("python", "platform", "machine")
    facts: dict[str, Any] = {name: text(value[name]) for name in known if name in value}
    if isinstance(flags := value.get("cpu_flags"), list):
        facts["cpu_flags"] = [text(flag) for flag in flags]
    if isinstance(packages := value.get("packages"), dict):
        facts["packages"] = {name: text(version) for name, version in packages.items()}
    return facts


def calls(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The signatures that were called: each with inputs and outputs, or with an error."""
    if not isinstance(value, list):
        return ()
    return tuple(_call(call) for call in value if isinstance(call, dict))


def _call(value: Mapping[str, Any]) -> dict[str, Any]:
    call: dict[str, Any] = {"signature": text(value.get("signature"))}
    outputs = value.get("outputs")
    if not isinstance(outputs, list):
        if found := error(value.get("error")):
            call |= {"error": found, "made": value.get("made") is True}
        return call
    inputs = value.get("inputs")
    call["inputs"] = _tensors(inputs if isinstance(inputs, list) else [])
    call["outputs"] = _tensors(outputs)
    if isinstance(repeatable := value.get("repeatable"), bool):
        call["repeatable"] = repeatable
    if value.get("fed") in ("file", "cell"):
        call["fed"] = value["fed"]
    return call


def _tensors(values: list[Any]) -> list[dict[str, Any]]:
    return [_tensor(value) for value in values if isinstance(value, dict)]


def _tensor(value: Mapping[str, Any]) -> dict[str, Any]:
    shape = value.get("shape")
    tensor: dict[str, Any] = {name: text(value.get(name)) for name in ("name", "dtype", "digest")}
    tensor["shape"] = [one for one in shape if _is_size(one)] if isinstance(shape, list) else []
    for name in ("values", "sample"):
        if isinstance(found := value.get(name), list):
            tensor[name] = [one for one in found[:_MOST_VALUES] if _is_value(one)]
    if isinstance(stored := value.get("stored"), str):
        tensor["stored"] = stored[:_MOST_KEY]
    if isinstance(statistics := value.get("statistics"), dict):
        tensor["statistics"] = {key: one for key, one in statistics.items() if _is_value(one)}
    return tensor


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _MOST_NUMBER if isinstance(value, int) else math.isfinite(value)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value) and value >= 0


def _is_value(value: Any) -> bool:
    return isinstance(value, bool | str) or _is_number(value)
