"""The key of an answer: everything that decides it is in it, and nothing that does not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.releases import catalogue
from matrix.isolation.isolation import Isolation
from matrix.isolation.means import CONTAINER, LANDLOCK, SECCOMP
from matrix.known import machine
from matrix.known.key import CellKey, answer_key, check_key, inputs_key, place_key
from matrix.model.facts import Format
from matrix.options.custom_objects import named_objects
from matrix.options.isolation import IsolationOptions
from matrix.options.limits import Limits
from matrix.options.tolerances import Numerics
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from tests.builders import make_cell, make_companion, make_model, make_plan


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that goes into a key."""

    plan: Plan
    cell: CellKey = field(default_factory=lambda: CellKey(environment="env-1", python="3.11.7"))
    inputs: str = "fed"
    limits: Limits = field(default_factory=Limits)
    isolation: Isolation = field(
        default_factory=lambda: Isolation(means=(LANDLOCK, SECCOMP), options=IsolationOptions())
    )

    @property
    def place(self) -> str:
        return place_key(self.plan, cell=self.cell, isolation=self.isolation)

    @property
    def key(self) -> tuple[str, ...]:
        """That of what is kept, and those of the checks that it has to answer."""
        key = answer_key(
            self.plan,
            self.plan.cells[0],
            0,
            place=self.place,
            inputs=self.inputs,
            limits=self.limits,
        )
        return key, *map(check_key, self.plan.cells[0].checks)

    def planned(self, **changes: Any) -> Case:
        return replace(self, plan=replace(self.plan, **changes))

    def walled(self, **changes: Any) -> Case:
        options = replace(self.isolation.options, **changes)
        return replace(self, isolation=replace(self.isolation, options=options))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    custom = tmp_path / "layers.py"
    custom.write_text("class Odd: ...\n")
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "__init__.py").write_text("")
    (tmp_path / "beside" / "more.py").write_text("x = 1\n")
    objects = named_objects("layers.py", tmp_path)
    plan = make_plan([make_cell("2.15.1")], make_model(Format.KERAS_H5))
    checks = tuple(replace(check, custom_objects=objects.source) for check in plan.cells[0].checks)
    cells = (replace(plan.cells[0], checks=checks),)
    return Case(plan=replace(plan, cells=cells, custom_objects=objects))


def _model(**changes: Any) -> Callable[[Case, Path], Case]:
    return lambda case, _: case.planned(models=(replace(case.plan.models[0], **changes),))


def _check(**changes: Any) -> Callable[[Case, Path], Case]:
    def changed(case: Case, _: Path) -> Case:
        (cell,) = case.plan.cells
        first, *others = cell.checks
        return case.planned(cells=(replace(cell, checks=(replace(first, **changes), *others)),))

    return changed


def _fewer_checks(case: Case, _: Path) -> Case:
    (cell,) = case.plan.cells
    return case.planned(cells=(replace(cell, checks=cell.checks[:1]),))


def _variant(case: Case, folder: Path) -> Case:
    variant = case.plan.cells[0].checks[0].variant.given(compile=True, weights="/other")
    return _check(variant=variant)(case, folder)


def _cell(**changes: Any) -> Callable[[Case, Path], Case]:
    def changed(case: Case, _: Path) -> Case:
        (planned,) = case.plan.cells
        return case.planned(cells=(replace(planned, cell=replace(planned.cell, **changes)),))

    return changed


def _written(name: str) -> Callable[[Case, Path], Case]:
    def changed(case: Case, folder: Path) -> Case:
        (folder / name).write_text("class Odd: x = 2\n")
        objects = named_objects("layers.py", folder)
        return case.planned(custom_objects=objects)

    return changed


DECISIVE: dict[str, Callable[[Case, Path], Case]] = {
    "bytes of the model": _model(sha256="cd" * 32),
    "name of the model": _model(path=Path("/models/other")),
    "what of it is loaded": _model(load_path=Path("/models/m/1")),
    "weights beside it": _model(weights=Path("/models/w.h5")),
    "release": _cell(release=make_cell("2.14.1").release),
    "companion": _cell(companions=(make_companion(),)),
    "variables": _cell(label="keras-torch", variables={"KERAS_BACKEND": "torch"}),
    "lock": lambda case, _: replace(case, cell=replace(case.cell, environment="env-2")),
    "patch of Python": lambda case, _: replace(case, cell=replace(case.cell, python="3.11.8")),
    "checks": _fewer_checks,
    "loader": _check(loader="tf_keras"),
    "options of a check": _variant,
    "imports": _check(imports=("tensorflow_text",)),
    "what a check is a workaround for": _check(workaround_for="keras"),
    "custom objects": _written("layers.py"),
    "a file that they import": _written("beside/more.py"),
    "data of a package that they import": _written("beside/words.txt"),
    "no custom objects": lambda case, _: case.planned(custom_objects=None),
    "inputs": lambda case, _: replace(case, inputs="fed otherwise"),
    "signature": lambda case, _: case.planned(numerics=Numerics(signature="serve")),
    "timeout": lambda case, _: replace(case, limits=Limits(seconds=7)),
    "memory": lambda case, _: replace(case, limits=Limits(memory_mb=7)),
    "no walls": lambda case, _: replace(case, isolation=replace(case.isolation, means=())),
    "other walls": lambda case, _: replace(
        case, isolation=replace(case.isolation, means=(CONTAINER, SECCOMP))
    ),
    "network": lambda case, _: case.walled(network=True),
    "programs": lambda case, _: case.walled(programs=True),
}

