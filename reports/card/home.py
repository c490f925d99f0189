"""Where a card lies: the repository that its folder is, and the place of a model in that folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reports.card.hub import repository_of


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folder of a card, which readers download; on the Hub a card is at the top of it.

    `repository` is its name on the Hub, empty if nothing says it. A report names models as the call
    did, so they are looked for from each folder in `seen_from`.
    """

    repository: str = ""
    folder: Path | None = None
    seen_from: tuple[Path, ...] = ()

    @classmethod
    def of(cls, card: Path, *seen_from: Path, repository: str = "") -> Home:
        folder = card.resolve().parent
        found = tuple(dict.fromkeys(one.resolve() for one in (*seen_from, folder)))
        return cls(repository=repository or repository_of(card), folder=folder, seen_from=found)

    def place_of(self, model: str) -> PurePosixPath | None:
        """Where a model lies below the card; `None` if it is not there."""
        if self.folder is None or not model:
            return None
        for start in self.seen_from:
            path = Path(start, model)
            # The folder of a link is where readers find it, and not what it leads to.
            place = path.parent.resolve() / path.name if path.name != ".." else path.resolve()
            if place.is_relative_to(self.folder) and place.exists():
                return PurePosixPath(place.relative_to(self.folder).as_posix())
        return None


# A card of which nothing is known.
NOWHERE = Home()
