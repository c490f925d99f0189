"""What cells have cost on this machine, one line for each, in a small file of the cache.

Any number of runs append to it at a time. A line that is damaged or cut short is passed over. What
is forgotten first is oldest; nothing is concluded from it but what a plan says of costs.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.cache import COSTS
from matrix.costs.spent import Spent
from matrix.files import write_bytes

# Beyond this the older half is forgotten. A line is 100 to 500 bytes.
_MOST_BYTES = 256 * 1024
_MOST_SECONDS = 10**6
_DAMAGED = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
_APPENDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_READING = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _APPENDING |= getattr(os, _name, 0)
    _READING |= getattr(os, _name, 0)


@dataclass(frozen=True, kw_only=True)
class CellCost:
    """What one cell took: its environment if it was `built`, its import, its checks, the `rest`.

    `checks` are kinds (loader, format, size class) with how many there were and what all of these
    took. `minor` is that of the release, with a `+` behind it where the cell has companions.
    """

    cell: str
    minor: str
    imported: Spent | None = None
    rest: Spent | None = None
    checks: tuple[tuple[tuple[str, str, int], int, Spent], ...] = ()
    built: Spent | None = None
    disk_mb: int = 0


def add_cost(envdir: Path, cost: CellCost) -> None:
    """Append what a cell took. Never raises: it is only for estimates."""
    line = json.dumps(_document(cost), separators=(",", ":")).encode() + b"\n"
    with contextlib.suppress(OSError):
        envdir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(envdir / COSTS, _APPENDING, 0o600)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            # One call: lines of several writers do not mix.
            file.write(line)
            size = os.fstat(file.fileno()).st_size
        if size > _MOST_BYTES:
            _forget_older(envdir / COSTS)


def read_costs(envdir: Path) -> Iterator[CellCost]:
    """What cells have cost, the newest last. Never raises."""
    for line in _content(envdir / COSTS).splitlines():
        try:
            yield _cost(json.loads(line))
        except _DAMAGED:
            continue


def _forget_older(path: Path) -> None:
    content = _content(path)
    _, _, newer = content[len(content) // 2 :].partition(b"\n")
    write_bytes(path, newer)


def _content(path: Path) -> bytes:
    """The newest part of the file; nothing of what is a link, a pipe, or absent."""
    with contextlib.suppress(OSError), os.fdopen(os.open(path, _READING), "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode):
            file.seek(max(0, found.st_size - 2 * _MOST_BYTES))
            return file.read(2 * _MOST_BYTES)
    return b""


def _document(cost: CellCost) -> dict[str, Any]:
    spent = {"import": cost.imported, "rest": cost.rest, "build": cost.built}
    return {
        "cell": cost.cell,
        "minor": cost.minor,
        **{name: _pair(one) for name, one in spent.items() if one},
        "checks": [[*kind, number, *_pair(one)] for kind, number, one in cost.checks],
        **({"mb": cost.disk_mb} if cost.disk_mb else {}),
    }


def _pair(spent: Spent) -> list[float]:
    return [round(spent.seconds, 3), round(spent.cpu, 3)]


def _cost(document: dict[str, Any]) -> CellCost:
    """The cost of a line.

    Raises:
        ValueError, KeyError, TypeError, ArithmeticError: it is none.
    """
    checks = []
    for loader, kind, size, number, *pair in document["checks"]:
        checks.append(((_text(loader), _text(kind), _whole(size)), _whole(number, 1), _spent(pair)))
    return CellCost(
        cell=_text(document["cell"]),
        minor=_text(document["minor"]),
        imported=_spent(document["import"]) if "import" in document else None,
        rest=_spent(document["rest"]) if "rest" in document else None,
        checks=tuple(checks),
        built=_spent(document["build"]) if "build" in document else None,
        disk_mb=_whole(document.get("mb", 0)),
    )


def _spent(pair: Any) -> Spent:
    seconds, cpu = (float(one) for one in pair)
    if not all(math.isfinite(one) and 0 <= one <= _MOST_SECONDS for one in (seconds, cpu)):
        raise ValueError("no time that a cell can take")
    return Spent(seconds=seconds, cpu=cpu)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no name")
    return value


def _whole(value: Any, least: int = 0) -> int:
    if not isinstance(value, int) or not least <= value < 2**31:
        raise ValueError("no number")
    return value
