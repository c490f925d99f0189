"""What a model is fed in a run: the rules for its inputs, and files of arrays made by them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.files import write_json
from matrix.stored_files import DAMAGED, is_plain, plain_text

RULES = "rules.json"
_FIRST = "first.json"


@dataclass(frozen=True, kw_only=True)
class ModelInputs:
    """The folder with the inputs of one model, which every cell reads."""

    folder: Path

    @property
    def arrays(self) -> tuple[Path, ...]:
        """The files of arrays that the model is fed with, in the order to try them."""
        files = () if self.folder.is_symlink() else filter(is_plain, self.folder.glob("*.npz"))
        return tuple(sorted(files, key=lambda path: (len(path.stem), path.stem)))

    @property
    def files(self) -> tuple[Path, ...]:
        """The rules, where they are written, and the arrays."""
        rules = self.folder / RULES
        return (*([rules] if is_plain(rules) else []), *self.arrays)

    @property
    def rules(self) -> dict[str, Any] | None:
        """What is known of the model for inputs that no file has; `None` where it has no inputs."""
        return self._read(RULES)

    @property
    def first(self) -> dict[str, str]:
        """The files to try first, by signature."""
        return self._read(_FIRST) or {}

    def try_first(self, files: Mapping[str, str]) -> None:
        """Have the cells that follow begin with the files that signatures ran with.

        The first cell that runs a signature decides: that is the one nearest to the writer.
        """
        known = self.first
        if set(files) - set(known):
            self.begin_with({**files, **known})

    def begin_with(self, files: Mapping[str, str]) -> None:
        """Have cells begin with these files, whatever ran before."""
        write_json(self.folder / _FIRST, files)

    def emptied(self) -> Path:
        """The folder, there and empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self.folder

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(json.loads(plain_text(self.folder / name)))
        except (OSError, *DAMAGED):
            return None
