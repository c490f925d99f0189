"""Downloads models into the cache, once per version."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.model.source.address import SCHEMES, Address
from matrix.model.source.archives import place_in
from matrix.model.source.limits import Refused

_MOST_BYTES = 2**35
_MOST_FILES = 20_000
_EXTRA = "Install it with: pip install 'loadmatrix[remote]'"
_LONGEST = 300


class Source(Protocol):
    """A model that lies elsewhere."""

    def version(self) -> str:
        """Another text whenever the model there is another one."""

    def download(self, folder: Path, name: str) -> None:
        """Write the model into a folder under its name."""


def fetched(address: Address, cache: Path, *, offline: bool = False) -> Path:
    """The model at an address, as a file or folder in the cache.

    Raises:
        UsageError: there is nothing at the address, or it is of a kind that is not taken.
        NothingTestable: what is there is too large, or not cached and `offline` is wanted.
        LoadmatrixError: a package or the network is missing.
    """
    if address.scheme not in SCHEMES:
        taken = ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES))
        message = f"{address} cannot be downloaded: the supported addresses are {taken}"
        raise UsageError(f"{message}. Download it and give the path of the file or folder.")
    name = address.name or "model"
    home = cache / "remote" / _short(address.full)
    newest = _known(home)
    if offline:
        if newest is None or not (home / newest["folder"] / name).exists():
            raise NothingTestable(f"{address} is not cached, and --offline turns downloads off.")
        return home / newest["folder"] / name
    with _told(address):
        source = _source(address)
        folder = home / _short(source.version())
        if not (folder / name).exists():
            _download(source, folder, name)
        _remember(home, folder.name)
    return folder / name


def _source(address: Address) -> Source:
    if address.scheme in ("http", "https"):
        from matrix.model.source.http import Page

        return Page(address.full)
    return _Store(address)


def _download(source: Source, folder: Path, name: str) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix="fetching-"))
    try:
        source.download(new, name)
        if not folder.exists():
            new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


class _Store:
    """A file or folder that fsspec reaches: a bucket, or a repository of Hugging Face."""

    def __init__(self, address: Address) -> None:
        import fsspec

        self.address = address
        self.system: Any
        self.system, self.path = fsspec.core.url_to_fs(address.full)
        self.files: Mapping[str, Any] = self._listed()

    def _listed(self) -> Mapping[str, Any]:
        information = self.system.info(self.path)
        if information["type"] == "file":
            return {"": information}
        base = self.path.rstrip("/")
        entries = self.system.find(base, detail=True)
        files = {name.removeprefix(base).lstrip("/"): entry for name, entry in entries.items()}
        if not files:
            raise FileNotFoundError(self.path)
        if len(files) > _MOST_FILES:
            raise Refused(f"it has {len(files):,} files")
        return files

    def version(self) -> str:
        return repr(
            [
                (name, entry.get("size"), self.system.ukey(entry["name"]))
                for name, entry in sorted(self.files.items())
            ]
        )

    def download(self, folder: Path, name: str) -> None:
        total = sum(int(entry.get("size") or 0) for entry in self.files.values())
        if total > min(_MOST_BYTES, shutil.disk_usage(folder).free):
            raise Refused(
                f"it has {total / 2**30:.1f} GB, more than 32 GB or than the free disk space"
            )
        for inside, entry in self.files.items():
            place = place_in(f"{name}/{inside}" if inside else name, folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            self.system.get_file(entry["name"], str(place))


@contextmanager
def _told(address: Address) -> Iterator[None]:
    """Say in one sentence what went wrong on the way; packages of stores raise what they like."""
    try:
        yield
    except LoadmatrixError:
        raise
    except ImportError as error:
        message = f"{address} needs a package that is not installed ({_first_line(error)})"
        raise LoadmatrixError(f"{message}. {_EXTRA}") from error
    except FileNotFoundError as error:
        raise UsageError(f"{address} does not exist. Check the address.") from error
    except Refused as error:
        raise NothingTestable(f"{address} was not downloaded: {error}.") from error
    except PermissionError as error:
        message = f"{address} cannot be read with the current credentials"
        raise LoadmatrixError(f"{message}. Log in to that service and run again.") from error
    except Exception as error:
        message = f"{address} could not be downloaded: {type(error).__name__}: {_first_line(error)}"
        raise LoadmatrixError(f"{message}. Check the network and try again.") from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:_LONGEST].rstrip(".") if lines else "no reason given"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]


def _known(home: Path) -> dict[str, str] | None:
    try:
        document = json.loads((home / "newest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) and "folder" in document else None


def _remember(home: Path, folder: str) -> None:
    # Next to it first: a reader meanwhile still gets the complete old one.
    new = home / f"newest-{folder}.json"
    new.write_text(json.dumps({"folder": folder}), encoding="utf-8")
    new.replace(home / "newest.json")
