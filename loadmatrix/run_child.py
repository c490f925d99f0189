"""The process of `loadmatrix.run`: does the main job as it is asked for, and writes the answer.

Called with the folder of both. It ends with the process that started it.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

_ABOVE = str(Path(__file__).resolve().parents[1])


def main(place: Path) -> None:
    """Answer what is asked for in a folder."""
    # Who started the caller may have told it to ignore interrupts, and so this process.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if _ABOVE not in sys.path:
        sys.path.insert(0, _ABOVE)
    from matrix.run.keeping.orphans import end_with_parent

    end_with_parent()
    from reports.jobs.python.job import answer

    answer(place)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("loadmatrix: interrupted.")
