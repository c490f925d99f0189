"""Wheels as uv lists them; the uv here is a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from matrix.maintenance import wheels
from matrix.maintenance.wheels import Wheel, pythons_with_code

_ANSWER = """\
lock-version = "1.0"
[[packages]]
name = "tensorflow"
version = "2.11.1"
wheels = [
  { name = "tensorflow-2.11.1-cp310-cp310-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", size = 1936 },
  { name = "tensorflow-2.11.1-cp310-cp310-manylinux2014_x86_64.whl", size = 588264045 },
  { url = "https://example.org/a/tensorflow-2.11.1-cp39-cp39-macosx_10_14_x86_64.whl" },
  { name = "tensorflow-2.11.1-cp39-cp39-macosx_11_0_universal2.whl", size = 244335000 },
  { name = "no wheel at all", size = 5 },
]
"""  # noqa: E501 - as uv writes it


@pytest.fixture(autouse=True)
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file with what uv answers."""
    said = tmp_path / "answer.toml"
    said.write_text(_ANSWER, encoding="utf-8")
    uv = tmp_path / "uv"
    uv.write_text(f"#!/bin/sh\ncat '{said}'\n", encoding="utf-8")
    uv.chmod(0o755)
    monkeypatch.setattr(wheels, "uv", lambda: str(uv))
    wheels.wheels.cache_clear()
    yield said
    wheels.wheels.cache_clear()


def _pythons(platform: str) -> set[str]:
    return set(pythons_with_code("tensorflow", "2.11.1", platform, "3.8"))


def test_wheel_has_its_platform_python_and_size() -> None:
    found = wheels.wheels("tensorflow", "2.11.1", "3.8")
    assert Wheel(platform="linux-x86_64", python="3.10", size=588264045) in found


def test_empty_wheel_that_only_asks_for_another_package_does_not_count() -> None:
    assert _pythons("linux-aarch64") == set()
    assert _pythons("linux-x86_64") == {"3.10"}


def test_wheel_of_unknown_size_counts() -> None:
    assert _pythons("macos-x86_64") == {"3.9"}


def test_universal_wheel_is_for_both_processors() -> None:
    assert _pythons("macos-arm64") == {"3.9"}


def test_platform_without_wheels_has_no_pythons() -> None:
    assert _pythons("windows-x86_64") == set()


def test_version_that_uv_does_not_know_has_no_wheels(answer: Path) -> None:
    answer.unlink()
    assert wheels.wheels("tensorflow", "9.9", "3.8") == ()
