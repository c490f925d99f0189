"""Raises the walls of a request in a process that does nothing else, and says which hold.

    python -I -B trial.py < walls.json

Part of the probe (see `probe.py`): Python 3.7 syntax. `matrix/isolation/` starts it behind what it
puts around a probe, before it puts a probe there.
"""

import importlib
import json
import os
import sys
import types


def main() -> None:
    # As the probe does: a package of its own, whatever the path has.
    package = sys.modules["loadmatrix_walls"] = types.ModuleType("loadmatrix_walls")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    walls = importlib.import_module("loadmatrix_walls.walls")
    wanted = json.load(sys.stdin)
    walls.raise_outer(wanted)
    json.dump(walls.observed(wanted), sys.stdout)


if __name__ == "__main__":
    main()
