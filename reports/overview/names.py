"""What models are called in a list: as short as possible, and each told from all others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from matrix.shown import on_one_line
from reports.overview.row import OverviewRow


def labels(rows: Sequence[OverviewRow]) -> dict[int, str]:
    """A label by place: the name, or as much of the end of the path as tells it from others.

    Models of the same path get the number that they have in the list, from 1.
    """
    found = {row.place: on_one_line(row.name) for row in rows}
    parts = {row.place: PurePosixPath(row.path.replace("\\", "/")).parts for row in rows}
    alike, depth = _repeated(found.values()), 1
    deepest = max((len(each) for each in parts.values()), default=0)
    while alike and depth < deepest:
        depth += 1
        for place, label in found.items():
            if label in alike:
                found[place] = on_one_line("/".join(parts[place][-depth:]).replace("//", "/"))
        alike = _repeated(found.values())
    return {
        place: f"{label} (model {place + 1})" if label in alike else label
        for place, label in found.items()
    }


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def shortened(label: str, most: int) -> str:
    """A label of at most so many characters: its end tells more than its beginning."""
    return label if len(label) <= most else f"…{label[len(label) - most + 1 :]}"
