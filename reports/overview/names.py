"""What models are called in a list: as short as possible, and each told from all others. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.models_list.distinct import told_apart
from reports.overview.row import OverviewRow


def labels(rows: Sequence[OverviewRow]) -> dict[int, str]:
    """A label by place: the name, or as much of the end of the path as tells it from others.

    Models of the same path get the number that they have in the list, from 1.
    """
    return told_apart({row.place: (row.name, row.path) for row in rows})


def shortened(label: str, most: int) -> str:
    """A label of at most so many characters: its end tells more than its beginning."""
    return label if len(label) <= most else f"…{label[len(label) - most + 1 :]}"
