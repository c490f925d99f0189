"""The Python file or module of `--custom-objects`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.near import nearest
from matrix.options.parsing import absolute
from matrix.schemas import known_fields

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, kw_only=True)
class CustomObjects:
    """What was named, and what the probe imports: the path of a file, or the name of a module.

    `sha256` is the digest of the file; a module is whatever is installed in a cell. `package` is
    the package that a file is in, as its author imports it: `mine.layers`.
    """

    name: str
    source: str
    sha256: str | None = None
    package: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether a file is there with its digest; of a module nothing is known."""
        try:
            return self.sha256 in (None, _sha256(Path(self.source)))
        except OSError:
            return False

    @property
    def module(self) -> str:
        """What a script imports for them; empty for a file whose name no script can import."""
        name = "" if self.name == "__init__.py" else Path(self.source).stem
        of_file = ".".join(part for part in (self.package, name) if part)
        module = of_file if self.sha256 else self.name
        return module if _MODULE.fullmatch(module) else ""

    @property
    def imports(self) -> tuple[str, ...]:
        """What a script imports to have them."""
        return (self.module or "runpy",)

    @property
    def handed(self) -> str:
        """What of it a loader is handed (`Handover.objects`): the module, or else the file."""
        return f"{self.module}.*" if self.module else self.name

    @property
    def needed(self) -> str:
        """What a script needs that somebody else has not: the file, the folder or the package."""
        if self.sha256 is None:
            return f"the package of {self.name}"
        return f"the folder {self.package.partition('.')[0]}" if self.package else self.name

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> CustomObjects:
        """From its JSON values."""
        return cls(**known_fields(cls, document))


def named_objects(text: str, folder: Path) -> CustomObjects:
    """What `--custom-objects` names in a call made in `folder`.

    Raises:
        UsageError: there is no such file, and no module could be called so.
    """
    path = _file(text, folder)
    if path is not None:
        digest, package = _digest(path), _package(path)
        return CustomObjects(name=path.name, source=str(path), sha256=digest, package=package)
    if not _MODULE.fullmatch(text) or text.endswith(".py"):
        raise UsageError(
            f"--custom-objects {text} does not exist. Give a Python file, or a module that is "
            "installed in every cell (add its package with --with)."
        )
    return CustomObjects(name=text, source=text)


def doubt(objects: CustomObjects, packages: Sequence[str], folder: Path) -> str:
    """Why a module may be found in no cell; empty for a file, and where packages are added.

    No certainty: TensorFlow, what it needs and what models ask for bring modules too.
    """
    if objects.sha256 or packages:
        return ""
    meant = nearest(objects.name, (path.stem for path in folder.glob("*.py")))
    return (
        f"--custom-objects {objects.name}: there is no such file here, so each cell needs a "
        "package with this module. If TensorFlow does not bring it, add its package with --with."
        f"{meant and meant.replace('?', '.py?')}"
    )


def _file(text: str, folder: Path) -> Path | None:
    """The file meant: as it is written, or that of a module beside the caller."""
    named = absolute(folder, text)
    module = Path(folder, *text.split("."))
    places = (named, named / "__init__.py", module.with_suffix(".py"), module / "__init__.py")
    path = next((place.absolute() for place in places if place.is_file()), None)
    if path is not None and path.suffix != ".py":
        raise UsageError(f"--custom-objects {text} is not a Python file: its name must end in .py.")
    return path


def _package(path: Path) -> str:
    """The package that a file is in, found as the probe finds it; empty for a file of its own."""
    names = list[str]()
    folder = path.parent
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names)


def _digest(path: Path) -> str:
    try:
        return _sha256(path)
    except OSError as error:
        raise UsageError(f"--custom-objects {path} cannot be read: {error.strerror}.") from error


def _sha256(path: Path) -> str:
    # Here, because a help hashes nothing.
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
