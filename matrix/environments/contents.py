"""Checks that the files of an environment are those that its packages installed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path


def damaged_file(environment: Path) -> str | None:
    """A file of an installed package that is gone or has another size; `None` where all is well.

    Takes some tenths of a second: it asks the system for every file.
    """
    for site in _sites(environment):
        try:
            recorded = _recorded(site)
        except (OSError, csv.Error) as error:
            return f"its list of installed files cannot be read: {error}"
        for name, sizes in recorded.items():
            try:
                size = (site / name).stat().st_size
            except OSError:
                return f"{name} is missing"
            # Packages may bring the same file: the one installed last has won.
            if size not in sizes:
                return (
                    f"{name} has {size:,} bytes instead of {' or '.join(f'{n:,}' for n in sizes)}"
                )
    return None


def _sites(environment: Path) -> Iterator[Path]:
    yield from environment.glob("lib/python*/site-packages")
    yield from environment.glob("Lib/site-packages")


def _recorded(site: Path) -> dict[str, set[int]]:
    """The files of all packages with the sizes that were recorded, without scripts elsewhere."""
    recorded: dict[str, set[int]] = {}
    for record in site.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", errors="replace", newline="") as file:
            for name, _, size in (row for row in csv.reader(file) if len(row) == 3):  # noqa: PLR2004
                if size.isdecimal() and not name.startswith(("..", "/")):
                    recorded.setdefault(name, set()).add(int(size))
    return recorded
