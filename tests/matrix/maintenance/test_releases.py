"""The refresh of the catalogue: what it writes is what it read, and nothing unproven is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import CATALOGUE, LOCKS, catalogue
from matrix.environments import lock as locking
from matrix.errors import LockError
from matrix.maintenance import package_index, releases, wheels
from matrix.maintenance.package_index import Offer
from matrix.maintenance.wheels import Wheel

WHEEL = Wheel(platform="linux-x86_64", python="3.11", size=10**8)


def offers(version: str) -> list[Offer]:
    """An index that offers one version of TensorFlow, for one Python on Linux."""
    found = frozenset({Version(version)})
    return [Offer(package="tensorflow", platform="linux-x86_64", python="3.11", versions=found)]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What a refresh says, with a catalogue and locks of its own."""
    (tmp_path / "releases.toml").write_bytes(CATALOGUE.read_bytes())
    (tmp_path / "locks").mkdir()
    monkeypatch.setattr(releases, "CATALOGUE", tmp_path / "releases.toml")
    monkeypatch.setattr(releases, "LOCKS", tmp_path / "locks")
    return []


def test_catalogue_survives_being_written(tmp_path: Path) -> None:
    path = tmp_path / "releases.toml"
    path.write_text(releases.catalogue_text(catalogue()), encoding="utf-8")
    assert catalogue(path) == catalogue()


def test_lock_that_cannot_be_made_is_refused(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise LockError("nothing satisfies it")

    monkeypatch.setattr(package_index, "offers", lambda _: offers("9.9.0"))
    monkeypatch.setattr(wheels, "wheels", lambda *_: (WHEEL,))
    monkeypatch.setattr(locking, "compile_lock", refuse)
    refused = releases.refresh(["pip"], [], relock=False, say=said.append)
    assert refused == ["9.9.0"]
    assert "9.9.0 is NOT written: nothing satisfies it" in said
    assert not list((tmp_path / "locks").iterdir())
    assert catalogue(tmp_path / "releases.toml") == catalogue()


def test_unchanged_release_is_left_alone(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    newest = catalogue()[-1]
    entry = {
        "tensorflow": str(newest.version),
        "patches": [str(patch) for patch in newest.patches],
        "pythons": list(newest.pythons),
        "distributions": dict(newest.distributions),
        "pythons_on": dict(newest.pythons_on),
    }
    monkeypatch.setattr(package_index, "offers", lambda _: [])
    monkeypatch.setattr(package_index, "entries", lambda _: [entry])
    assert releases.refresh(["pip"], [], relock=False, say=said.append) == []
    assert said[-1] == f"{newest.version} is unchanged"


def test_every_shipped_lock_belongs_to_a_release() -> None:
    versions = {str(release.version) for release in catalogue()}
    names = [lock.name.removesuffix(".txt") for lock in LOCKS.iterdir()]
    assert {CellId.parse(name).version for name in names} == versions
