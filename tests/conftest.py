"""Fixtures for everything that runs the real probe: fakes instead of TensorFlow, and no network."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest
from hypothesis import settings

from matrix.options.limits import Limits
from matrix.plan.check import Check
from matrix.plan.variant import Variant
from matrix.run.keeping.children import children_of
from matrix.run.probe_process import Verification, verify
from matrix.run.probing.launcher import Launcher, python_probe
from tests.tracker import is_tracker

TESTS = Path(__file__).parent
FAKES = TESTS / "fakes"
# Real models, cases and measured facts, where they lie beside the project: never a part of it.
SHARED = next(
    (one / "shared" for one in TESTS.resolve().parents if (one / "shared" / "models").exists()),
    TESTS / "no-shared-data",
)
EXAMPLE = TESTS.parent / "examples" / "half_plus_two"
# What the machine says of its own runs must not steer ours.
_FOREIGN = ("NOX", "LOADMATRIX", "GITHUB_")
# What was measured before is no test: not in fixtures either, which are made before a test begins.
os.environ["LOADMATRIX_KNOWN"] = "off"
# Generous: the machine may be busy, and nothing waits for these unless it fails.
LIMITS = Limits(seconds=60, memory_mb=2000)

# A machine that is busy makes no property false.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

FakePython = Callable[..., Path]


class MakeCheck(Protocol):
    """What the `make_check` fixture gives."""

    def __call__(self, name: str, loader: str = ..., **fields: Any) -> Check: ...


class Verified(Protocol):
    """What the `verified` fixture gives."""

    def __call__(
        self, fake: str, *checks: Check | str, limits: Limits = ..., python: Path | None = ...
    ) -> Verification: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no process waits in the end for another's."""
    items.sort(key=lambda item: "real" not in item.keywords)


@pytest.fixture(autouse=True)
def _apart(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep tests off the network and out of the caches of the user, except those marked `real`."""
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOADMATRIX_KNOWN", str(tmp_path / "known"))
    if "real" in request.keywords:
        return
    for name in ("UV_OFFLINE", "UV_NO_INDEX", "PIP_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """Nothing a test starts outlives it: whatever would is killed, and the test fails.

    What ran before it belongs to a fixture of several tests, such as a browser, and so does what
    that has started since.
    """
    before = set(children_of(os.getpid()))
    yield
    # psutil looks at every process of the machine, which eleven thousand tests need not wait for.
    if not set(children_of(os.getpid())) - before:
        return
    started = [
        child
        for child in psutil.Process().children()
        if child.pid not in before and not is_tracker(child)
    ]
    left = [one for child in started for one in (*child.children(recursive=True), child)]
    # What has ended, or is just about to, is not left: a busy machine takes its time to reap it.
    _, alive = psutil.wait_procs(left, timeout=2)
    running = [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    assert not running


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=TESTS.parent, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def numpy_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our numpy and nothing else, which the probe makes its inputs with."""
    folder = tmp_path_factory.mktemp("numpy")
    site = Path(pytest.importorskip("numpy").__file__).parent.parent
    for name in ("numpy", "numpy.libs"):
        if (site / name).exists():
            (folder / name).symlink_to(site / name)
    return folder


def _linked(source: str, target: str) -> None:
    """A hard link, or a copy on another file system."""
    try:
        Path(target).hardlink_to(Path(source).resolve())
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="session")
def furnish(numpy_alone: Path) -> Callable[[Path, str], Path]:
    """Make a bare environment at a place, with a fake where it looks for TensorFlow."""

    def furnished(place: Path, fake: str, base: Path | None = None) -> Path:
        command = [str(base or sys.executable), "-m", "venv", "--without-pip", str(place)]
        subprocess.run(command, check=True)
        found = [FAKES / fake, FAKES / "shared"] + ([] if base else [numpy_alone])
        site = next(place.glob("[Ll]ib/**/site-packages"))
        # Not by a .pth file: behind walls an environment has nothing but its own folder.
        for folder in found:
            shutil.copytree(folder, site, dirs_exist_ok=True, copy_function=_linked)
        metadata = site / f"fake_{fake}-2.99.0.dist-info"
        metadata.mkdir()
        return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    return furnished


@pytest.fixture(scope="session")
def fake_python(
    furnish: FakePython, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The interpreter of an environment with the fake of a name, made once."""
    folder, made = tmp_path_factory.mktemp("fakes"), dict[str, Path]()

    def python(fake: str) -> Path:
        if fake not in made:
            made[fake] = furnish(folder / fake, fake)
        return made[fake]

    return python


@pytest.fixture
def make_check(tmp_path: Path) -> MakeCheck:
    """A check of a model whose name tells the fake what to do."""

    def made(name: str, loader: str = "saved_model", **fields: Any) -> Check:
        usual = {"tags": None} if loader == "saved_model" else {"compile": True}
        variant = Variant.parse(fields.pop("variant", None)).given(**fields.pop("options", usual))
        path = str(tmp_path / name)
        return Check(path=path, loader=loader, variant=variant, **{"model": 0, **fields})

    return made


@pytest.fixture
def verified(fake_python: FakePython, make_check: MakeCheck, tmp_path: Path) -> Verified:
    """Run checks with a fake, through the real runner; names are short for checks.

    The n-th name is the model n, so that its check is `n:saved_model`.
    """

    def run(
        fake: str, *checks: Check | str, limits: Limits = LIMITS, python: Path | None = None
    ) -> Verification:
        wanted = [
            make_check(check, model=number) if isinstance(check, str) else check
            for number, check in enumerate(checks)
        ]
        command = python_probe(python or fake_python(fake))
        launcher = Launcher(command=command, limits=limits, folder=tmp_path / "probe")
        return verify(launcher, wanted)

    return run


@pytest.fixture
def model_named(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the example under a name that tells the fake what to do."""

    def copied(name: str) -> Path:
        return Path(shutil.copytree(EXAMPLE, tmp_path / "models" / name))

    return copied
