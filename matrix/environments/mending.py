"""Puts an environment right that is no longer what it was: with as little as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.environments.building import Builder, require_imports, tag_of
from matrix.environments.condition import Condition, State, differing
from matrix.environments.listing import differences, listed
from matrix.environments.stamp import Known, Stamp, is_of_earlier_version, read_known, write_stamp
from matrix.errors import EnvironmentBroken, EnvironmentUnavailable
from matrix.log import logger

_LOG = logger(__name__)


def put_right(builder: Builder, cell: Cell, place: Path, lock_text: str, seen: Condition) -> None:
    """Make an environment what its lock says, whatever a look has found.

    Raises:
        EnvironmentBroken: what loaders need does not import in it.
        EnvironmentUnavailable: it cannot be made right.
    """

    def rebuild(reason: str) -> None:
        _rebuild(builder, cell, place, lock_text, reason)

    known = read_known(place, seen.stamp) if seen.stamp else None
    match seen.state:
        case State.ABSENT:
            builder.build(cell, place, lock_text)
        case State.DAMAGED:
            rebuild(seen.reason)
        case State.UNKNOWN | State.TOUCHED:
            _verify(builder, cell, place, known, rebuild)
        case State.BYTECODE if seen.stamp:
            _mend_bytecode(builder, cell, place, known, seen.stamp)
        case State.FAILING if seen.stamp:
            _import_again(builder, cell, place, known, seen.stamp)


def _rebuild(builder: Builder, cell: Cell, place: Path, lock_text: str, reason: str) -> None:
    what = f"the environment of {cell.id} is not as it was installed ({reason})"
    _LOG.info("%s: rebuilding it", what)
    try:
        builder.build(cell, place, lock_text)
    except EnvironmentBroken:
        raise
    except EnvironmentUnavailable as error:
        raise EnvironmentUnavailable(
            f"{what[:1].upper()}{what[1:]}, and could not be rebuilt. {error}"
        ) from error


def _verify(
    builder: Builder, cell: Cell, place: Path, known: Known | None, rebuild: Callable[[str], None]
) -> None:
    """Compare all content, because a look does not say enough; it is stamped where it is right."""
    _LOG.info("comparing the files of %s with what was installed", cell.id)
    now = listed(place, tag_of(cell))
    if wrong := differing(place, known, now):
        rebuild(wrong[0].words)
        return
    if is_of_earlier_version(place):
        # Its bytecode is as it was made: nothing was there to say that it has changed.
        builder.store(cell).keep(place)
        failing = {}
    else:
        # Bytecode names the time of its source; and who changed a stamp may have changed it too.
        _remove(place, now.bytecode)
        failing = builder.warmed(cell, place)
    write_stamp(place, cell=cell.id, tag=tag_of(cell), before=known, failing=failing)
    require_imports(cell, place, failing)


def _mend_bytecode(
    builder: Builder, cell: Cell, place: Path, known: Known | None, stamp: Stamp
) -> None:
    """Remove what was added and compile again what was changed: Python would believe all of it."""
    now = listed(place, stamp.tag).bytecode
    before = known.listing.bytecode if known else {}
    changed = list(differences(before, now))
    _remove(place, (name for name in changed if name in now))
    lost = not known or any(name in before for name in changed)
    _LOG.debug("%d files of the bytecode of %s are not what they were", len(changed), cell.id)
    failing = builder.warmed(cell, place) if lost else stamp.failing
    _stamp_again(cell, place, known, stamp, failing)


def _import_again(
    builder: Builder, cell: Cell, place: Path, known: Known | None, stamp: Stamp
) -> None:
    """What did not import may do so now: what it lacked may be no part of the environment."""
    failing = builder.warmed(cell, place)
    _stamp_again(cell, place, known, stamp, failing)
    require_imports(cell, place, failing)


def _stamp_again(
    cell: Cell, place: Path, known: Known | None, stamp: Stamp, failing: Mapping[str, str]
) -> None:
    """Stamp what is there now; when its content was compared stays as it was."""
    write_stamp(
        place,
        cell=cell.id,
        tag=stamp.tag,
        before=known,
        failing=failing,
        verified=stamp.verified,
    )


def _remove(place: Path, names: Iterable[str]) -> None:
    for name in names:
        (place / name).unlink(missing_ok=True)
