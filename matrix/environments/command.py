"""Starts every installer, interpreter and helper to its end: uv, pip, python, docker.

They get the network and the indexes of the caller and nothing else of theirs: a variable such as
`UV_EXCLUDE_NEWER` or `PIP_TARGET`, set for the caller's own project, would make a lock or an
environment something else than the catalogue says. Each has a timeout, and the log says what ran.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.environments.programs.outliving import passed
from matrix.log import OUTPUT, logger

_LOG = logger(__name__)
# Seconds: TensorFlow and its CUDA packages over a slow line.
LONGEST = 3600
_MOST_OF_A_WORD = 120

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


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that has ended: its exit code and what it wrote.

    `returncode` is `None` where it was stopped because it took too long, or never started.
    """

    command: tuple[str, ...]
    returncode: int | None
    stdout: str = ""
    stderr: str = ""

    @property
    def lines(self) -> list[str]:
        """What it wrote, line by line, without blank lines: output first, then errors."""
        lines = (line.strip() for line in f"{self.stdout}\n{self.stderr}".splitlines())
        return [line for line in lines if line]


def run(  # noqa: PLR0913 - one process, all of it by keyword
    command: Sequence[str | Path],
    *,
    text: str = "",
    folder: str | Path | None = None,
    timeout: float = LONGEST,
    variables: Mapping[str, str] | None = None,
    level: int = logging.DEBUG,
) -> Finished:
    """Run an installer or an interpreter to its end; never raises for what that does.

    `text` is its input and `timeout` the seconds after which it is stopped. `variables` are all
    that it gets of an environment; without them it is that of the caller, scrubbed. It runs in a
    neutral folder: a pyproject.toml of the caller must not configure it. `level` is that of its
    lines in the log.
    """
    words = tuple(map(str, command))
    _LOG.log(level, "running %s", shlex.join(map(_shortened, words)))
    started = time.monotonic()
    finished = _finished(words, text, folder or tempfile.gettempdir(), timeout, variables)
    seconds = time.monotonic() - started
    _LOG.log(level, "%s: exit code %s after %.1f s", words[0], finished.returncode, seconds)
    for line in finished.lines:
        _LOG.log(OUTPUT, "    %s", line)
    return finished


def _shortened(word: str) -> str:
    """A word of a command for the log: of a whole program, how it begins."""
    line = word.strip().partition("\n")[0]
    return word if word == line and len(word) <= _MOST_OF_A_WORD else f"{line[:_MOST_OF_A_WORD]}..."


def _finished(
    words: tuple[str, ...],
    text: str,
    folder: str | Path,
    timeout: float,
    variables: Mapping[str, str] | None,
) -> Finished:
    try:
        done = subprocess.run(
            words,
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment() if variables is None else variables,
            cwd=folder,
            timeout=timeout,
            check=False,
            pass_fds=passed(),
        )
    except subprocess.TimeoutExpired:
        reason = f"stopped: it took more than {timeout:g} seconds"
        return Finished(command=words, returncode=None, stderr=reason)
    except OSError as error:
        reason = f"{words[0]} does not start: {error.strerror or error}"
        return Finished(command=words, returncode=None, stderr=reason)
    return Finished(
        command=words, returncode=done.returncode, stdout=done.stdout, stderr=done.stderr
    )
