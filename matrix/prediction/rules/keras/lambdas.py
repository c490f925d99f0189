"""Lambda layers: what safe mode refuses, and bytecode of another Python."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from matrix.model.contents.keras import KerasContents, KerasObject
from matrix.model.facts import Format
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown
from matrix.prediction.rules.keras.edition import FILES, LOADERS, edition_of

# A code object in `marshal`: its type with the flag for references, and the number of arguments.
_CODE = (0xE3, 0x63)
# A shorter text is a name.
_LEAST_CODE = 20


def _refused(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or not any(_codes(keras)):
        return None
    edition = edition_of(case)
    if edition.is_3:
        return fails("Keras 3 refuses Lambda layers with Python code in its safe mode")
    is_json = case.model.format is Format.KERAS_JSON
    if case.model.format is Format.KERAS_V3 or (is_json and edition.reads_modules):
        return fails("Keras refuses Lambda layers with Python code in its safe mode")
    return None


def _bytecode(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None:
        return None
    python = tuple(int(part) for part in case.cell.python.split("."))
    for code in _codes(keras):
        written = _pythons(code)
        if written is None:
            return unknown("a Lambda layer has Python code of which the version cannot be told")
        first, last = written
        if not first <= python <= last:
            said = _shown(first) if first == last else f"{_shown(first)} to {_shown(last)}"
            return fails(
                f"a Lambda layer has bytecode of Python {said}, and this cell has Python "
                f"{case.cell.python}"
            )
        if first >= (3, 11) and python != first:
            return unknown("a Lambda layer has bytecode, which may run in this Python or not")
    return None


def _shown(python: tuple[int, int]) -> str:
    return ".".join(map(str, python))


def _codes(keras: KerasContents) -> Iterator[str]:
    """The code of each Lambda layer, as text."""
    for one in keras.objects:
        if one.name == "Lambda":
            for key in ("function", "output_shape", "mask"):
                if code := _code(one, key):
                    yield code


def _code(one: KerasObject, key: str) -> str | None:
    value = one.config.get(key)
    if isinstance(value, dict) and value.get("class_name") == "__lambda__":
        inner = value.get("config")
        value = inner.get("code") or inner.get("value") if isinstance(inner, dict) else None
    elif isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    elif one.config.get(f"{key}_type", "lambda") != "lambda":
        return None
    if isinstance(value, list) and value and not isinstance(value[0], int):
        value = value[0]
    return value if isinstance(value, str) and len(value) >= _LEAST_CODE else None


def _pythons(code: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The first and the last Python that read this code.

    Its layout has one number more from 3.8 on, and from 3.11 on one fewer; there the bytecode may
    be referred to, which a bit of its type says. `RESUME` has another opcode from 3.13 on.
    """
    try:
        data = base64.b64decode(code.encode("ascii"), validate=False)
    except (binascii.Error, ValueError):
        data = code.encode("raw_unicode_escape")
    if not data or data[0] not in _CODE:
        return None
    for (count, kind), pythons in _LAYOUTS.items():
        at = 1 + 4 * count
        if len(data) > at and data[at] == kind:
            if kind != _REFERRED:
                return pythons
            start = data[at + 5 : at + 5 + 8]
            return pythons if _RESUME in start[::2] else ((3, 13), (3, 13))
    return None


_RESUME = 151
_STRING, _REFERRED = 0x73, 0xF3
_LAYOUTS = {
    (4, _STRING): ((2, 0), (2, 7)),
    (5, _STRING): ((3, 0), (3, 7)),
    (6, _STRING): ((3, 8), (3, 10)),
    (5, _REFERRED): ((3, 11), (3, 12)),
}


RULES = (
    Rule(
        name="keras-safe-mode",
        judge=_refused,
        loaders=LOADERS,
        formats=FILES,
        source="`Lambda.from_config` in keras/src/layers/core/lambda_layer.py",
    ),
    Rule(
        name="keras-lambda-bytecode",
        judge=_bytecode,
        loaders=LOADERS,
        formats=FILES,
        source="`func_load` in Keras, and Python/marshal.c",
    ),
)
