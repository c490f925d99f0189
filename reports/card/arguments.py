"""The arguments of a call as they are written in Python, of the shapes that ran. Pure."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import UNSET

from matrix.plan.snippet import quoted
from reports.report.check_report import TensorReport

_FEW = 8
_Step: TypeAlias = int | str
_Node: TypeAlias = "str | dict[_Step, _Node]"


def arguments(inputs: Sequence[TensorReport]) -> str | None:
    """What a call took by position and by name; `None` where the run did not say how."""
    root: dict[_Step, _Node] = {}
    for tensor in inputs:
        if tensor.place is UNSET or not _put(root, tensor.place, zeros(tensor)):
            return None
    positions = [step for step in root if isinstance(step, int)]
    if sorted(positions) != list(range(len(positions))):
        return None
    parts = [_written(root[step]) for step in sorted(positions)]
    named = {step: node for step, node in root.items() if isinstance(step, str)}
    parts += _by_name({step: _written(node) for step, node in named.items()})
    return None if None in parts else ", ".join(filter(None, parts))


def _put(node: dict[_Step, _Node], place: Sequence[_Step], text: str) -> bool:
    """Put a tensor where its place leads; false where something else is there."""
    *above, last = place
    for step in above:
        below = node.setdefault(step, {})
        if isinstance(below, str):
            return False
        node = below
    return node.setdefault(last, text) == text


def _written(node: _Node) -> str | None:
    """A tensor, or a list or dict of them."""
    if isinstance(node, str):
        return node
    parts = {step: _written(below) for step, below in node.items()}
    if None in parts.values():
        return None
    if all(isinstance(step, str) for step in parts):
        return f"{{{', '.join(f'{quoted(str(step))}: {text}' for step, text in parts.items())}}}"
    if set(parts) == set(range(len(parts))):
        return f"[{', '.join(str(parts[step]) for step in range(len(parts)))}]"
    return None


def _by_name(parts: Mapping[str, str | None]) -> Iterator[str | None]:
    if all(name.isidentifier() and not keyword.iskeyword(name) for name in parts):
        yield from (text and f"{name}={text}" for name, text in parts.items())
    else:
        yield f"**{{{', '.join(f'{quoted(name)}: {text}' for name, text in parts.items())}}}"


def fed(tensor: TensorReport) -> str | None:
    """The few numbers that the run fed, such as a scale factor; `None` where zeros will do."""
    values = () if tensor.values is UNSET else tensor.values
    known = [value for value in values if isinstance(value, int | float)]
    if len(tensor.shape) > 1 or not any(known) or len(known) != len(values) or len(known) > _FEW:
        return None
    return repr(known if tensor.shape else known[0])


def zeros(tensor: TensorReport) -> str:
    """A tensor of the same shape and type, in TensorFlow, of zeros where nothing else is needed."""
    shape = list(tensor.shape)
    if (values := fed(tensor)) is not None:
        return f"tf.constant({values}, tf.{tensor.dtype})"
    if tensor.dtype == "string":
        return f'tf.fill({shape}, "")'
    kind = "" if tensor.dtype == "float32" else f", tf.{tensor.dtype}"
    return f"tf.zeros({shape}{kind})"


def by_name(inputs: Sequence[TensorReport]) -> str:
    """What a signature takes, each input by its name."""
    return ", ".join(str(part) for part in _by_name({one.name: zeros(one) for one in inputs}))
