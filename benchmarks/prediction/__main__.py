"""For maintainers: what `nox -s bench -- prediction` does, one step or one batch at a time.

python -m benchmarks.prediction shared
python -m benchmarks.prediction make|measure|score BATCH [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.prediction.bench import STEPS, batch_of, prediction, score_shared
from matrix.cache import cache_folder


def main(words: list[str]) -> None:
    """One step for one batch; all of them without words."""
    if not words:
        prediction()
    elif words[0] == "shared":
        score_shared()
    else:
        folder = Path(words[2]) if words[2:] else cache_folder() / "prediction"
        STEPS[words[0]](batch_of(int(words[1]), folder))


main(sys.argv[1:])
