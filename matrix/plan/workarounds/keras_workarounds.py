"""Workarounds for Keras models: a copy under another name, or stand-ins for classes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import Workaround
from matrix.plan.snippet import quoted

_HDF5_NAMES = (".h5", ".hdf5")
# How the name of a workaround begins that gives the file the name that Keras asks for.
RENAMED = "a copy whose name ends in"
# The name of a workaround that shows what is missing, and is no way to use the model.
STAND_INS = "stand-ins for the custom objects"


def keras_workarounds(
    model: ModelFacts, path: Path, imports: str, keras: str
) -> Iterator[Workaround]:
    """What is worth a try with a package of Keras: `imports` bring it in, `keras` is its name."""
    if model.format not in (Format.KERAS_V3, Format.KERAS_H5):
        return
    zipped = model.format is Format.KERAS_V3
    wanted, suffixes = (".keras", (".keras",)) if zipped else (".h5", _HDF5_NAMES)
    if path.suffix.lower() not in suffixes:
        script = _renamed(path, imports, keras, wanted)
        yield Workaround(name=f"{RENAMED} {wanted}", script=script)
    if model.custom_objects:
        script = _with_stand_ins(path, imports, keras, model.custom_objects)
        yield Workaround(name=STAND_INS, script=script)


def _renamed(path: Path, imports: str, keras: str, suffix: str) -> str:
    new = quoted(path.stem + suffix)
    return (
        f"import shutil\n\n{imports}\n"
        f"shutil.copyfile({quoted(path.as_posix())}, {new})\n"
        f"model = {keras}.models.load_model({new}, compile=False)\n"
    )


def _with_stand_ins(path: Path, imports: str, keras: str, names: Sequence[str]) -> str:
    """Layers and functions that hand on what they get, in the place of those the file names."""
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
        f"{imports}\n\n"
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
