"""What a reader should know of a merged run: what is missing, damaged, or contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.results.merging.new_parts import Missing, NewParts
from matrix.results.merging.part_merging import StoredPart
from matrix.results.merging.sources import Source
from matrix.results.merging.whole_list import WholeList

_MOST = 10


def notes_on(
    new: NewParts,
    sources: Sequence[Source],
    parts: Sequence[StoredPart],
    whole: WholeList,
) -> tuple[str, ...]:
    """The sentences, without those on missing models; of each kind only the first ones."""
    reasons = {missing.why for missing in new.missing}
    faults = [fault for one in sources for fault in one.faults if fault not in reasons]
    torn = [sentence for part in parts for sentence in part.torn]
    against = [
        f"{whole.names[place]} is not-run, because its runs differ. {why}"
        for part in parts
        for place, why in part.contradictions
    ]
    return (
        *first_of(faults),
        *first_of(list(dict.fromkeys(torn))),
        *first_of(against),
        *first_of(new.remarks),
        *_platforms(sources),
    )


def lacking(new: NewParts) -> tuple[str, ...]:
    """A sentence on the models that each missing shard or run costs."""
    return tuple(map(_line, new.missing))


def _line(missing: Missing) -> str:
    models = "1 model is" if missing.models == 1 else f"{missing.models:,} models are"
    if missing.why.endswith(" is missing."):
        return f"{missing.why[:-1]}: {models} not-run."
    return f"{missing.why} So {models} not-run."


def first_of(sentences: Sequence[str]) -> Iterator[str]:
    """The first sentences, and how many more there are."""
    yield from sentences[:_MOST]
    if len(sentences) > _MOST:
        yield f"And {len(sentences) - _MOST:,} more like this."


def _platforms(sources: Sequence[Source]) -> Iterator[str]:
    """That cells were run on different platforms, where they were."""
    seen: dict[str, str] = {}
    for source in sources:
        for part in source.parts:
            if platform := str(part.plan.host.get("platform", "")):
                seen.setdefault(platform, source.name)
    if len(seen) > 1:
        told = " and ".join(f"{platform} ({name})" for platform, name in seen.items())
        first = next(iter(seen))
        yield (
            f"The runs were made on different platforms: {told}. The report describes the machine "
            f"of the first, {first}; each cell says where it was run."
        )
