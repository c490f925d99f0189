"""What models are called in a list: as short as possible, and each told from all others. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from matrix.models_list.distinct import distinct
from matrix.shown import on_one_line
from reports.overview.row import OverviewRow


def labels(rows: Sequence[OverviewRow]) -> dict[int, str]:
    """A label by place: the name, or as much of the end of the path as tells it from others.

    Models of the same path get the number that they have in the list, from 1.
    """
    return told_apart({row.place: (row.name, row.path) for row in rows})


def told_apart(models: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    """The same of models that are given as name and path, by place."""
    parts = {
        place: PurePosixPath(path.replace("\\", "/")).parts for place, (_, path) in models.items()
    }
    names = {place: name for place, (name, _) in models.items()}

    def text(place: int, level: int) -> str:
        told = "/".join(parts[place][-level - 1 :]).replace("//", "/") if level else names[place]
        # One path that was given twice has no longer text.
        again = f" (model {place + 1})" if level >= len(parts[place]) else ""
        return on_one_line(f"{told}{again}")

    return distinct(names, text)


def shortened(label: str, most: int) -> str:
    """A label of at most so many characters: its end tells more than its beginning."""
    return label if len(label) <= most else f"…{label[len(label) - most + 1 :]}"
