"""Names cells briefly: `2.14.1 to 2.16.2`."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.catalogue.cell_id import CellId
from reports.report import ranges


def spans(names: Sequence[str], order: Sequence[str]) -> str:
    """Cells in few words, neighbours drawn together: `2.6.5, 2.16.2 to 2.21.0`.

    Plain cells, and those with the same beside TensorFlow, are neighbours among their own kind.
    """
    kind_of = {name: CellId.parse(name).kind for name in order}
    kinds = sorted(set(kind_of.values()))
    parts = (ranges.spans(names, [n for n in order if kind_of[n] == kind]) for kind in kinds)
    return ", ".join(filter(None, parts))
