"""The catalogue, its typed releases and the locks that belong to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.releases import LOCKS, Release, catalogue, host_platform
from matrix.environments.lock import MARKERS, locked_version
from matrix.errors import LoadmatrixError
from tests.builders import make_release

RELEASES = catalogue()
NAMES = [str(release.version) for release in RELEASES]
LOCK_FILES = sorted(LOCKS.glob("*.txt"))
_SCHEMA = "schema = 1\n"
_ENTRY = """
[[release]]
tensorflow = "2.15.1"
pythons = ["3.11"]
keras = "2.15.0"
distributions = { linux-x86_64 = "tensorflow" }
"""


def _requirements(lock: str) -> list[Requirement]:
    lines = lock.replace("\\\n", " ").splitlines()
    return [Requirement(line.split(" --hash")[0]) for line in lines if line.strip()]


def test_catalogue_has_every_minor_once() -> None:
    minors = [(1, 15), *((2, minor) for minor in range(22))]
    assert [release.minor for release in RELEASES] == minors
    assert len(RELEASES) == 23


@pytest.mark.parametrize("release", RELEASES, ids=NAMES)
def test_release_has_its_locks(release: Release) -> None:
    extra = [f"{release.version}+tf_keras.txt"] if release.tf_keras else []
    for name in [f"{release.version}.txt", *extra]:
        assert (LOCKS / name).is_file()


def test_no_lock_is_without_its_release() -> None:
    known = {f"{release.version}.txt" for release in RELEASES}
    known |= {f"{release.version}+tf_keras.txt" for release in RELEASES if release.tf_keras}
    assert {path.name for path in LOCK_FILES} == known


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.stem)
def test_lock_names_no_place_on_the_network(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE)
    assert all(requirement.url is None for requirement in _requirements(text))


@pytest.mark.parametrize("path", LOCK_FILES, ids=lambda path: path.stem)
def test_every_package_of_a_lock_is_pinned_with_hashes(path: Path) -> None:
    blocks = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
    assert len(blocks) > 10
    for block in blocks:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\d", block)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", block)


@pytest.mark.parametrize("release", RELEASES, ids=NAMES)
def test_lock_installs_this_tensorflow_on_every_platform_and_python(release: Release) -> None:
    lock = (LOCKS / f"{release.version}.txt").read_text(encoding="utf-8")
    wanted = [one for one in _requirements(lock) if one.name.startswith("tensorflow")]
    for place, package in release.distributions.items():
        name, _, version = package.partition("==")
        for python in release.on(place).pythons:
            here = [one for one in wanted if _installs(one, place, python) and one.name == name]
            assert [str(one.specifier) for one in here] == [f"=={version or release.version}"]


def _installs(requirement: Requirement, place: str, python: str) -> bool:
    system, machine = place.split("-")
    environment = {
        "sys_platform": {"linux": "linux", "macos": "darwin", "windows": "win32"}[system],
        "platform_machine": {"windows": "AMD64"}.get(system, machine),
        "platform_system": {"macos": "Darwin"}.get(system, system.title()),
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize(
    "release", [r for r in RELEASES if r.tf_keras], ids=[n.tf_keras for n in RELEASES if n.tf_keras]
)
def test_tf_keras_lock_holds_the_version_of_the_catalogue(release: Release) -> None:
    lock = (LOCKS / f"{release.version}+tf_keras.txt").read_text(encoding="utf-8")
    assert locked_version(lock, "tf-keras") == release.tf_keras


def test_every_platform_of_the_catalogue_has_a_marker() -> None:
    places = {place for release in RELEASES for place in release.distributions}
    assert places == set(MARKERS)


def test_pythons_are_oldest_first() -> None:
    for release in RELEASES:
        assert list(release.pythons) == sorted(release.pythons, key=Version)


def test_unknown_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "releases.toml"
    path.write_text(_SCHEMA + _ENTRY + 'kears = "typo"\n', encoding="utf-8")
    with pytest.raises(LoadmatrixError, match=r"unknown keys.*kears.*2\.15\.1"):
        catalogue(path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="missing"),
        pytest.param("[[release", id="no-toml"),
        pytest.param("schema = 1", id="no-releases"),
        pytest.param(_SCHEMA + _ENTRY.replace('"2.15.1"', '"two"'), id="no-version"),
        pytest.param(_SCHEMA + _ENTRY.replace("pythons", "patches"), id="key-missing"),
    ],
)
def test_damaged_catalogue_is_our_own_failure(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "releases.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadmatrixError, match=re.escape(str(path))):
        catalogue(path)


def test_optional_keys_may_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "releases.toml"
    path.write_text(_SCHEMA + _ENTRY, encoding="utf-8")
    (release,) = catalogue(path)
    assert (release.patches, release.pins, release.tf_keras) == ((), (), None)


def test_releases_are_read_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "releases.toml"
    entries = [_ENTRY.replace("2.15.1", version) for version in ("2.10.1", "2.9.3", "1.15.5")]
    path.write_text(_SCHEMA + "\n".join(entries), encoding="utf-8")
    assert [str(one.version) for one in catalogue(path)] == ["1.15.5", "2.9.3", "2.10.1"]


def test_at_another_patch_swaps_the_versions() -> None:
    release = make_release("2.15.1", patches=(Version("2.15.0"),), pins=("numpy<2",))
    older = release.at(Version("2.15.0"))
    assert older.version == Version("2.15.0")
    assert older.patches == (Version("2.15.1"),)
    assert (older.pins, older.pythons) == (release.pins, release.pythons)


def test_at_another_patch_forgets_versions_of_packages() -> None:
    release = make_release("2.9.3", distributions={"macos-arm64": "tensorflow-macos==2.9.2"})
    assert release.at(Version("2.9.1")).distributions == {"macos-arm64": "tensorflow-macos"}


def test_at_its_own_version_is_the_release_itself() -> None:
    release = make_release("2.9.3", distributions={"macos-arm64": "tensorflow-macos==2.9.2"})
    assert release.at(Version("2.9.3")) is release


def test_at_and_back_keeps_the_patches() -> None:
    release = make_release("2.9.3", patches=(Version("2.9.0"), Version("2.9.1")))
    assert release.at(Version("2.9.0")).at(Version("2.9.3")).patches == release.patches


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        pytest.param("", ["2.15.0", "2.15.0.post1", "2.15.1"], id="everything"),
        pytest.param("==2.15.*", ["2.15.0", "2.15.0.post1", "2.15.1"], id="the-minor"),
        pytest.param(">2.15.0.post1", ["2.15.1"], id="after-a-post-release"),
        pytest.param("<2.15.1", ["2.15.0", "2.15.0.post1"], id="older-ones"),
        pytest.param(">=2.16", [], id="none"),
    ],
)
def test_matching_gives_patches_oldest_first(specifier: str, expected: list[str]) -> None:
    release = make_release("2.15.1", patches=(Version("2.15.0.post1"), Version("2.15.0")))
    assert [str(one) for one in release.matching(SpecifierSet(specifier))] == expected


def test_host_is_named_like_the_platforms_of_the_catalogue() -> None:
    assert re.fullmatch(r"(linux|macos|windows|\w+)-\w+", host_platform())
    if host_platform() not in MARKERS:
        pytest.skip(f"there is no TensorFlow for {host_platform()}")
    assert any(host_platform() in release.distributions for release in RELEASES)


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        pytest.param("linux", "x86_64", "linux-x86_64", id="linux"),
        pytest.param("linux", "aarch64", "linux-aarch64", id="linux-on-arm"),
        pytest.param("darwin", "arm64", "macos-arm64", id="apple-silicon"),
        pytest.param("win32", "AMD64", "windows-x86_64", id="windows"),
        pytest.param("freebsd14", "amd64", "freebsd14-x86_64", id="unknown"),
    ],
)
def test_platform_names(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, expected: str
) -> None:
    monkeypatch.setattr("matrix.catalogue.releases.sys.platform", system)
    monkeypatch.setattr("matrix.catalogue.releases.platform.machine", lambda: machine)
    assert host_platform() == expected
