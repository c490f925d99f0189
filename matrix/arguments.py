"""The command lines of all sessions: one parser, whose complaints are sentences of ours."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterable
from typing import NoReturn

from matrix.errors import UsageError


def session_line(session: str, known: Iterable[str]) -> argparse.ArgumentParser:
    """An empty command line for a session; `known` are option names, without dashes, to suggest.

    What it cannot parse raises UsageError.
    """
    line = _Parser(prog=f"nox -s {session} --", allow_abbrev=False)
    line.known = known
    return line


def nearest(name: str, known: Iterable[str]) -> str:
    """A question to somebody who misspelled a name, empty where nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


class _Parser(argparse.ArgumentParser):
    known: Iterable[str] = ()

    def error(self, message: str) -> NoReturn:
        if wrong := re.search(r"unrecognized arguments: (\S+)", message):
            name = wrong.group(1).split("=")[0]
            hint = nearest(name, [f"--{known}" for known in self.known])
            raise UsageError(f"There is no option {name}.{hint or ' --help lists what there is.'}")
        raise UsageError(f"The options make no sense: {message}. --help lists what there is.")
