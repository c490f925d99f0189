"""Catalogue entries from what an index offers; the index here is made by hand."""

from __future__ import annotations

import json
from pathlib import Path

from packaging.version import Version

from matrix.maintenance.package_index import Offer, entries, offers, versions


def _offer(package: str, place: str, *found: str, python: str = "3.11") -> Offer:
    return Offer(
        package=package,
        platform=place,
        python=python,
        versions=frozenset(Version(version) for version in found),
    )


_LINUX = _offer("tensorflow", "linux-x86_64", "2.18.0", "2.18.1")


def test_newest_patch_stands_for_its_minor() -> None:
    (entry,) = entries([_offer("tensorflow", "linux-x86_64", "2.9.3", "2.9.10", "2.9.0")])
    assert (entry["tensorflow"], entry["patches"]) == ("2.9.10", ["2.9.0", "2.9.3"])


def test_entries_are_oldest_first() -> None:
    found = entries([_offer("tensorflow", "linux-x86_64", "2.10.1", "2.9.3", "1.15.5")])
    assert [entry["tensorflow"] for entry in found] == ["1.15.5", "2.9.3", "2.10.1"]


def test_releases_before_1_15_are_left_out() -> None:
    found = entries([_offer("tensorflow", "linux-x86_64", "1.14.0", "1.15.0")])
    assert [entry["tensorflow"] for entry in found] == ["1.15.0"]


def test_pythons_are_those_of_the_newest_patch_in_version_order() -> None:
    (entry,) = entries(
        [
            _offer("tensorflow", "linux-x86_64", "2.9.3", python="3.10"),
            _offer("tensorflow", "linux-x86_64", "2.9.0", "2.9.3", python="3.9"),
            _offer("tensorflow", "linux-x86_64", "2.9.0", python="3.7"),
        ]
    )
    assert entry["pythons"] == ["3.9", "3.10"]


def test_cpu_build_is_preferred() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow-cpu", "linux-x86_64", "2.18.1")])
    assert entry["distributions"] == {"linux-x86_64": "tensorflow-cpu"}


def test_newest_patch_matters_more_than_the_cpu_build() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow-cpu", "linux-x86_64", "2.18.0")])
    assert entry["distributions"] == {"linux-x86_64": "tensorflow"}


def test_tensorflow_macos_names_the_patch_it_stopped_at() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow-macos", "macos-arm64", "2.18.0", "2.17.9")])
    assert entry["distributions"]["macos-arm64"] == "tensorflow-macos==2.18.0"


def test_tensorflow_macos_needs_no_patch_where_it_is_the_newest() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow-macos", "macos-arm64", "2.18.1")])
    assert entry["distributions"]["macos-arm64"] == "tensorflow-macos"


def test_patch_that_linux_has_not_is_not_taken() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow-macos", "macos-arm64", "2.18.0", "2.18.2")])
    assert entry["distributions"]["macos-arm64"] == "tensorflow-macos==2.18.0"


def test_platform_without_wheels_is_absent() -> None:
    (entry,) = entries([_LINUX, _offer("tensorflow", "linux-aarch64", "2.17.1")])
    assert list(entry["distributions"]) == ["linux-x86_64"]


def test_windows_wheel_without_its_tensorflow_intel_does_not_count() -> None:
    (entry,) = entries(
        [
            _LINUX,
            _offer("tensorflow-cpu", "windows-x86_64", "2.18.0", "2.18.1"),
            _offer("tensorflow-intel", "windows-x86_64", "2.18.0"),
        ]
    )
    assert entry["distributions"]["windows-x86_64"] == "tensorflow-cpu==2.18.0"


def test_windows_wheels_are_whole_where_there_is_no_tensorflow_intel() -> None:
    (entry,) = entries(
        [
            _LINUX,
            _offer("tensorflow-cpu", "windows-x86_64", "2.18.0", "2.18.1"),
            _offer("tensorflow-intel", "windows-x86_64", "2.17.0"),
        ]
    )
    assert entry["distributions"]["windows-x86_64"] == "tensorflow-cpu"


def test_no_offers_make_no_entries() -> None:
    assert entries([]) == []


def _fake_pip(folder: Path, *lines: str) -> list[str]:
    script = folder / "pip.sh"
    script.write_text("\n".join(lines), encoding="utf-8")
    return ["/bin/sh", str(script)]


def test_versions_come_from_the_answer_of_pip(tmp_path: Path) -> None:
    answer = json.dumps({"name": "keras", "versions": ["3.1.0", "2.15.0"]})
    pip = _fake_pip(tmp_path, f"echo '{answer}'")
    assert versions(pip, "keras") == {Version("3.1.0"), Version("2.15.0")}


def test_pip_without_an_answer_offers_nothing(tmp_path: Path) -> None:
    assert versions(_fake_pip(tmp_path, "exit 1"), "keras") == frozenset()


def test_offers_ask_only_where_a_package_can_exist(tmp_path: Path) -> None:
    found = offers(_fake_pip(tmp_path, 'echo \'{"versions": ["2.18.1"]}\''))
    places = {(one.package, one.platform) for one in found}
    assert {p for name, p in places if name == "tensorflow-macos"} == {"macos-arm64"}
    assert {p for name, p in places if name == "tensorflow-intel"} == {"windows-x86_64"}
    assert len({p for name, p in places if name == "tensorflow"}) == 5
    assert all(one.versions == {Version("2.18.1")} for one in found)
