"""The sentences that the releases can raise, with where each comes from and which have it.

`messages.zip` is written by `nox -s releases` from the releases themselves. It is opened at the
first question, and only what can hold the answer is read: an index of groups of words, then the
blocks of sentences that the index names.
"""

from __future__ import annotations

import bisect
import functools
import json
import sys
import zipfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from matrix.catalogue.keras import keras_releases
from matrix.schemas import require_schema

PLACE = Path(__file__).with_name("messages.zip")
INDEX, NUMBERS, IDS, BLOCK = "index.json", "groups", "sentences", "block-{:03}.json"
TENSORFLOW, TF_KERAS, KERAS = "tensorflow", "tf_keras", "keras"

# `[first, last]` as places in the list of editions.
_Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """One place that raises a sentence.

    `package` is `keras`, `tf_keras`, `tensorflow`, `h5py`, `protobuf`, or `native` for what is
    written in C++; then `module` is the library. `releases` are the TensorFlow releases that have
    it, `keras` the versions of Keras 3.
    """

    package: str
    module: str
    function: str
    kind: str
    releases: frozenset[str]
    keras: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A template with `{}` for each value, and every place that raises it."""

    template: str
    origins: tuple[Origin, ...]


class Messages:
    """The sentences of all releases."""

    def __init__(self, place: Path = PLACE) -> None:
        self._archive = zipfile.ZipFile(place)
        index = json.loads(self._archive.read(INDEX))
        require_schema(index, place, shipped=True)
        self.editions: list[tuple[str, str]] = [tuple(edition) for edition in index["editions"]]
        self._spans: list[_Spans] = index["spans"]
        # The number of the first sentence of each block.
        self._firsts: list[int] = index["firsts"]
        self.size: int = index["size"]

    @functools.cached_property
    def releases(self) -> tuple[str, ...]:
        """The TensorFlow releases that were read, oldest first."""
        return tuple(version for space, version in self.editions if space == TENSORFLOW)

    @functools.cached_property
    def _index(self) -> tuple[array[int], array[int]]:
        numbers, ids = (self._numbers(name) for name in (NUMBERS, IDS))
        return numbers, ids

    def _numbers(self, name: str) -> array[int]:
        numbers = array("I", self._archive.read(name))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers

    def with_group(self, number: int) -> Sequence[int]:
        """The sentences that are filed under a group of words."""
        numbers, ids = self._index
        first = bisect.bisect_left(numbers, number)
        last = bisect.bisect_right(numbers, number, first)
        return ids[first:last]

    def sentence(self, identity: int) -> Sentence:
        """The sentence of a number that `with_group` gave."""
        block = bisect.bisect_right(self._firsts, identity) - 1
        template, origins = self._block(block)[identity - self._firsts[block]]
        return Sentence(
            template=template, origins=tuple(self._origin(*origin) for origin in origins)
        )

    def __iter__(self) -> Iterator[Sentence]:
        """Every sentence, in the order of the alphabet."""
        return map(self.sentence, range(self.size))

    def template(self, identity: int) -> str:
        """Only the words of it."""
        block = bisect.bisect_right(self._firsts, identity) - 1
        return str(self._block(block)[identity - self._firsts[block]][0])

    @functools.cache  # noqa: B019 - there is one for each process
    def _block(self, number: int) -> list[tuple[str, list[list[Any]]]]:
        blocks: list[tuple[str, list[list[Any]]]]
        blocks = json.loads(self._archive.read(BLOCK.format(number)))
        return blocks

    def _origin(self, package: str, module: str, function: str, kind: str, spans: int) -> Origin:
        releases, keras = self._having(spans)
        return Origin(
            package=package,
            module=module,
            function=function,
            kind=kind,
            releases=releases,
            keras=keras,
        )

    @functools.cache  # noqa: B019 - there is one for each process
    def _having(self, spans: int) -> tuple[frozenset[str], tuple[str, ...]]:
        """The TensorFlow releases and the versions of Keras 3 of some spans of editions."""
        places = [place for first, last in self._spans[spans] for place in range(first, last + 1)]
        editions = [self.editions[place] for place in places]
        keras = tuple(version for space, version in editions if space == KERAS)
        releases = {version for space, version in editions if space != KERAS}
        for version in keras:
            releases |= self._with_keras[version]
        return frozenset(releases), keras

    @functools.cached_property
    def _with_keras(self) -> Mapping[str, frozenset[str]]:
        """The releases that take each version of Keras 3; those of unknown versions are none."""
        takes = {str(entry.version): entry.tensorflow for entry in keras_releases()}
        versions = [version for space, version in self.editions if space == KERAS]
        return {
            version: frozenset(
                release
                for release in self.releases
                if version in takes and Version(release) in takes[version]
            )
            for version in versions
        }


@functools.cache
def messages(place: Path = PLACE) -> Messages:
    """What ships with the tool, opened once."""
    return Messages(place)
