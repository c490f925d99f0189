"""Imports go one way: each room knows those below it, and no two modules know each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The rooms from the ground up, each with those beside it: a module belongs to the longest prefix of
# its name. `matrix.model.facts` has the types that everybody speaks of a model.
FLOORS = (
    (
        *("matrix.cache", "matrix.called", "matrix.entries", "matrix.errors", "matrix.files"),
        *("matrix.holds", "matrix.log", "matrix.machine", "matrix.npz", "matrix.schemas"),
        *(
            "matrix.near",
            "matrix.shown",
            "matrix.stored_files",
            "matrix.versions",
            "matrix.walking",
            "matrix.model.facts",
        ),
    ),
    ("matrix.catalogue", "matrix.model.codecs", "matrix.model.path_patterns"),
    ("matrix.model.opened_files", "matrix.model.formats.signatures"),
    ("matrix.model.source", "matrix.model.integrity"),
    ("matrix.model.formats",),
    ("matrix.model.contents", "matrix.model.risks"),
    ("matrix.model",),
    ("matrix.options", "matrix.models_list"),
    ("matrix.environments", "matrix.inputs", "matrix.isolation"),
    ("matrix.plan",),
    ("matrix.prediction",),
    ("matrix.run", "matrix.known", "matrix.costs"),
    ("matrix.parts", "matrix.ci_matrix"),
    ("matrix.results",),
    ("matrix.maintenance",),
    (
        *("reports.output", "reports.report", "reports.workflow_commands"),
        *("reports.many.model_files", "reports.many.opened", "reports.formats.alike"),
    ),
    ("reports.diagnosis",),
    ("reports.causes",),
    ("reports.build",),
    ("reports.gate",),
    ("reports.formats", "reports.overview"),
    ("reports.card", "reports.progress"),
    ("reports.jobs", "reports.lines", "reports.many"),
    ("reports",),
    ("loadmatrix",),
)


def _modules(root: Path = ROOT) -> dict[str, Path]:
    files = (
        file for top in ("matrix", "reports", "loadmatrix") for file in (root / top).rglob("*.py")
    )
    return {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def _imports(module: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that a module imports, those inside its functions included."""
    for node in ast.walk(ast.parse(modules[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                name = within if within in modules else node.module
                if name in modules:
                    yield name


def _floor(module: str) -> int:
    prefixes = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
    names = module.split(".")
    longest = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((prefixes[name] for name in longest if name in prefixes), -1)


MODULES = _modules()
IMPORTS = {module: set(_imports(module, MODULES)) - {module} for module in MODULES}


def test_every_module_stands_on_a_floor() -> None:
    assert [module for module in MODULES if _floor(module) < 0] == ["matrix"]
    assert IMPORTS["matrix"] == set()


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"matrix"}))
def test_module_imports_nothing_from_above(module: str) -> None:
    assert [name for name in IMPORTS[module] if _floor(name) > _floor(module)] == []


def test_no_modules_import_each_other() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_each_room_is_on_one_floor() -> None:
    rooms = [room for floor in FLOORS for room in floor]
    assert len(rooms) == len(set(rooms))
    missing = [room for room in rooms if room not in MODULES]
    assert missing == []


def test_design_has_every_room_on_its_floor() -> None:
    text = (ROOT / "docs" / "contributing" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (`(?:matrix|reports|loadmatrix)/.*?) \|", text, re.MULTILINE)
    told = {
        path.removesuffix(".py").rstrip("/").replace("/", "."): int(floor) - 1
        for floor, paths in rows
        for path in re.findall(r"`([^`]+)`", paths)
    }
    folders = {
        room: floor
        for floor, rooms in enumerate(FLOORS)
        for room in rooms
        if (ROOT / room.replace(".", "/")).is_dir() or room in told
    }
    assert told == {"matrix": 0, **folders}
