"""Makes units from a run: what a cell is asked there, without places of this machine."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.cache import cache_folder
from matrix.model.source.address import Address
from matrix.options.command_line.declared import words_for_cells
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.plan_json import cell_document, plan_document
from matrix.run.cell import without_known
from matrix.run.keeping.chosen_models import chosen, narrowed
from matrix.run.outcome import Outcome
from matrix.run.remote.unit import SharedValue, Unit, host_name, tool
from matrix.run.store import Store

_MB = 2**20
# What is sent to a machine at a time: once for all cells, as long as more is not needed.
MOST_SHARED = 512 * _MB
# Inputs are often made of few different values, and several processes hold them at a time.
_FAST = 1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a cell of a run is asked: `planned` has the checks that are left.

    `models` are those that are tested, `None` for all, and `known` is what earlier runs measured.
    """

    planned: PlannedCell
    models: tuple[int, ...] | None
    known: Outcome | None

    @property
    def answered_here(self) -> Outcome | None:
        """Its outcome, where nothing has to be run for it."""
        why = self.planned.unavailable
        if why is None and (self.planned.checks or self.known is None):
            return None
        cell = self.planned.cell.id
        return Outcome(cell=cell, seconds=0.0, unavailable=why, models=self.models)

    @property
    def numbers(self) -> frozenset[int]:
        """The models whose checks are left."""
        return frozenset(check.model for check in self.planned.checks)

    def of(self, models: Collection[int]) -> Asked:
        """The same about some of its models."""
        return replace(self, planned=narrowed(self.planned, models))


def asked(plan: Plan, store: Store, cell: str) -> Asked:
    """What a cell of a plan is asked, as its store says."""
    planned, models = chosen(store, plan.cell(cell))
    known = store.known(cell)
    return Asked(planned=without_known(planned, known), models=models, known=known)


def unit_of(asked: Asked, shared: str, options: Options, store: Store) -> Unit:
    """The unit of a cell; `shared` is the digest of what belongs to it."""
    numbers = sorted({check.model for check in asked.planned.checks})
    first = {number: store.inputs(number).first for number in numbers}
    return Unit(
        tool=tool(),
        host=host_name(),
        cell=asked.planned.cell.id,
        document=json.dumps(cell_document(asked.planned)),
        words=_words(options),
        envdir=_chosen_folder(options),
        shared=shared,
        first={number: files for number, files in first.items() if files},
        may_ask=options.ship_models,
    )


def too_large(store: Store, models: Iterable[int]) -> dict[int, str]:
    """The models whose inputs are too large to be sent at all, each with a sentence.

    Raises:
        OSError: the inputs cannot be read.
    """
    sizes = {
        number: sum(map(len, _inputs(store, number).values()))
        for number in models
        # Compressing makes nothing larger that counts here.
        if sum(file.stat().st_size for file in store.inputs(number).files) > MOST_SHARED
    }
    return {
        number: f"its inputs take {size // _MB:,} MB compressed, but at most {MOST_SHARED // _MB} "
        "MB are sent to workers; use smaller --inputs, or --executor nox"
        for number, size in sizes.items()
        if size > MOST_SHARED
    }


def shared_values(
    plan: Plan, options: Options, store: Store, models: Iterable[int]
) -> Iterator[SharedValue]:
    """What the units of a run share, in as many values as the inputs of these models need.

    Raises:
        OSError: the inputs cannot be read.
    """
    bare = replace(
        plan, cells=(), run_order=(), predictions=(), findings=(), untested=(), left_out=()
    )
    text, addresses = json.dumps(plan_document(bare)), _addresses(plan, options)

    def value(inputs: Mapping[int, Mapping[str, bytes]]) -> SharedValue:
        digest = _digest(text, inputs)
        return SharedValue(digest=digest, plan=text, inputs=inputs, addresses=addresses)

    inputs: dict[int, Mapping[str, bytes]] = {}
    left = MOST_SHARED
    for number in models:
        files = _inputs(store, number)
        size = sum(map(len, files.values()))
        if size > left and inputs:
            yield value(inputs)
            inputs, left = {}, MOST_SHARED
        inputs[number] = files
        left -= size
    yield value(inputs)


def _words(options: Options) -> tuple[str, ...]:
    # A machine has an output and a folder for environments of its own.
    return tuple(words_for_cells(replace(options, output=Path("/"), envdir=Path("/"))))


def _chosen_folder(options: Options) -> str | None:
    return None if options.envdir == cache_folder() else str(options.envdir)


def _inputs(store: Store, number: int) -> Mapping[str, bytes]:
    files = store.inputs(number).files
    return {file.name: zlib.compress(file.read_bytes(), _FAST) for file in files}


def _addresses(plan: Plan, options: Options) -> Mapping[int, str]:
    named = {str(model): model.full for model in options.models if isinstance(model, Address)}
    return {
        number: named.get(model.address, model.address)
        for number, model in enumerate(plan.models)
        if model.address
    }


def _digest(plan: str, inputs: Mapping[int, Mapping[str, bytes]]) -> str:
    total = hashlib.sha256(plan.encode("utf-8", "surrogatepass"))
    for number, files in inputs.items():
        for name, content in files.items():
            total.update(f"\0{number}/{name}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()
