"""Rows of an overview for tests, without a run."""

from __future__ import annotations

from reports.overview.row import Obstacle, ObstacleKind, OverviewRow


def make_obstacle(
    kind: ObstacleKind = ObstacleKind.STOPS,
    where: str = "at 2.16",
    reason: str = "Keras 3 does not read SavedModel folders.",
    **others: str,
) -> Obstacle:
    """An obstacle whose key is that of its kind, place and reason."""
    key = others.pop("key", f"{kind.value}|{where}|{reason}")
    return Obstacle(
        kind=kind,
        where=where,
        cause="keras3_format_unsupported",
        reason=reason,
        key=key,
        loader=others.get("loader", ""),
        subject=others.get("subject", ""),
        remedy=others.get("remedy", ""),
        verified=bool(others.get("verified")),
    )


def make_row(
    place: int, *obstacles: Obstacle, path: str = "", untested: str = "", verdict: str = "runs"
) -> OverviewRow:
    """A model of two cells; the first runs."""
    path = path or f"/models/model{place}.h5"
    return OverviewRow(
        place=place,
        name=path.rpartition("/")[2],
        path=path,
        format="hdf5",
        works_in="not tested" if untested else "runs in 2.15 (1 of 2)",
        verdicts=() if untested else (("2.15.1", "runs"), ("2.16.2", verdict)),
        obstacles=obstacles,
        untested=untested,
        sha256="",
    )
