"""The options of the `cache` session, which shows what is kept, and writes or reads answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.cache import cache_folder
from matrix.called import call
from matrix.errors import UsageError
from matrix.options import values
from matrix.options.command_line.declared import on_the_line
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import JSON, Option, absolute
from matrix.options.reading import from_the_file

EXPORT, IMPORT = "export", "import"
_WORDS = Option(
    name="words",
    kind=list,
    help="`export FILE` or `import FILE`; without it, the cache is shown",
    value="WORD",
    is_word=True,
    suggested=lambda: (EXPORT, IMPORT),
)


@dataclass(frozen=True, kw_only=True)
class CacheOptions:
    """What to do with the answers in a cache: `action` is empty where it is only shown."""

    envdir: Path
    known_gb: int
    action: str = ""
    file: Path | None = None
    as_json: bool = False


def cache_line() -> Line:
    """The command line of the `cache` session."""
    every = on_the_line(Options)
    taken = {name: every[name] for name in ("envdir", "known-gb")}
    return Line("cache", {**taken, "json": JSON}, {"words": _WORDS})


def cache_options(arguments: Sequence[str], folder: Path) -> CacheOptions:
    """The options of a call of the `cache` session made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that cannot be, or no file to write or read.
    """
    written = from_the_file(folder)
    written |= cache_line().read(arguments)
    action, *files = written.get("words") or [""]
    if action not in ("", EXPORT, IMPORT):
        raise UsageError(
            f"cache {action} is not known. Use `{call('cache')}`, alone or with `export FILE` or "
            "`import FILE`."
        )
    if len(files) != bool(action):
        raise UsageError(
            f"cache {action} needs one file. Call: {call('cache', f'{action or EXPORT} FILE')}"
        )
    return CacheOptions(
        envdir=absolute(folder, written["envdir"]) if "envdir" in written else cache_folder(),
        known_gb=values.gigabytes(written.get("known_gb", 1), folder),
        action=action,
        file=absolute(folder, files[0]) if files else None,
        as_json="json" in written,
    )
