"""What a hostile model can do outside of itself, and the models that try."""

from __future__ import annotations

import enum
import tomllib
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.cell_id import CellId

HERE = Path(__file__).parent
MODELS = HERE / "models"
_ENTRIES = HERE / "entries.toml"


class Effect(enum.StrEnum):
    """What was seen after a run; `NONE` is only said of what is refused everywhere."""

    NONE = "none"
    READS = "reads"  # a secret outside was opened
    LEAKS = "leaks"  # its content stands in what the run left
    WRITES = "writes"  # something outside was made, changed or removed
    POISONS = "poisons"  # so was an environment, the tool, a cache, another model or run
    CONNECTS = "connects"  # a listener of ours heard of it
    FORGES = "forges"  # a verdict is not what it would be without the model
    REACHES = "reaches"  # it looked into another process
    KILLS = "kills"  # a process that is not its own ended
    LOSES = "loses"  # a model beside it has no answer, or the run has no report
    STAYS = "stays"  # a process outlived the run
    HANGS = "hangs"  # the run took longer than its limits allow
    FILLS = "fills"  # more disk or memory than the limits allow, or left behind
    SHOWS = "shows"  # a name of its choice is shown as it is


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One hostile model; `entries.toml` says what the fields mean."""

    kind: str
    function: str
    cell: str
    effect: Effect
    labels: tuple[str, ...] = ()
    own: str = ""
    options: tuple[str, ...] = ()
    ignored: tuple[Effect, ...] = ()

    @property
    def name(self) -> str:
        """Its name in tables, such as `forging.ops_alone`."""
        return f"{self.kind}.{self.function}"

    @property
    def release(self) -> str:
        """The release of its cell."""
        return CellId.parse(self.cell).version

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a run with it: its own, and what the default plan has beside it."""
        return self.release, f"{self.release}+tf_keras", self.cell


def entries(*wanted: str) -> tuple[Entry, ...]:
    """All hostile models, or those whose kind or name is wanted."""
    tables = tomllib.loads(_ENTRIES.read_text(encoding="utf-8"))
    known = tuple(
        Entry(
            kind=kind,
            function=function,
            cell=fields["cell"],
            effect=Effect(fields["effect"]),
            labels=tuple(fields.get("labels", ())),
            own=fields.get("own", ""),
            options=tuple(fields.get("options", ())),
            ignored=tuple(Effect(word) for word in fields.get("ignored", ())),
        )
        for kind, table in tables.items()
        for function, fields in table.items()
    )
    return tuple(one for one in known if not wanted or {one.kind, one.name} & set(wanted))
