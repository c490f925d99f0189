"""Version texts as TensorFlow, Keras and their files really write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from matrix.catalogue.releases import catalogue
from matrix.versions import minor_of, version_in, version_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.15.1", "2.15.1"),
        ("2.3.0-tf", "2.3.0"),
        ("2.2.4-tf", "2.2.4"),
        ("1.0.0-rc2", "1.0.0rc2"),
        ("2.0.0-beta1", "2.0.0b1"),
        ("v1.12.0-rc2-5-g1234abc", "1.12.0rc2"),
        ("0.12.head", "0.12"),
        ("2.15.0.post1", "2.15.0.post1"),
        ("1.15.0-dev20190821", "1.15.0.dev20190821"),
        ("2.5.0.dev20210114", "2.5.0.dev20210114"),
        ("2.9.1+nv22.6", "2.9.1"),
        ("3.0.1rc0", "3.0.1rc0"),
        ("b'2.4.0'", "2.4.0"),
        (" 2.4.0\n", "2.4.0"),
    ],
)
def test_text_that_tensorflow_or_keras_writes_is_a_version(text: str, expected: str) -> None:
    assert version_of(text) == Version(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", "unknown", "b'unknown'", "head", "2", None, 2.4, b"2.4.0"),
        "\N{ARABIC-INDIC DIGIT TWO}.\N{ARABIC-INDIC DIGIT FOUR}",
    ],
)
def test_what_is_no_version_is_none(text: object) -> None:
    assert version_of(text) is None
    assert minor_of(text) is None


def test_every_keras_of_the_catalogue_has_a_version() -> None:
    """TensorFlow 1.15 to 2.2 bring a Keras such as `2.3.0-tf`."""
    assert all(version_of(release.keras) for release in catalogue())


@given(st.text())
def test_no_text_raises(text: str) -> None:
    version_of(text)
    version_in(text)


@pytest.mark.parametrize(
    ("words", "expected"), [("serving 2.0", "2.0"), ("2.16+", "2.16"), ("2.9/2.11", "2.9")]
)
def test_first_version_in_words(words: str, expected: str) -> None:
    assert version_in(words) == Version(expected)


def test_every_2_x_is_no_version() -> None:
    assert version_in("TensorFlow 2.x") is None
