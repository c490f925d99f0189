"""What a model may do while it is tested, and who vouches for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matrix.options import values
from matrix.options.command_line.declared import option, unique

AUTO, REQUIRE, OFF = "auto", "require", "off"
# Ways to isolate that are used where they work; naming one uses no other.
MEANS = ("landlock", "bubblewrap", "sandbox-exec", "container")


@dataclass(frozen=True, kw_only=True)
class IsolationOptions:
    """Which walls are put around a probe, and what passes through them."""

    mode: str = option(
        "isolation",
        str,
        "walls around every probe, by default auto",
        value="MODE",
        choices=(AUTO, REQUIRE, OFF, *MEANS),
        for_cells=True,
        heading="What a model may do",
        default=AUTO,
    )
    readable: tuple[Path, ...] = option(
        "allow-read",
        list,
        "let models also read this file or folder; may be repeated",
        value="PATH",
        for_cells=True,
        parse=unique(values.path),
        default=(),
    )
    network: bool = option(
        "allow-network", bool, "let models use the network", for_cells=True, default=False
    )
    programs: bool = option(
        "allow-programs",
        bool,
        "let models start programs and processes",
        for_cells=True,
        default=False,
    )
    trust: bool = option(
        "trust",
        bool,
        "you vouch for the Python code that the model contains",
        for_cells=True,
        default=False,
    )
