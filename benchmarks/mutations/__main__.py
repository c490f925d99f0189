"""How often damage is told, and never with a traceback, a hang or as something that it is not.

    python -m benchmarks.mutations DIR... [--count 500] [--seed 1] [--keep FOLDER]
    python -m benchmarks.mutations DIR... --matrix 60 [--releases 2.10.1,2.21.0]

Every sound model in a DIR is copied and damaged: bits flipped, cut, blocks of zeros, files or
members of archives swapped or removed, bytes appended, wrong names. Each copy is inspected; with
`--matrix` some of them are also tested, beside the whole models, in two releases.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.mutations.inspected import Seen, each_seen, whole_models
from benchmarks.mutations.mutate import copied, mutated

_BAD = ("traceback", "hang", "died")
_LARGEST_TESTED = 3 * 2**20
_MOST_TESTED = 20


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A damaged copy of a model."""

    whole: Path
    place: Path
    kind: str
    what: str


def main(words: Sequence[str]) -> int:
    """Damage copies and look at them; 0 if nothing was said that is wrong."""
    asked = _parser().parse_args(words)
    with tempfile.TemporaryDirectory(prefix="loadmatrix-mutations-") as temporary:
        # Archives are unpacked into the cache: not into that of the user.
        folder = Path(asked.keep or temporary).absolute()
        cache = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        models = whole_models([Path(name).absolute() for name in asked.folders])
        _print(f"{len(models)} sound models, seed {asked.seed}")
        if asked.matrix:
            from benchmarks.mutations.tested import compared

            small = [model for model in models if _size(model) <= _LARGEST_TESTED]
            # Few models, so that each is damaged in several ways.
            some = small[:: max(1, len(small) // _MOST_TESTED)]
            copies = _copies(some, folder / "copies", asked.matrix, asked.seed)
            os.environ.pop("XDG_CACHE_HOME")
            os.environ.update({"XDG_CACHE_HOME": cache} if cache else {})
            return compared(copies, folder, asked.releases.split(","))
        copies = _copies(models, folder / "copies", asked.count, asked.seed)
        before = dict(zip(models, each_seen(models), strict=True))
        return _told(copies, before, list(each_seen([copy.place for copy in copies])))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations")
    parser.add_argument("folders", nargs="+", metavar="DIR")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="leave the copies in this folder")
    parser.add_argument("--matrix", type=int, default=0, metavar="N")
    parser.add_argument("--releases", default="2.10.1,2.21.0")
    return parser


def _copies(models: Sequence[Path], folder: Path, count: int, seed: int) -> list[Copy]:
    """As many damaged copies as asked, of one model after the other."""
    copies = []
    for number in range(count):
        random = Random(f"{seed}/{number}")
        whole = models[number % len(models)]
        place = copied(whole, folder / f"{number:03d}")
        place, kind, what = mutated(place, random)
        copies.append(Copy(whole=whole, place=place, kind=kind, what=what))
    return copies


def _size(model: Path) -> int:
    files = model.rglob("*") if model.is_dir() else [model]
    return sum(file.stat().st_size for file in files if file.is_file())


def _told(copies: Sequence[Copy], before: dict[Path, Seen], seen: Sequence[Seen]) -> int:
    """Print what was said of the copies, in numbers, and each that was said wrong in words."""
    table: dict[str, Counter[str]] = {}
    for copy, now in zip(copies, seen, strict=True):
        word = now.verdict
        if word == "sound":
            same = now.said == before[copy.whole].said and now.format == before[copy.whole].format
            word = "unnoticed" if same else "named"
        table.setdefault(copy.kind, Counter())[word] += 1
        if word in _BAD or word == "unnoticed":
            _print(f"{word}: {copy.place.parent.name}/{copy.place.name}: {copy.what}")
        if word == "traceback":
            _print(now.said[0])
    for kind, counts in sorted(table.items()):
        _print(f"{kind:10} " + ", ".join(f"{word} {n}" for word, n in sorted(counts.items())))
    total: Counter[str] = sum(table.values(), Counter())
    _print("all        " + ", ".join(f"{word} {number}" for word, number in sorted(total.items())))
    _print(f"slowest look: {max(now.seconds for now in seen):.1f} s")
    return 1 if any(total[word] for word in _BAD) else 0


def _print(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
