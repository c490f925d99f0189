"""Follows a page of the documentation in a folder of its own, as somebody does who reads it."""

from __future__ import annotations

import doctest
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.documents.blocks import ROOT, Block
from tests.documents.commands import Shown

# The tool of this checkout, however it is called; `python` is that of a reader with TensorFlow.
_OURS = f'exec env PYTHONPATH="{ROOT}" "{sys.executable}"'
_TOOLS = {
    "loadmatrix": f'{_OURS} -m loadmatrix "$@"',
    "nox": f'{_OURS} -m nox -f "{ROOT}/noxfile.py" "$@"',
    "uvx": 'exec "$@"',
    "pipx": 'shift; exec "$@"',
}
# A command begins where the one before it has ended: in its folder, with its variables and code.
_SCRIPT = """\
[ -f "$STATE" ] && . "$STATE"
(exit "${LAST:-0}")
%s
LAST=$?
{ export -p; printf 'cd %%q\\nLAST=%%q\\n' "$PWD" "$LAST"; } > "$STATE"
exit "$LAST"
"""
_COMPARED = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_SECONDS = 300


class Reader:
    """A folder with what the page has made of it so far, and the tools that it calls.

    What an earlier reader has left in the same place is removed.
    """

    def __init__(self, place: Path, python: Path) -> None:
        self.folder = place / "here"
        self._state = place / "state"
        self._tools = place / "tools"
        self._state.unlink(missing_ok=True)
        for folder in (self.folder, self._tools):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        # Its environment is in the cache of the user, where nothing may be added.
        tools = _TOOLS | {"python": f'TF_CPP_MIN_LOG_LEVEL=3 exec "{python}" -B "$@"'}
        for name, line in tools.items():
            tool = self._tools / name
            tool.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
            tool.chmod(0o755)

    def write(self, block: Block) -> None:
        """Make the file that a block shows, or add the block to it."""
        assert block.file is not None
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if block.adds else "w", encoding="utf-8") as file:
            file.write(block.text)

    def run(self, shown: Shown) -> tuple[int, str]:
        """Run a command; its exit code, and all that it printed."""
        path = f"{self._tools}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", _SCRIPT % shown.command],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "STATE": str(self._state), "COLUMNS": "100"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout


def difference(shown: Shown, printed: str) -> str:
    """What is wrong with the output that a page shows; `...` stands for anything."""
    example = doctest.Example(shown.command, shown.output)
    checker = doctest.OutputChecker()
    if not shown.output or checker.check_output(shown.output, printed, _COMPARED):
        return ""
    return checker.output_difference(example, printed, _COMPARED)
