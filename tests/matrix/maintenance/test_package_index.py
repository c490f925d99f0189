"""Catalogue entries from what an index offers; the index here is made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from packaging.version import Version

from matrix.maintenance.package_index import PYTHONS, Offer, offers, versions
from matrix.maintenance.package_index import entries as entries_with


def _offer(package: str, place: str, *found: str, python: str = "3.11") -> Offer:
    return Offer(
        package=package,
        platform=place,
        python=python,
        versions=frozenset(Version(version) for version in found),
    )


# (package, version, platform) of wheels that hold no code, and only ask for another package.
_EMPTY = {
    ("tensorflow-cpu", "2.18.1", "windows-x86_64"),
    ("tensorflow", "2.18.1", "linux-aarch64"),
}


def _code(package: str, version: str, platform: str, _oldest: str) -> list[str]:
    return [] if (package, version, platform) in _EMPTY else list(PYTHONS)


def entries(found: list[Offer]) -> list[dict[str, Any]]:
    """The entries where every wheel has code but those above."""
    return entries_with(found, _code)


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


def test_package_with_the_code_is_taken_where_the_usual_one_is_empty() -> None:
    (entry,) = entries(
        [
            _LINUX,
            _offer("tensorflow-cpu", "windows-x86_64", "2.18.0", "2.18.1"),
            _offer("tensorflow-intel", "windows-x86_64", "2.18.1"),
        ]
    )
    assert entry["distributions"]["windows-x86_64"] == "tensorflow-intel"


def test_older_patch_with_code_is_taken_where_the_newest_is_empty() -> None:
    (entry,) = entries(
        [
            _LINUX,
            _offer("tensorflow", "linux-aarch64", "2.18.1"),
            _offer("tensorflow-cpu-aws", "linux-aarch64", "2.18.0"),
        ]
    )
    assert entry["distributions"]["linux-aarch64"] == "tensorflow-cpu-aws==2.18.0"


def test_build_of_others_is_taken_where_there_is_nothing_else() -> None:
    others = _offer("tensorflow-aarch64", "linux-aarch64", "2.18.1")
    (entry,) = entries([_LINUX, others])
    assert entry["distributions"]["linux-aarch64"] == "tensorflow-aarch64"
    (entry,) = entries([_LINUX, others, _offer("tensorflow-cpu-aws", "linux-aarch64", "2.18.0")])
    assert entry["distributions"]["linux-aarch64"] == "tensorflow-cpu-aws==2.18.0"


def test_pythons_of_a_platform_are_noted_where_they_differ() -> None:
    def code(package: str, version: str, platform: str, oldest: str) -> list[str]:
        assert (package, version, oldest) == ("tensorflow", "2.18.1", "3.10")
        return ["3.9", "3.10"] if platform == "macos-arm64" else ["3.11", "3.10"]

    found = [
        _offer("tensorflow", place, "2.18.1", python=python)
        for place in ("linux-x86_64", "macos-arm64")
        for python in ("3.10", "3.11")
    ]
    (entry,) = entries_with(found, code)
    assert entry["pythons"] == ["3.10", "3.11"]
    assert entry["pythons_on"] == {"macos-arm64": ["3.10"]}


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
