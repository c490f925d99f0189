"""The jobs of maintainers: `nox -s releases` refreshes the catalogue, `nox -s locks` checks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matrix.errors import LoadmatrixError
from matrix.maintenance import steps
from matrix.maintenance.lock_check import ask_all, questions
from matrix.maintenance.lock_table import lock_table
from matrix.options.command_line.line import Line
from matrix.options.parsing import Option

Say = Callable[[str], None]

_UNMET = 1

_RELEASES = {
    "only": Option(
        name="only",
        kind=list,
        value="STEP",
        line_only=True,
        help=f"run only this step, one of {', '.join(steps.STEPS)}; repeatable. `companions` then "
        "tries all pairs, or the named ones, which takes hours",
    ),
    "relock": Option(
        name="relock",
        kind=bool,
        line_only=True,
        help="make all locks again, with the newest matching versions",
    ),
}
_LOCKS = {
    "newest-python": Option(
        name="newest-python",
        kind=bool,
        line_only=True,
        help="check the newest Python of each release only",
    ),
    "sources": Option(
        name="sources",
        kind=bool,
        line_only=True,
        help="name every package that is built from source",
    ),
}


def releases_line() -> Line:
    """The command line of the refresh."""
    names = Option(
        name="names",
        kind=list,
        value="NAME",
        is_word=True,
        help="TensorFlow minors such as 2.15, and names of companions",
    )
    return Line("releases", _RELEASES, {"names": names})


def locks_line() -> Line:
    """The command line of the lock check."""
    minors = Option(
        name="minors",
        kind=list,
        value="MINOR",
        is_word=True,
        help="TensorFlow minors such as 2.15; default: all",
    )
    return Line("locks", _LOCKS, {"minors": minors})


def releases(arguments: Sequence[str], pip: Sequence[str], say: Say) -> int:
    """Bring every part of the catalogue up to date, and say what failed.

    Raises:
        UsageError: there is no such option, step, minor or companion.
    """
    chosen = releases_line().read(arguments)
    request = steps.Request(
        pip=pip,
        names=chosen.get("names", ()),
        only=chosen.get("only", ()),
        relock="relock" in chosen,
    )
    failures = steps.refresh(request, say)
    for failure in failures:
        say(f"FAILED: {failure}")
    return LoadmatrixError.exit_code if failures else 0


def locks(arguments: Sequence[str], say: Say) -> int:
    """Ask the installer whether each lock can be installed on each platform.

    1 where one cannot, 2 where nothing is wrong but some could not be checked.

    Raises:
        UsageError: there is no such option.
    """
    chosen = locks_line().read(arguments)
    minors = chosen.get("minors", [])
    asked = list(questions(minors, newest_python="newest_python" in chosen))
    say(f"asking uv about {len(asked)} combinations of lock, platform and Python")
    answers = ask_all(asked, all_sources="sources" in chosen)
    say(lock_table(answers))
    if any(answer.problem for answer in answers):
        return _UNMET
    return LoadmatrixError.exit_code if any(answer.unchecked for answer in answers) else 0
