"""A process that is about to start, and what is put around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One process that is about to start: all that a wall has to know of it.

    `command` runs in `folder` with `environment` and no other variables. It has to read `readable`
    (the probe, the models and their inputs), to list `listable`, to read the interpreter that it
    begins with, and to write into `writable`. It may use the `network` and start `programs` where
    that is allowed. `memory_mb` is what it may take; None where nobody limits it.

    `afterwards` is a command that ends what is left when the process has been killed.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    readable: tuple[Path, ...] = ()
    listable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = False
    programs: bool = False
    memory_mb: int | None = None
    afterwards: tuple[str, ...] = ()


# Puts something around a process, such as `bwrap --unshare-net ...` before its command.
Wall = Callable[[Launch], Launch]


def no_wall(launch: Launch) -> Launch:
    """The process as it is: with limits, and nothing around it."""
    return launch
