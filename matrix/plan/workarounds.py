"""What may make a model load where a loader does not: scripts that a probe tries in that cell.

Each is what a reader would copy. The other loaders of a cell are remedies for each other already,
and so are the cells beside it: they need no attempt.
"""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.model.facts import Format, ModelFacts, shown_path
from matrix.plan.check import Check

LOADER = "script"
_KERAS = ("keras", "tf_keras")
_KERAS_FORMATS = frozenset({Format.KERAS_V3, Format.KERAS_H5})
_KERAS_2 = ((2, 0), (2, 16))
_HDF5_NAMES = (".h5", ".hdf5")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A way to load that is worth a try: `name` says in few words what it does."""

    name: str
    script: str


def attempts_for(model: ModelFacts, cell: Cell, checks: Sequence[Check]) -> Iterator[Check]:
    """The attempts for one model in a cell, each tried only where what is before it did not load.

    `checks` are those of that model in that cell.
    """
    for loader, some in itertools.groupby(checks, key=lambda check: check.loader):
        last = list(some)[-1]
        before = last.id
        for attempt in _attempts(model, cell, loader):
            check = Check(
                model=last.model,
                path=last.path,
                loader=LOADER,
                variant=f"{loader}: {attempt.name}",
                options={
                    "script": attempt.script,
                    "name": shown_path(str(model.path), str(model.load_path)),
                    "keras": loader in _KERAS,
                },
                unless=before,
                remedies=loader,
                imports=last.imports,
            )
            yield check
            before = check.id


def _attempts(model: ModelFacts, cell: Cell, loader: str) -> Iterator[Attempt]:
    path = Path(shown_path(str(model.path), str(model.load_path)))
    first, end = _KERAS_2
    if loader == "saved_model" and first <= cell.release.minor < end:
        yield Attempt(name="tf.keras imported first", script=_keras_first(path))
    if loader in _KERAS and model.format in _KERAS_FORMATS:
        wanted = ".keras" if model.format is Format.KERAS_V3 else ".h5"
        known = (".keras",) if model.format is Format.KERAS_V3 else _HDF5_NAMES
        if path.suffix.lower() not in known:
            yield Attempt(
                name=f"a copy whose name ends in {wanted}", script=_renamed(path, loader, wanted)
            )
        if model.custom_objects:
            yield Attempt(
                name="stand-ins for the custom objects",
                script=_with_stand_ins(path, loader, model.custom_objects),
            )


def _keras_first(path: Path) -> str:
    return (
        "import tensorflow as tf\n\n"
        "tf.keras.models.load_model  # Keras registers what its objects are made from\n"
        f"model = tf.saved_model.load({quoted(path.as_posix())})\n"
    )


def _renamed(path: Path, loader: str, suffix: str) -> str:
    new = quoted(path.stem + suffix)
    return (
        f"import shutil\n\n{_imports(loader)}\n"
        f"shutil.copyfile({quoted(path.as_posix())}, {new})\n"
        f"model = {_module(loader)}.models.load_model({new}, compile=False)\n"
    )


def _with_stand_ins(path: Path, loader: str, names: Sequence[str]) -> str:
    """Layers and functions that hand on what they get, in the place of those the file names."""
    keras = _module(loader)
    parts, entries = [], []
    for name in dict.fromkeys(names):
        short = re.sub(r"\W", "_", name.rpartition(">")[2].rpartition(".")[2])
        if keyword.iskeyword(short) or not short.isidentifier():
            short = f"_{short}"
        parts.append(_stand_in(short, keras))
        entries.append(f"    {quoted(name)}: {short},")
        if name != short:
            entries.append(f"    {quoted(short)}: {short},")
    objects = "\n".join(dict.fromkeys(entries))
    return (
        f"{_imports(loader)}\n\n"
        + "\n\n".join(parts)
        + f"\n\nstand_ins = {{\n{objects}\n}}\n"
        + f"model = {keras}.models.load_model(\n"
        + f"    {quoted(path.as_posix())}, custom_objects=stand_ins, compile=False\n)\n"
    )


def _stand_in(name: str, keras: str) -> str:
    if name[:1].islower():
        return f"def {name}(x, *args, **kwargs):\n    return x\n"
    return (
        f"class {name}({keras}.layers.Layer):\n"
        '    def __init__(self, name=None, trainable=True, dtype="float32", **config):\n'
        "        super().__init__(name=name, trainable=trainable, dtype=dtype)\n\n"
        "    def call(self, x, *args, **kwargs):\n"
        "        return x\n"
    )


def _imports(loader: str) -> str:
    return "import tf_keras\n" if loader == "tf_keras" else "import tensorflow as tf\n"


def _module(loader: str) -> str:
    return "tf_keras" if loader == "tf_keras" else "tf.keras"


def quoted(text: str) -> str:
    """A string in Python, with the quotes people write; safe whatever the text is."""
    plain = text.isprintable() and not set(text) & {'"', "\\"}
    return f'"{text}"' if plain else ascii(text)
