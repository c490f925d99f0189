"""Models as bytes, for machines that do not have them: packed here, unpacked there by digest."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.cache import cache_folder
from matrix.errors import LoadmatrixError
from matrix.model.facts import ModelFacts
from matrix.model.identify import digest_of, files_of, unchanged
from matrix.model.source.archives import place_in
from matrix.model.source.limits import Refused

_MB = 2**20
# Of one model; it is in memory whole, here and there.
MOST_SHIPPED = 512 * _MB


@dataclass(frozen=True, kw_only=True)
class Package:
    """A model as values: its facts, and its files by their paths in its folder.

    That is the model itself where it `is_folder`, else what it lies in.
    """

    model: ModelFacts
    is_folder: bool
    files: Mapping[str, bytes]


def packed(model: ModelFacts) -> Package:
    """A model with all its bytes.

    Raises:
        LoadmatrixError: it is too large to be sent, or is not what was planned any more.
        OSError: it cannot be read.
    """
    if model.size_bytes > MOST_SHIPPED:
        raise LoadmatrixError(
            f"{model.shown} has {model.size_bytes // _MB:,} MB, but --ship-models sends at most "
            f"{MOST_SHIPPED // _MB} MB a model. Put it where the workers find it."
        )
    if not unchanged(model):
        raise LoadmatrixError(
            f"{model.shown} was changed or removed since the run was planned. Run the command "
            "again."
        )
    is_folder = model.path.is_dir()
    base = model.path if is_folder else model.path.parent
    files = files_of(model)
    return Package(
        model=model,
        is_folder=is_folder,
        files={file.relative_to(base).as_posix(): file.read_bytes() for file in files},
    )


def place_of_shipped(model: ModelFacts) -> Path:
    """Where a model lies on a machine that it was sent to."""
    name = model.path.name or "model"
    return cache_folder() / "models" / "shipped" / model.sha256[:32] / name


def unpack(package: Package) -> str:
    """Put a model into the cache of this machine; why it is not there, empty where it is.

    Raises:
        OSError: it cannot be written.
    """
    place = place_of_shipped(package.model)
    folder = place.parent
    if folder.exists():
        return ""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=folder.parent, prefix="unpacking-"))
    try:
        base = new / place.name if package.is_folder else new
        base.mkdir(exist_ok=True)
        for name, content in package.files.items():
            file = place_in(name, base)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if digest_of(at(package.model, new / place.name)) != package.model.sha256:
            return f"{package.model.shown} arrived with another digest than the plan has"
        with contextlib.suppress(FileExistsError):
            new.rename(folder)
    except Refused as reason:
        return f"{package.model.shown} was not unpacked: {reason}"
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return ""


def at(model: ModelFacts, path: Path) -> ModelFacts:
    """A model at another path; what lies beside it lies beside it there."""
    weights = model.weights
    if weights is not None and weights.is_relative_to(model.path.parent):
        weights = path.parent / weights.relative_to(model.path.parent)
    return replace(model, path=path, weights=weights)
