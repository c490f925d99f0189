"""How a divided run begins: its index is written, what lies there is continued or kept aside."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from matrix.errors import LoadmatrixError, UsageError
from matrix.files import remove
from matrix.options.options import Options
from matrix.parts.index import IndexedPart, PartsIndex, forget_parts
from matrix.parts.part import PARTS, Part
from matrix.run.keeping import earlier
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.store import Store
from reports.many.many_models import place_for_models


@dataclass(frozen=True, kw_only=True)
class BegunIndex:
    """The index of a run that begins; `before` is the one that it replaces, if any."""

    index: PartsIndex
    before: PartsIndex | None

    def with_lost(self, numbers: Collection[int], store: Store) -> BegunIndex:
        """The same, with a word in the index on parts that could not be prepared.

        Raises:
            OSError: it cannot be written.
        """
        if not numbers:
            return self
        index = self.index.with_lost(numbers)
        index.write(store.folder)
        return replace(self, index=index)

    def take_back(self, store: Store) -> None:
        """Leave what was there before, unless this run has an answer: then that is continued."""
        stores = [Store(folder=part.folder(store.folder)) for part in self.index.parts]
        if any(map(earlier.answered, stores)):
            return
        for own in stores:
            earlier.restore(own)
        if self.before is not None:
            self.before.write(store.folder)
        else:
            forget_parts(store.folder)
            earlier.restore(store)


def begin_index(
    options: Options, parts: Sequence[Part], store: Store, started: datetime
) -> BegunIndex:
    """Write the index of a run; it goes on with the unfinished run of the same models.

    Whether the results of a part can be continued is decided for each part, by all that decides
    its answers.

    Raises:
        UsageError: another shard of the same list is there, which this one would replace.
        OSError: it cannot be written.
    """
    names = tuple(options.given(model) for model in options.models)
    indexed = tuple(IndexedPart(number=part.number, places=part.places) for part in parts)
    key = _key(options, names, indexed)
    before = _before(store)
    _spare_other_shard(before, options, names)
    if before and before.key == key and not before.complete and not options.fresh:
        facts = before.facts.continued(datetime.now(UTC))
    else:
        facts = RunFacts.begun(started, key)
        # They may be of other models, and a part whose preparation dies would be taken for them.
        for part in indexed:
            earlier.set_aside(Store(folder=part.folder(store.folder)))
    # A run that is not divided may lie here.
    earlier.set_aside(store)
    remove(place_for_models(store.folder))
    index = PartsIndex(names=names, shard=options.shard, parts=indexed, facts=facts)
    index.write(store.folder)
    return BegunIndex(index=index, before=before)


def end_index(begun: BegunIndex, store: Store, seconds: float, *, over: bool) -> None:
    """Say that a run has ended, whole where it is `over`; what it replaces is removed then.

    Raises:
        OSError: it cannot be written.
    """
    index = begun.index.ended(seconds, complete=over)
    # Before its parts: those of a run that is not over are continued, and not begun anew.
    index.write(store.folder)
    for part in index.parts:
        own = Store(folder=part.folder(store.folder))
        if over and own.plan_file.exists():
            own.note_end(seconds, complete=True)
        if earlier.answered(own):
            earlier.forget(own)
    if over:
        kept = {part.folder(store.folder).name for part in index.parts}
        for folder in (store.folder / PARTS).glob("[0-9]*"):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        for old in (earlier.previous(store), earlier.interrupted(store)):
            shutil.rmtree(old.folder, ignore_errors=True)


def _spare_other_shard(before: PartsIndex | None, options: Options, names: Sequence[str]) -> None:
    """See that a shard does not replace another one that it is to be merged with."""
    if before is None or not before.shard or not options.shard or before.names != names:
        return
    if before.shard != options.shard and before.shard.of == options.shard.of:
        raise UsageError(
            f"{options.output} has shard {before.shard} of the same list, which shard "
            f"{options.shard} would replace. Give each shard an --output of its own, or remove "
            "that folder."
        )


def _before(store: Store) -> PartsIndex | None:
    with contextlib.suppress(OSError, LoadmatrixError):
        return PartsIndex.read(store.folder)
    return None


def _key(options: Options, names: Sequence[str], parts: Sequence[IndexedPart]) -> str:
    """A digest of which models are tested in which parts."""
    places = [part.places for part in parts]
    told = json.dumps([names, str(options.shard), places], default=str)
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]
