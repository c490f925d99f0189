"""sandbox-exec of macOS: a profile that is read from its end, the last rule that fits decides.

Apple calls it deprecated and has no other; Bazel, Chromium and Nix use it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from matrix.isolation.launch import Launch
from matrix.isolation.needed_paths import needed_paths

# Where people and programs keep what is theirs. The rest of the system may be read: libraries of
# Python lie in many places of it.
_PRIVATE = (
    *("/Users", "/Volumes", "/home", "/private/tmp", "/private/var/tmp"),
    *("/private/var/folders", "/private/var/root", "/private/var/log", "/private/var/mail"),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/dtracehelper")


def sandbox_exec(launch: Launch) -> Launch:
    """The same process behind a profile of macOS; what it starts is behind it too."""
    command = ("/usr/bin/sandbox-exec", "-p", profile(launch), *launch.command)
    return replace(launch, command=command)


def profile(launch: Launch) -> str:
    """The rules for a launch, in the language of sandbox-exec."""
    return "\n".join(_rules(launch))


def _rules(launch: Launch) -> Iterator[str]:
    own = [*needed_paths(launch), *launch.readable]
    yield from ("(version 1)", "(allow default)")
    yield f"(deny file-read-data {_below(map(Path, _PRIVATE))})"
    yield f"(allow file-read-data {_below([*own, *launch.writable])})"
    yield f"(deny file-write* {_below([Path('/')])})"
    devices = " ".join(f"(literal {_quoted(name)})" for name in _DEVICES)
    yield f"(allow file-write* {_below(launch.writable)} {devices})"
    for folder in launch.listable:
        yield f"(allow file-read-data (literal {_quoted(_real(folder))}))"
    if not launch.network:
        yield "(deny network*)"
    if not launch.programs:
        # The program itself has to start; without a fork nothing can start beside it.
        yield from ("(deny process-fork)", "(deny process-exec*)")
        yield f"(allow process-exec* {_below(needed_paths(launch))})"
    yield from ("(deny signal)", "(allow signal (target self))")
    yield from ("(deny process-info*)", "(allow process-info* (target self))")


def _below(paths: Iterable[Path]) -> str:
    names = dict.fromkeys(_real(path) for path in paths)
    return " ".join(f"(subpath {_quoted(name)})" for name in names)


def _real(path: Path) -> str:
    # The kernel compares real paths: /tmp and /var are links there.
    return str(path.resolve())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
