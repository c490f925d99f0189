"""The folders that hostile models are let loose in, and what each of them is told of them."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.copies import Copies
from tests.hostile.effects import Entry
from tests.hostile.listening import Listeners

_MAKING_SECONDS = 900
BYSTANDER = "hostile-bystander"
# Small, in every environment, and imported by TensorFlow.
_SHARED_FILE = "termcolor/__init__.py"
_SHARED_ALTERNATIVE = "six.py"


@dataclass(frozen=True, kw_only=True)
class Playground:
    """A folder of the harness. All that a model may damage is a copy, and lies in it."""

    folder: Path
    copies: Copies
    listeners: Listeners

    @property
    def home(self) -> Path:
        """The HOME of whoever starts the run."""
        return self.folder / "home"

    @property
    def temp(self) -> Path:
        return self.folder / "tmp"

    @property
    def output(self) -> Path:
        return self.folder / "run" / "out"

    @property
    def others(self) -> Path:
        """The report of an earlier run."""
        return self.folder / "others"

    @property
    def neighbours(self) -> Path:
        return self.folder / "neighbours"

    @property
    def unpacked(self) -> Path:
        """Where the tool keeps what was in archives."""
        return self.home / ".cache" / "loadmatrix"

    @property
    def installer_cache(self) -> Path:
        return self.home / ".cache" / "uv"

    def outside(self, entry: Entry) -> Path:
        """Where a model leaves its marker."""
        return self.folder / "outside" / entry.name

    def secret(self, entry: Entry) -> Path:
        """The file that only this model wants to read."""
        return self.folder / "secrets" / entry.name / "secret.txt"

    def token(self, entry: Entry) -> str:
        """What stands in that file and nowhere else."""
        return self.secret(entry).read_text(encoding="utf-8").split()[0]

    def models_beside(self, release: str) -> tuple[Path, Path]:
        """The sound neighbours: one comes before, one after."""
        folder = self.neighbours / release
        return folder / "half_plus_two", folder / "dense.h5"

    def exposed(self) -> list[Path]:
        """The folders in which nothing may change, beside the copies."""
        own = ("home", "tmp", "others", "neighbours", "models", "secrets", "outside")
        return [self.folder / name for name in own]

    def facts(self, entry: Entry) -> dict[str, Any]:
        """What a model is made to know: where everything is that it wants."""
        site = self.copies.site(entry.cell)
        shared = _SHARED_FILE if (site / _SHARED_FILE).exists() else _SHARED_ALTERNATIVE
        return {
            "playground": str(self.folder.parent),
            "marker": str(self.outside(entry) / "marker"),
            "target": str(self.outside(entry) / "target.txt"),
            "secret": str(self.secret(entry)),
            "token": self.token(entry),
            "confession": confession(entry)[::-1],
            "home": str(self.home),
            "uv": str(self.installer_cache),
            "cache": str(self.copies.cache),
            "site": str(site),
            "shared_file": shared,
            "tool": str(self.copies.tool),
            "results": str(self.output / "results"),
            "others": str(self.others),
            "neighbours": list(map(str, self.models_beside(entry.release))),
            "port": self.listeners.port,
            "address": f"127.0.0.1:{self.listeners.port}",
            "free_address": "127.0.0.1:0",
            "socket": self.listeners.path,
            "abstract": self.listeners.abstract,
            "bystander": BYSTANDER,
            "bystander_secret": f"{BYSTANDER}-password",
        }


def confession(entry: Entry) -> str:
    """What a model prints that reached another process; it stands nowhere in the model."""
    return f"confessed-{entry.name}"


def furnish(playground: Playground, entries: Sequence[Entry]) -> None:
    """Lay out the folders for some models: secrets, targets, what is the caller's."""
    for folder in (playground.home, playground.temp, playground.others, playground.installer_cache):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (playground.home, playground.temp, playground.installer_cache):
        folder.mkdir(parents=True)
    (playground.home / ".bashrc").write_text("# of the caller\n", encoding="utf-8")
    (playground.installer_cache / "wheel").write_text("of the installer\n", encoding="utf-8")
    outcome = playground.others / "results" / "2.15.1" / "outcome.json"
    outcome.parent.mkdir(parents=True)
    outcome.write_text('{"schema": 1, "cell": "2.15.1"}', encoding="utf-8")
    for entry in entries:
        lay_out(playground, entry)


def lay_out(playground: Playground, entry: Entry) -> None:
    """The secret of a model, and the folder in which it leaves its marker."""
    secret, outside = playground.secret(entry), playground.outside(entry)
    shutil.rmtree(outside, ignore_errors=True)
    for folder in (secret.parent, outside):
        folder.mkdir(parents=True, exist_ok=True)
    if not secret.exists():
        secret.write_text(f"secret-{secrets.token_hex(12)}\n", encoding="utf-8")
    (outside / "target.txt").write_text("of the caller\n", encoding="utf-8")


def make_neighbours(playground: Playground, releases: Sequence[str], example: Path) -> None:
    """The sound models of each release: a SavedModel, and a Keras file of the release itself."""
    for release in releases:
        saved, keras = playground.models_beside(release)
        shutil.rmtree(saved.parent, ignore_errors=True)
        shutil.copytree(example, saved)
        environment = playground.copies.environment(release)
        if environment is None:
            continue
        command = [str(environment / "bin" / "python"), "-I", "-B", "-c", _DENSE, str(keras)]
        variables = {"PATH": os.environ["PATH"], "HOME": str(playground.folder)}
        subprocess.run(command, env=variables, check=True, capture_output=True)


_DENSE = """
import sys
import tensorflow as tf
tf.keras.Sequential([
    tf.keras.layers.Input((3,), name="x"),
    tf.keras.layers.Dense(2, kernel_initializer="ones", name="dense"),
]).save(sys.argv[1])
"""
