"""Makes many different models without TensorFlow: copies of seeds, and small Keras models.

    python -m benchmarks.scale.make_models FOLDER COUNT [SEEDS]

SEEDS is a folder with models. Each of them is copied once as it is, then models are made of all
kinds in turn: copies of seeds with other bits in a few weights (checksums match again), HDF5 and
.keras files of other layers. The same call makes the same bytes. Without SEEDS, the example of this
project is the only seed. `FOLDER/models.txt` lists them, for `--models-from`.
"""

from __future__ import annotations

import itertools
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scale import generated
from benchmarks.scale.seeds import Seed, seeds_in

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIST = "models.txt"
# Larger seeds are copied as they are and no more: thousands of copies shall fit on a disk.
_MOST_BYTES = 300_000


def make(folder: Path, count: int, seeds: Path = EXAMPLES) -> list[Path]:
    """So many models in a folder and a list of them; gives the path to name each by."""
    # nox shows debug messages of every logger, and h5py has many.
    logging.getLogger("h5py").setLevel(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    made = list(itertools.islice(_models(folder, list(seeds_in(seeds))), count))
    lines = "".join(f"{path.relative_to(folder).as_posix()}\n" for path in made)
    (folder / LIST).write_text(lines, encoding="utf-8")
    return made


def _models(folder: Path, seeds: list[Seed]) -> Iterator[Path]:
    """Without end."""
    yield from (seed.copy(0, folder) for seed in seeds)
    small = [seed for seed in seeds if _size(seed.root) <= _MOST_BYTES]
    for number in itertools.count(1):
        yield generated.hdf5(folder / f"generated-{number:05}.h5", number)
        yield generated.keras(folder / f"generated-{number:05}.keras", number)
        if small:
            turn, place = divmod(number - 1, len(small))
            yield small[place].copy(turn + 1, folder)


def _size(root: Path) -> int:
    files = root.rglob("*") if root.is_dir() else (root,)
    return sum(file.stat().st_size for file in files if file.is_file())


def main(words: list[str]) -> int:
    """Make them, and print how many and how fast."""
    if len(words) not in (2, 3) or not words[1].isdecimal():
        print(__doc__)
        return 2
    clock = time.process_time()
    made = make(Path(words[0]), int(words[1]), *map(Path, words[2:]))
    seconds = time.process_time() - clock
    print(f"{len(made)} models in {words[0]}: {1000 * seconds / max(len(made), 1):.1f} CPU ms each")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
