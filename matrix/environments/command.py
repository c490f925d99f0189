"""Every call of uv and pip: with the caller's network and indexes, and nothing else of theirs.

A variable such as `UV_EXCLUDE_NEWER` or `PIP_TARGET`, set for the caller's own project, would make
a lock or an environment something else than the catalogue says.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# Where packages come from, how they are reached, and where they are cached.
_KEPT = re.compile(
    r"UV_(?:INDEX\w*|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|KEYRING_PROVIDER|OFFLINE|"
    r"INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|HTTP_\w+|REQUEST_TIMEOUT|UPLOAD_HTTP_TIMEOUT|"
    r"CONCURRENT_\w+|CACHE_DIR|NO_CACHE|LINK_MODE|CONFIG_FILE|NO_CONFIG|LOCK_TIMEOUT|"
    r"CREDENTIALS_DIR|\w+_CREDENTIALS|PYTHON_DOWNLOADS\w*|PYTHON_INSTALL_(?:DIR|MIRROR)|"
    r"PYTHON_CACHE_DIR|NO_PROGRESS)"
    r"|PIP_(?:INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|CERT|CLIENT_CERT|TRUSTED_HOST|PROXY|"
    r"TIMEOUT|DEFAULT_TIMEOUT|RETRIES|RESUME_RETRIES|CACHE_DIR|NO_CACHE_DIR|CONFIG_FILE|"
    r"KEYRING_PROVIDER|USE_FEATURE|DISABLE_PIP_VERSION_CHECK)"
)
# Of Python itself: each changes what is compiled, or which packages are found.
_HARMFUL = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONOPTIMIZE"}
    | {"PYTHONPYCACHEPREFIX", "VIRTUAL_ENV", "CONDA_PREFIX"}
)


def environment(caller: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables for an installer, from those of the caller."""
    return {name: value for name, value in caller.items() if _is_kept(name)}


def _is_kept(name: str) -> bool:
    if name.startswith(("UV_", "PIP_")):
        return _KEPT.fullmatch(name) is not None
    return name not in _HARMFUL


def run(
    command: Sequence[str], *, text: str | None = None, folder: str | Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run an installer to its end. `text` is its input.

    In a neutral folder: a pyproject.toml of the caller must not configure it.
    """
    return subprocess.run(
        command,
        input=text or "",
        capture_output=True,
        text=True,
        errors="replace",
        env=environment(),
        cwd=folder or tempfile.gettempdir(),
        check=False,
    )


@contextlib.contextmanager
def our_environment() -> Iterator[None]:
    """For calls that another library makes with the variables of this process."""
    before = dict(os.environ)
    for name in before.keys() - environment(before).keys():
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(before)
