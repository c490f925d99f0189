"""For maintainers: what `nox -s bench -- prediction` does, one step at a time.

python -m benchmarks.prediction shared
python -m benchmarks.prediction make|measure|score BATCH... [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.prediction.bench import STEPS, batch_of, prediction, score_shared
from matrix.cache import cache_folder


def main(words: list[str]) -> None:
    """One step for some batches; everything without words."""
    if not words:
        prediction()
    elif words == ["shared"]:
        score_shared()
    else:
        step, *others = words
        numbers = [int(word) for word in others if word.isdigit()]
        places = [Path(word) for word in others if not word.isdigit()]
        folder = places[0] if places else cache_folder() / "prediction"
        STEPS[step]([batch_of(number, folder) for number in numbers])


main(sys.argv[1:])
