"""Reads the values of options: each function returns a value or refuses the text.

All take the text and the folder of the call, and raise UsageError with what to write instead.
"""

from __future__ import annotations

import re
from pathlib import Path

from matrix.errors import UsageError
from matrix.model.source.address import Address
from matrix.near import nearest
from matrix.options.parsing import absolute

BACKENDS = ("uv", "virtualenv", "venv")
_LOADERS = Path(__file__).parents[1] / "plan" / "loaders"


def loader_names() -> tuple[str, ...]:
    """The loaders there are: each is a file, and none is imported for its name."""
    names = (path.stem for path in _LOADERS.glob("*.py"))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def loader(text: str, _: Path) -> str:
    """One of the loaders."""
    if text not in loader_names():
        hint = nearest(text, loader_names()) or f" There are {', '.join(loader_names())}."
        raise UsageError(f"--loader {text} is not a loader.{hint}")
    return text


def model(text: str, folder: Path) -> Path | Address:
    """A model by its path, or by its address."""
    return Address.of(text) or absolute(folder, text)


def python(text: str, _: Path) -> str:
    """A Python by its minor version."""
    if not re.fullmatch(r"3\.\d+", text):
        raise UsageError(f"--python {text} is not a Python minor version. Write it like 3.9.")
    return text


def companion(text: str, _: Path) -> str:
    """A package to install beside TensorFlow, as a requirement of the index."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise UsageError(
            f"--with {text} is not a valid requirement. Write it like tensorflow-text or "
            "'qkeras>=0.9'."
        ) from error
    if requirement.url or requirement.marker:
        # Cells are installed from locks with hashes, which only an index has.
        raise UsageError(
            f"--with {text} is not a package name. Give a package from the package index, such "
            "as 'qkeras>=0.9'."
        )
    return str(requirement)


def jobs(number: int, _: Path) -> int:
    """How many cells run at a time."""
    if number < 1:
        raise UsageError(f"--jobs must be 1 or more, not {number}.")
    return number


def gigabytes(number: int, _: Path) -> int:
    """How much room known answers may take."""
    if number < 1:
        raise UsageError(f"--known-gb must be 1 or more, not {number}.")
    return number


def path(text: str, folder: Path) -> Path:
    """A file or folder, from where the call was made."""
    return absolute(folder, text)


def path_or_none(text: str, folder: Path) -> Path | None:
    """The same, which an empty text turns off."""
    return absolute(folder, text) if text else None
