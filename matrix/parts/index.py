"""`results/parts.json`: the index of a run that is divided into parts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from matrix.errors import LoadmatrixError
from matrix.files import write_json
from matrix.models_list.shard import Shard
from matrix.parts.part import PARTS, part_folder
from matrix.run.keeping.run_facts import RunFacts
from matrix.schemas import SCHEMA, require_schema
from matrix.stored_files import DAMAGED, plain_text

_FILE = "parts.json"


@dataclass(frozen=True, kw_only=True)
class IndexedPart:
    """A part by its number, and the places of its models in the whole list, from 0.

    `lost` says that it was never planned, as the process that inspected its models was killed.
    """

    number: int
    places: tuple[int, ...]
    lost: bool = False

    def folder(self, results: Path) -> Path:
        """The results folder of this part, below that of the whole run."""
        return part_folder(results, self.number)


@dataclass(frozen=True, kw_only=True)
class PartsIndex:
    """What a divided run consists of.

    `names` are all models of the whole list as they were given, also those of other shards, so that
    a shard that is missing can be named. `facts` say when the run began and whether it came to its
    end; their key decides whether a call goes on with it.
    """

    names: tuple[str, ...]
    shard: Shard | None
    parts: tuple[IndexedPart, ...]
    facts: RunFacts

    @property
    def started(self) -> datetime:
        return self.facts.started

    @property
    def seconds(self) -> float:
        return self.facts.seconds

    @property
    def complete(self) -> bool:
        return self.facts.complete

    @property
    def key(self) -> str:
        return self.facts.key

    @property
    def places(self) -> tuple[int, ...]:
        """The places of all models that this run has tested, or was to test."""
        return tuple(place for part in self.parts for place in part.places)

    def with_lost(self, numbers: Collection[int]) -> PartsIndex:
        """The same where parts with these numbers could not be planned."""
        parts = (replace(part, lost=part.number in numbers) for part in self.parts)
        return replace(self, parts=tuple(parts))

    def ended(self, seconds: float, *, complete: bool) -> PartsIndex:
        """The same with how long the run has taken, and whether it came to its end."""
        return replace(self, facts=replace(self.facts, seconds=seconds, complete=complete))

    def write(self, results: Path) -> None:
        """Write the index whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        document = {
            "schema": SCHEMA,
            **self.facts.document(),
            "shard": str(self.shard) if self.shard else None,
            "names": list(self.names),
            "parts": [_document(part) for part in self.parts],
        }
        write_json(results / _FILE, document, durable=True)

    @classmethod
    def read(cls, results: Path) -> PartsIndex:
        """The index in a results folder.

        Raises:
            OSError: there is none.
            LoadmatrixError: it is damaged, or another version wrote it.
        """
        path = results / _FILE
        try:
            document: Mapping[str, Any] = json.loads(plain_text(path))
            require_schema(document, path)
            return _index(document)
        except DAMAGED as error:
            raise LoadmatrixError(
                f"{path} is damaged ({error!r:.200}): which models the parts of this run have "
                "cannot be read. Run the same command again."
            ) from error


def forget_parts(results: Path) -> None:
    """Remove a divided run from a results folder: one that is not divided has replaced it."""
    (results / _FILE).unlink(missing_ok=True)
    shutil.rmtree(results / PARTS, ignore_errors=True)


def is_index(results: Path) -> bool:
    """Whether a results folder is that of a divided run."""
    return (results / _FILE).is_file()


def _document(part: IndexedPart) -> dict[str, Any]:
    lost = {"lost": True} if part.lost else {}
    return {"number": part.number, "places": list(part.places), **lost}


def _index(document: Mapping[str, Any]) -> PartsIndex:
    names = tuple(map(str, document["names"]))
    parts = tuple(
        IndexedPart(
            number=int(part["number"]),
            places=tuple(map(int, part["places"])),
            lost=part.get("lost") is True,
        )
        for part in document["parts"]
    )
    places = [place for part in parts for place in part.places]
    if not all(0 <= place < len(names) for place in places):
        raise ValueError("a part has a model that is not in the list")
    if len(set(places)) < len(places):
        raise ValueError("a model is in several parts")
    numbers = {part.number for part in parts}
    if len(numbers) < len(parts) or any(number < 1 for number in numbers):
        raise ValueError("the numbers of the parts are wrong")
    shard = document.get("shard")
    return PartsIndex(
        names=names,
        shard=Shard.parse(shard) if shard else None,
        parts=parts,
        facts=RunFacts.of(document),
    )
