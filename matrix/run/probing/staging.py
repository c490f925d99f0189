"""Gives models a plain path if TensorFlow would read their path as a pattern.

TensorFlow reads some paths as patterns: a whole model in `model[1]` is found by no release. The
probe gets a link to it under a plain name; what it says is told with the path of the caller.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from matrix.model.formats.checkpoint_files import parts
from matrix.model.path_patterns import PATTERN, SHARDS, is_plain
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.workarounds.attempts import SCRIPT

_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Staging:
    """Links in a folder of our own; `names` are the caller's paths by ours."""

    folder: Path
    names: dict[str, str] = dataclasses.field(default_factory=dict)

    def staged(self, checks: Sequence[Check]) -> list[Check]:
        """The checks, with plain paths to the same models."""
        return [self._check(check) for check in checks]

    def told(self, value: _T) -> _T:
        """What a probe said, with the paths of the caller."""
        return renamed(value, self.names) if self.names else value

    def _check(self, check: Check) -> Check:
        if check.loader == SCRIPT:
            # It runs next to the model, under its own name, as for a reader who copies it.
            return check
        loader = LOADERS[check.loader]
        path = self._path(check.path, is_prefix=loader.path_is_prefix)
        weights = check.options.get("weights")
        if not weights:
            return dataclasses.replace(check, path=path)
        place = self._path(str(weights), is_prefix=loader.weights_are_prefix)
        variant = check.variant.given(**{**check.options, "weights": place})
        return dataclasses.replace(check, path=path, variant=variant)

    def _path(self, path: str, *, is_prefix: bool) -> str:
        if is_plain(path):
            return path
        staged = {theirs: ours for ours, theirs in self.names.items()}
        if path in staged:
            return staged[path]
        place = self.folder / str(len(self.names))
        place.mkdir(parents=True)
        model = Path(path)
        shards = match.group() if (match := SHARDS.search(model.name)) else ""
        stem = model.name.removesuffix(shards)
        plain = PATTERN.sub("_", stem)
        for part in parts(model) if is_prefix else (model,):
            _link(part, place / (plain + part.name.removeprefix(stem)))
        ours = str(place / f"{plain}{shards}")
        self.names[ours] = path
        return ours


def _link(target: Path, link: Path) -> None:
    try:
        link.symlink_to(target.absolute(), target_is_directory=target.is_dir())
    except OSError:
        # Windows asks for a privilege.
        shutil.copytree(target, link) if target.is_dir() else shutil.copyfile(target, link)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A value with each name in its texts replaced by what `names` has for it."""
    if isinstance(value, str):
        for ours, named in names.items():
            value = value.replace(ours, named)
        return value
    if isinstance(value, Mapping):
        return {key: renamed(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(renamed(item, names) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (field.name for field in dataclasses.fields(value))
        changed = {name: renamed(getattr(value, name), names) for name in fields}
        return dataclasses.replace(value, **changed)
    return value
