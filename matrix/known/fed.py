"""The inputs of a model: a digest of what it is fed, and the files themselves, kept as well.

Making them takes reading the model again, and numpy: what is known needs neither.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from matrix.entries import Entries, Entry
from matrix.files import write_bytes
from matrix.known.key import inputs_key
from matrix.model.facts import ModelFacts
from matrix.plan.plan import Plan
from matrix.run.keeping.model_inputs import RULES
from matrix.run.store import Store


def inputs_digest(store: Store, model: int) -> str:
    """A digest of the arrays and rules of a model, not of when their files were written."""
    inputs = store.inputs(model)
    return _digest(inputs.rules or {}, {file.name: file.read_bytes() for file in inputs.arrays})


def known_inputs_digest(model: ModelFacts, entries: Entries) -> str | None:
    """The same of inputs that were made in an earlier run; `None` where they are not known."""
    entry = _known(model, entries)
    if entry is None:
        return None
    arrays = {name: content for name, content in entry.files.items() if name != RULES}
    return _digest(json.loads(entry.files[RULES]), arrays)


def _digest(rules: Mapping[str, Any], arrays: Mapping[str, bytes]) -> str:
    total = hashlib.sha256(json.dumps(rules, sort_keys=True).encode())
    for name, content in arrays.items():
        total.update(f"\0{name}\0".encode())
        total.update(_arrays_digest(content))
    return total.hexdigest()


def _arrays_digest(content: bytes) -> bytes:
    total = hashlib.sha256()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > len(content):
                # Ours are not compressed, and what others have made might unpack without end.
                return hashlib.sha256(content).digest()
            for entry in entries:
                total.update(entry.filename.encode("utf-8", "surrogateescape") + b"\0")
                total.update(hashlib.sha256(archive.read(entry)).digest())
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        total.update(content)
    return total.digest()


def store_inputs(plan: Plan, store: Store, entries: Entries | None, *, fresh: bool = False) -> None:
    """Write the inputs of every model into the results: those that are known, or made now.

    What the caller gives is never kept: it is read anew. `fresh` inputs are made anew.
    """
    entries = None if plan.numerics.inputs else entries
    numbers: Sequence[int] = range(len(plan.models))
    if entries and not fresh:
        numbers = [number for number in numbers if not _brought(plan, number, store, entries)]
    if not numbers:
        return
    # Here, because what is known needs no numpy.
    from matrix.run import input_files

    made = input_files.store_inputs(plan, store, numbers)
    for number in made:
        if entries is None:
            return
        content = {file.name: file.read_bytes() for file in store.inputs(number).files}
        entries.write(inputs_key(plan.models[number]), Entry(document={}, files=content))


def _brought(plan: Plan, number: int, store: Store, entries: Entries) -> bool:
    entry = _known(plan.models[number], entries)
    if entry is None:
        return False
    place = store.inputs(number).emptied()
    for name, content in entry.files.items():
        write_bytes(place / name, content)
    return True


def _known(model: ModelFacts, entries: Entries) -> Entry | None:
    """The rules of a model and its files of arrays, in the order to try them."""
    entry = entries.read(inputs_key(model))
    return entry if entry and is_inputs(entry) else None


def is_inputs(entry: Entry) -> bool:
    """Whether an entry has the inputs of a model: its rules, and arrays in order."""
    names = [f"{turn}.npz" for turn in range(1, len(entry.files))]
    if list(entry.files) != [RULES, *names]:
        return False
    try:
        return isinstance(json.loads(entry.files[RULES]), dict)
    except (ValueError, RecursionError):
        return False
