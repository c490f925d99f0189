"""Whether an environment is still what was installed: looked at whenever it is used.

The look compares names, sizes and times, which is cheap. Once in a while, and where only times have
changed, the content of every file is compared as well.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from matrix.environments.contents import Wrong, recorded, unrecorded, wrong_files
from matrix.environments.listing import Listing, first_difference, listed, only_times_differ
from matrix.environments.stamp import (
    Known,
    Stamp,
    is_stamped,
    note_verified,
    read_known,
    read_stamp,
)
from matrix.log import logger

_LOG = logger(__name__)
# How long a comparison of all content holds, in seconds.
VERIFIED_FOR = 7 * 24 * 3600


class State(Enum):
    """What a look at an environment found."""

    SOUND = auto()
    """It is what it was."""
    ABSENT = auto()
    """It was never finished."""
    UNKNOWN = auto()
    """Its stamp does not say what it was: its content has to be compared."""
    TOUCHED = auto()
    """The times of its files have changed, and nothing else that a look shows."""
    BYTECODE = auto()
    """Its bytecode has changed, and nothing else."""
    FAILING = auto()
    """It is what it was, but a package did not import when it was built."""
    DAMAGED = auto()
    """Its files are not those that were installed."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """The state of an environment; `reason` is a difference in words, `stamp` what was known."""

    state: State
    reason: str = ""
    stamp: Stamp | None = None


def condition(place: Path) -> Condition:
    """Look at an environment, and compare its content where that was long ago."""
    seen = look(place)
    if (
        seen.state not in (State.SOUND, State.FAILING)
        or seen.stamp is None
        or _is_recent(seen.stamp)
    ):
        return seen
    _LOG.debug("comparing the content of %s with what was installed", place)
    if wrong := differing(place, read_known(place, seen.stamp), listed(place, seen.stamp.tag)):
        return Condition(state=State.DAMAGED, reason=wrong[0].words, stamp=seen.stamp)
    note_verified(place, seen.stamp)
    return seen


def look(place: Path) -> Condition:
    """Compare names, sizes and times of an environment with its stamp."""
    if not is_stamped(place):
        return Condition(state=State.ABSENT)
    stamp = read_stamp(place)
    if stamp is None:
        return Condition(state=State.UNKNOWN)
    try:
        now = listed(place, stamp.tag)
    except OSError as error:
        return Condition(state=State.DAMAGED, reason=f"it cannot be read: {error.strerror}")
    if now.digest != stamp.files:
        return _changed(read_known(place, stamp), now, stamp)
    if now.bytecode_digest != stamp.bytecode:
        return Condition(state=State.BYTECODE, stamp=stamp)
    state = State.FAILING if stamp.failing else State.SOUND
    return Condition(state=state, stamp=stamp)


def _changed(known: Known | None, now: Listing, stamp: Stamp) -> Condition:
    if known is None:
        return Condition(state=State.UNKNOWN, stamp=stamp)
    before = known.listing.files
    reason = first_difference(before, now.files)
    touched = only_times_differ(before, now.files)
    return Condition(state=State.TOUCHED if touched else State.DAMAGED, reason=reason, stamp=stamp)


def _is_recent(stamp: Stamp) -> bool:
    return 0 <= time.time() - stamp.verified < VERIFIED_FOR


def differing(place: Path, known: Known | None, now: Listing) -> list[Wrong]:
    """Files whose content is not what was installed.

    Without what was known, RECORD alone says what was: then a file that it does not name counts.
    """
    record = recorded(place)
    there = {**now.files, **now.bytecode}
    if known is None:
        wrong = list(wrong_files(place, there, record.digests, record.owners))
        return [*record.unread, *wrong, *unrecorded(now.files, record)]
    # Its own digests replace those of RECORD: they cover RECORD itself, and bytecode.
    own = {name: (digest,) for name, digest in known.digests.items()}
    files = known.listing.files
    wanted: Mapping[str, Collection[str]] = {
        **{name: digests for name, digests in record.digests.items() if name in files},
        **own,
    }
    return [*record.unread, *wrong_files(place, there, wanted, record.owners)]
