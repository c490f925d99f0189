"""What models of a call are called: as their list has them, and different from each other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matrix.model.source.address import Address
from matrix.models_list.distinct import distinct
from matrix.models_list.given_model import GivenModel


@dataclass(frozen=True, kw_only=True)
class Named:
    """A model as it was found: `base` is the folder that its path is told from."""

    model: Path | Address
    base: Path
    name: str = ""


def named_apart(
    found: Mapping[Path | Address, Named], folder: Path
) -> Mapping[Path | Address, GivenModel]:
    """The models with texts that tell them apart."""
    given = distinct(found, lambda model, level: _given(found[model], level, folder))
    called = distinct(found, lambda model, level: _called(found[model], level))
    return {
        model: GivenModel(
            model=model,
            given=given[model],
            name="" if called[model] == _parts(model)[-1] else called[model],
        )
        for model in found
    }


def _given(named: Named, level: int, folder: Path) -> str:
    """How a model was given: seen from its list, then from the folder of the call, then in full."""
    model = named.model
    if isinstance(model, Address):
        if not level:
            return str(model)
        # What tells two addresses apart may be what nobody must see.
        return f"{model}?{hashlib.sha256(model.full.encode()).hexdigest()[:8]}"
    base = (named.base, folder, Path(model.anchor))[min(level, 2)]
    told = Path(os.path.normpath(model))
    return (told.relative_to(base) if told.is_relative_to(base) else told).as_posix()


def _called(named: Named, level: int) -> str:
    """What a model is called: by its list, or by as much of the end of its path as is needed."""
    parts = _parts(named.model)
    if not named.name:
        return "/".join(parts[-1 - level :])
    return f"{named.name} ({'/'.join(parts[-level:])})" if level else named.name


def _parts(model: Path | Address) -> tuple[str, ...]:
    if isinstance(model, Address):
        return tuple(str(model).rstrip("/").split("/"))
    return model.parts or (str(model),)
