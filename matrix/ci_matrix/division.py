"""Chooses the jobs of a run: groups of releases, or shards of the models. Pure.

As few jobs as keep the longest one below a time; of both ways the one that takes less in all, since
a job of all releases pays for all environments, and one of some releases for theirs. Where neither
way comes below that time, the one whose longest job is shorter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matrix.ci_matrix.load import Load, Minor, ReleaseLoad
from matrix.models_list.shard import Shard

# Getting a machine, the checkout, Python and the tool, in seconds.
_JOB = 60.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job, in estimated seconds: a shard of the models in all releases, or all in some."""

    seconds: float
    shard: Shard | None = None
    minors: tuple[Minor, ...] = ()

    @property
    def name(self) -> str:
        """What the job is called in the list of a CI service."""
        if self.shard:
            return f"models {self.shard.number} of {self.shard.of}"
        first, last = (".".join(map(str, minor)) for minor in (self.minors[0], self.minors[-1]))
        return f"TensorFlow {first}" if first == last else f"TensorFlow {first} to {last}"

    @property
    def specifier(self) -> str:
        """The releases of a job of some releases; without a character that a shell expands."""
        (first, (major, last)) = self.minors[0], self.minors[-1]
        return f">={first[0]}.{first[1]},<{major}.{last + 1}"


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """One way to divide a run."""

    jobs: tuple[Job, ...]

    @property
    def seconds(self) -> float:
        """What all jobs take together."""
        return sum(job.seconds for job in self.jobs)

    @property
    def longest(self) -> float:
        """What the longest of them takes."""
        return max(job.seconds for job in self.jobs)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The jobs that were chosen, and the other way to divide the run where there is one."""

    chosen: Jobs
    other: Jobs | None = None


def choose(load: Load, most: int, wanted: float) -> Choice:
    """The jobs for a run: at most `most`, each of `wanted` seconds at the most where that can be.

    The load must have a release and a model.
    """
    ways = [by_releases(load, most, wanted), by_models(load, most, wanted)]
    chosen, other = sorted(ways, key=lambda way: _worth(way, wanted))
    return Choice(chosen=chosen, other=other)


def _worth(way: Jobs, wanted: float) -> tuple[bool, float, float]:
    """Sort key: what is fast enough by what it takes in all, the rest by its longest job."""
    if way.longest <= wanted:
        return (False, way.seconds, way.longest)
    return (True, way.longest, way.seconds)


def by_releases(load: Load, most: int, wanted: float) -> Jobs:
    """Groups of neighbouring releases, as few as keep each below the time, at most `most`."""
    weights = [release.seconds(load.models) for release in load.releases]
    room = max(wanted - _JOB, *weights)
    while len(groups := _groups(load.releases, weights, room)) > most:
        room *= 1.05
    # As many groups of more equal sizes are done earlier.
    low, high = max(weights), room
    while high - low > 1:
        middle = (low + high) / 2
        tried = _groups(load.releases, weights, middle)
        low, high = (low, middle) if len(tried) <= len(groups) else (middle, high)
        groups = tried if len(tried) <= len(groups) else groups
    return Jobs(
        jobs=tuple(
            Job(
                minors=tuple(release.minor for release in group),
                seconds=_JOB + sum(release.seconds(load.models) for release in group),
            )
            for group in groups
        )
    )


def _groups(
    releases: Sequence[ReleaseLoad], weights: Sequence[float], room: float
) -> list[list[ReleaseLoad]]:
    """Neighbouring releases in groups, each filled as far as there is room."""
    groups: list[list[ReleaseLoad]] = []
    used = math.inf
    for release, weight in zip(releases, weights, strict=True):
        if used + weight > room:
            groups.append([])
            used = 0.0
        groups[-1].append(release)
        used += weight
    return groups


def by_models(load: Load, most: int, wanted: float) -> Jobs:
    """Shards of the models in all releases, as few as keep each below the time, at most `most`."""
    most = min(most, load.models)
    number = next((n for n in range(1, most) if _of_shard(load, n) <= wanted), most)
    seconds = _of_shard(load, number)
    return Jobs(
        jobs=tuple(Job(shard=Shard(n, number), seconds=seconds) for n in range(1, number + 1))
    )


def _of_shard(load: Load, number: int) -> float:
    """What one of so many shards takes."""
    models = math.ceil(load.models / number)
    return _JOB + sum(release.seconds(models) for release in load.releases)
