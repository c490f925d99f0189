"""Where uv is, if it is there.

It comes with Loadmatrix (`nox[uv]`), so nox, which starts it to see whether it works, is asked only
where the caller names another one or the package is absent: importing nox costs more than the rest.
"""

from __future__ import annotations

import contextlib
import functools
import os


@functools.cache
def found() -> str | None:
    """The program, `None` where there is none that works."""
    if "UV" not in os.environ:
        with contextlib.suppress(ImportError, FileNotFoundError):
            from uv import find_uv_bin

            return find_uv_bin()
    from nox.virtualenv import HAS_UV, UV

    return str(UV) if HAS_UV else None


def uv() -> str:
    """The program; a name that does not start where there is none."""
    return found() or "uv"
