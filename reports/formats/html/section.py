"""What a page shows of one model: its key in addresses, and what is derived for its template."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from reports.formats.grid import loaders_of
from reports.formats.shared_reasons import SharedReason, shared_reasons
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport


@dataclass(frozen=True, kw_only=True)
class Section:
    """A model and its `key`: the name that stands for it in addresses, unique in the report.

    What comes `later` stands in a `noscript` element: to a browser that runs the script it is one
    text, which becomes elements when a reader comes near it. Hundreds of tables at once would
    keep a browser busy for seconds.
    """

    key: str
    model: ModelReport
    later: bool = False

    @property
    def loaders(self) -> tuple[str, ...]:
        """The columns of its table."""
        return loaders_of(self.model)

    @functools.cached_property
    def by_cell(self) -> Mapping[str, CellReport]:
        """Its cells by name."""
        return {cell.id: cell for cell in self.model.cells}

    @property
    def reasons(self) -> tuple[SharedReason, ...]:
        """Why cells are not `runs`, each reason once."""
        return shared_reasons(self.model)

    @property
    def saved_by(self) -> str:
        """What wrote the file, where it says so."""
        facts = self.model.facts
        known = (("TensorFlow", facts.get("tensorflow")), ("Keras", facts.get("keras")))
        return " and ".join(f"{name} {version}" for name, version in known if version)

    @property
    def size(self) -> int | None:
        """Bytes."""
        size = self.model.facts.get("size_bytes")
        return size if isinstance(size, int) else None