INDIFFERENT: dict[str, Callable[[Case, Path], Case]] = {
    "times of the files": _model(fingerprint="touched"),
    "tolerances": lambda case, _: case.planned(numerics=Numerics(rtol=0.5, atol=0.5)),
    "machine as it is told": lambda case, _: case.planned(host={"cores": 64}),
    "order": lambda case, _: case.planned(run_order=()),
    "whether walls are required": lambda case, _: case.walled(mode="require"),
    "trust": lambda case, _: case.planned(trust=True),
    "120 written as 120.0": lambda case, _: replace(case, limits=Limits(seconds=120.0)),
    "what makes a check redundant": _check(skip_if_loaded="0:other"),
    "findings": lambda case, _: case.planned(findings=((),)),
    "fast": lambda case, _: case.planned(fast=True),
}


@pytest.mark.parametrize("name", DECISIVE)
def test_what_decides_changes_the_key(case: Case, tmp_path: Path, name: str) -> None:
    before = case.key
    assert DECISIVE[name](case, tmp_path).key != before


@pytest.mark.parametrize("name", INDIFFERENT)
def test_what_does_not_decide_leaves_it(case: Case, tmp_path: Path, name: str) -> None:
    before = case.key
    assert INDIFFERENT[name](case, tmp_path).key == before


def test_no_two_of_them_have_the_same_key(case: Case, tmp_path: Path) -> None:
    keys = [case.key, *(change(case, tmp_path).key for change in DECISIVE.values())]
    # What was written into files stays written for those after it.
    assert len(set(keys)) >= len(keys) - 3


@pytest.mark.parametrize(
    "name", ["machine", "measuring", "feeding"], ids=["processor", "our sources", "making inputs"]
)
def test_machine_and_sources_decide(case: Case, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from matrix.known import key

    before = case.key, inputs_key(case.plan.models[0])
    monkeypatch.setattr(key, name, lambda: "another")
    after = case.key, inputs_key(case.plan.models[0])
    changed = [first != second for first, second in zip(before, after, strict=True)]
    assert changed == ([False, True] if name == "feeding" else [True, False])


@pytest.mark.parametrize("library", ["/opt/one", "/opt/two"])
def test_libraries_that_the_caller_puts_first_decide(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    before = machine.machine()
    machine.machine.cache_clear()
    monkeypatch.setenv("LD_LIBRARY_PATH", library)
    assert machine.machine() != before
    machine.machine.cache_clear()


def test_limits_of_the_caller_decide() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    before = machine.machine()
    machine.machine.cache_clear()
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (2**40 + 2**12, hard))
        assert machine.machine() != before
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        machine.machine.cache_clear()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_what_never_ends_is_not_read_for_a_key(case: Case, tmp_path: Path) -> None:
    before = case.key
    os.mkfifo(tmp_path / "beside" / "pipe")
    (tmp_path / "beside" / "__pycache__").mkdir()
    assert case.key != before
    again = case.key
    (tmp_path / "beside" / "__pycache__" / "more.pyc").write_bytes(b"x")
    assert case.key == again


def test_cell_that_reads_its_plan_has_the_same_key(case: Case) -> None:
    """Answers are kept by the session of a cell, and looked up by the one that plans."""
    document = json.loads(json.dumps(plan_document(case.plan)))
    there = replace(case, plan=plan_from(document, catalogue()))
    # The release of a test is not in the catalogue with the same facts.
    assert there.key == case.key


def test_number_of_a_model_does_not_decide(case: Case) -> None:
    (planned,) = case.plan.cells
    moved = tuple(
        replace(
            check,
            model=1,
            skip_if_loaded=check.skip_if_loaded and check.skip_if_loaded.replace("0:", "1:", 1),
        )
        for check in planned.checks
    )
    cell = replace(planned, checks=(*planned.checks, *moved))
    plan = replace(case.plan, models=case.plan.models * 2, cells=(cell,))
    fields: dict[str, Any] = {"place": case.place, "inputs": case.inputs, "limits": case.limits}
    keys = {answer_key(plan, cell, number, **fields) for number in (0, 1)}
    assert keys == {case.key[0]}
    assert [check_key(check) for check in moved] == list(case.key[1:])
