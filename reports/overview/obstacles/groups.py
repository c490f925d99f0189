"""Models that share an obstacle: each obstacle once, with all the models it stops. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.formats.alike import kind_of
from reports.overview.obstacles.obstacle import Obstacle, ObstacleKind
from reports.overview.row import OverviewRow


@dataclass(frozen=True, kw_only=True, slots=True)
class ObstacleGroup:
    """The models with the same obstacle: the same boundary, causes and remedy.

    `places` are those models, in the order of the list. `reason` is that of most of them, `same`
    says that it is word for word that of all. `subjects` are what it is about, `remedies` what
    helps, each with the number of models; the verified come first. `obstacle` is that of the
    first model.
    """

    obstacle: Obstacle
    places: tuple[int, ...]
    reason: str
    same: bool
    subjects: tuple[tuple[str, int], ...]
    remedies: tuple[tuple[str, int], ...]
    verified: int

    @property
    def kind(self) -> ObstacleKind:
        """What the obstacle does."""
        return self.obstacle.kind

    @property
    def size(self) -> int:
        """How many models it stops."""
        return len(self.places)


def grouped(rows: Iterable[OverviewRow]) -> tuple[ObstacleGroup, ...]:
    """The groups, the largest first, of equal ones the worst; a model may be in several."""
    found: dict[str, list[tuple[int, Obstacle]]] = {}
    for row in rows:
        for obstacle in all_obstacles(row):
            found.setdefault(obstacle.key, []).append((row.place, obstacle))
    groups = [_group(members) for members in found.values()]
    return tuple(sorted(groups, key=lambda g: (-g.size, g.kind.rank, g.places)))


def shared(rows: Iterable[OverviewRow], most: int | None = None) -> tuple[ObstacleGroup, ...]:
    """The groups of several models; with `most`, so many of the largest."""
    return tuple(group for group in grouped(rows) if group.size > 1)[:most]


def all_obstacles(row: OverviewRow) -> Sequence[Obstacle]:
    """The obstacles of a model; one that was not tested has that as its only one."""
    return (_untested(row),) if row.untested else row.obstacles


def _untested(row: OverviewRow) -> Obstacle:
    reason = row.untested.replace(row.path, row.name)
    said = kind_of(reason.replace(row.name, "NAME"))
    kind = ObstacleKind.UNTESTED
    return Obstacle(
        kind=kind, where="", cause=kind.value, reason=reason, key=f"{kind.value}|{said}"
    )


def _group(members: Sequence[tuple[int, Obstacle]]) -> ObstacleGroup:
    obstacles = [obstacle for _, obstacle in members]
    reasons = Counter(obstacle.reason for obstacle in obstacles)
    subjects = Counter(obstacle.subject for obstacle in obstacles if obstacle.subject)
    remedies = Counter(
        (not obstacle.verified, obstacle.remedy) for obstacle in obstacles if obstacle.remedy
    )
    # Verified ones first, of those what helps most models.
    ordered = sorted(remedies.items(), key=lambda item: (item[0][0], -item[1]))
    return ObstacleGroup(
        obstacle=obstacles[0],
        places=tuple(place for place, _ in members),
        reason=reasons.most_common(1)[0][0],
        same=len(reasons) == 1,
        subjects=tuple(subjects.most_common()),
        remedies=tuple((text, count) for (_, text), count in ordered),
        verified=sum(obstacle.verified for obstacle in obstacles),
    )
