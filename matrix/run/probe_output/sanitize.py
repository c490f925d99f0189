"""Turns untrusted JSON of a probe into safe values.

A model runs in the probe and may write what it likes. Fields of another type than expected are
dropped, numbers are finite, text is short; nothing here raises for what it is given.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import (
    CallRecord,
    EnvironmentRecord,
    ErrorLink,
    ErrorRecord,
    IsolationRecord,
    Refusal,
    TensorRecord,
)

_MOST_TEXT = 40_000
_MOST_VALUES = 2_000
# Of signatures, and of the inputs or outputs of one: no model has so many.
_MOST_ENTRIES = 10_000
_MOST_KEY = 32
# How deep structures of inputs are, and how long their names.
_DEEPEST, _MOST_STEP = 8, 200
_MOST_NUMBER = 2**64
_MOST_DIGITS = 20
_MOST_DEPTH = 32


def parsed(line: bytes) -> dict[str, Any] | None:
    """A line of JSON as a mapping, `None` for anything else; NaN and Infinity are not JSON.

    Nor is what could be read and not be used: numbers that no float holds, and what lies so deep
    that it cannot be written again.
    """
    try:
        document = json.loads(line, parse_constant=_refuse, parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _is_shallow(document) else None


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        _refuse(digits)
    return int(digits)


def _is_shallow(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(_MOST_DEPTH):
        parts = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for part in parts for one in part if isinstance(one, dict | list)]
    return not level


def _refuse(name: str) -> None:
    raise ValueError(name)


def finite_number(value: Any) -> float:
    """A number of seconds or MB: finite and not negative, else 0."""
    return max(0.0, float(value)) if _is_number(value) else 0.0


def text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""


def error(value: Any) -> ErrorRecord | None:
    """A described exception with the chain it came from."""
    if not isinstance(value, dict):
        return None
    chain = value.get("chain")
    links = [link for link in chain if isinstance(link, dict)] if isinstance(chain, list) else []
    return ErrorRecord(
        type=text(value.get("type")),
        message=text(value.get("message")),
        traceback=text(value.get("traceback")),
        chain=tuple(
            ErrorLink(type=text(link.get("type")), message=text(link.get("message")))
            for link in links
        ),
    )


def environment(value: Any) -> EnvironmentRecord:
    """The facts of an environment: texts, a list of CPU flags, packages and their versions."""
    if not isinstance(value, dict):
        return EnvironmentRecord()
    texts = ("python", "platform", "machine", "host")
    facts: dict[str, Any] = {name: text(value[name]) for name in texts if name in value}
    if isinstance(flags := value.get("cpu_flags"), list):
        facts["cpu_flags"] = tuple(text(flag) for flag in flags)
    if isinstance(packages := value.get("packages"), dict):
        facts["packages"] = {name: text(version) for name, version in packages.items()}
    return EnvironmentRecord(**facts)


def isolation(value: Any) -> IsolationRecord:
    """What a probe says of its walls."""
    if not isinstance(value, dict):
        return IsolationRecord()
    lists = {name: value.get(name) for name in ("means", "observed", "missing")}
    return IsolationRecord(
        **{
            name: tuple(text(word)[:_MOST_KEY] for word in words)
            for name, words in lists.items()
            if isinstance(words, list)
        }
    )


def refusals(value: Any) -> tuple[Refusal, ...]:
    """What walls refused."""
    some = value if isinstance(value, list) else []
    return tuple(
        Refusal(kind=text(one.get("kind")), subject=text(one.get("subject")))
        for one in some
        if isinstance(one, dict)
    )


def process_exit(value: Any) -> ProcessExit | None:
    """Why a process was stopped."""
    if not isinstance(value, dict):
        return None
    try:
        kind = ExitKind(value.get("kind"))
    except ValueError:
        return None
    return ProcessExit(
        kind=kind,
        seconds=value["seconds"] if _is_number(value.get("seconds")) else None,
        megabytes=value["megabytes"] if _is_number(value.get("megabytes")) else None,
        excess=text(value.get("excess")),
    )


def calls(value: Any) -> tuple[CallRecord, ...]:
    """The signatures that were called: each with inputs and outputs, or with an error."""
    if not isinstance(value, list):
        return ()
    return tuple(_call(call) for call in value[:_MOST_ENTRIES] if isinstance(call, dict))


def _call(value: Mapping[str, Any]) -> CallRecord:
    signature = text(value.get("signature"))
    outputs = value.get("outputs")
    if not isinstance(outputs, list):
        raised = error(value.get("error"))
        made = raised is not None and value.get("made") is True
        return CallRecord(signature=signature, error=raised, made=made)
    repeatable, fed = value.get("repeatable"), value.get("fed")
    return CallRecord(
        signature=signature,
        inputs=_tensors(value.get("inputs")),
        outputs=_tensors(outputs),
        repeatable=repeatable if isinstance(repeatable, bool) else None,
        fed=fed if fed in ("file", "cell") else None,
        file=text(value.get("file"))[:_MOST_KEY] or None,
    )


def _tensors(value: Any) -> tuple[TensorRecord, ...]:
    tensors = value[:_MOST_ENTRIES] if isinstance(value, list) else []
    return tuple(_tensor(tensor) for tensor in tensors if isinstance(tensor, dict))


def _tensor(value: Mapping[str, Any]) -> TensorRecord:
    shape, stored, statistics = (value.get(name) for name in ("shape", "stored", "statistics"))
    return TensorRecord(
        name=text(value.get("name")),
        dtype=text(value.get("dtype")),
        digest=text(value.get("digest")),
        shape=tuple(filter(_is_size, shape)) if isinstance(shape, list) else (),
        values=_scalars(value.get("values")),
        sample=_scalars(value.get("sample")),
        stored=stored[:_MOST_KEY] if isinstance(stored, str) else None,
        statistics={key: number for key, number in statistics.items() if _is_scalar(number)}
        if isinstance(statistics, dict)
        else None,
        place=_place(value.get("place")),
    )


def _place(value: Any) -> tuple[int | str, ...] | None:
    """Where an input is among the arguments of a call; as a whole or not at all."""
    if not isinstance(value, list) or not 0 < len(value) <= _DEEPEST:
        return None
    return tuple(value) if all(map(_is_step, value)) else None


def _is_step(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _MOST_STEP
    return _is_size(value) and value < _MOST_ENTRIES


def _scalars(value: Any) -> tuple[Any, ...] | None:
    return tuple(filter(_is_scalar, value[:_MOST_VALUES])) if isinstance(value, list) else None


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _MOST_NUMBER if isinstance(value, int) else math.isfinite(value)


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value) and value >= 0


def _is_scalar(value: Any) -> bool:
    return isinstance(value, bool | str) or _is_number(value)
