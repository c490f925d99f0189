"""Parses version texts of TensorFlow and Keras from files, packages and catalogues. Pure.

Every text that comes from outside becomes a version here and nowhere else: TensorFlow calls its
own Keras `2.3.0-tf`, builds of its master wrote `0.12.head`, and some exporters `b'unknown'`.
"""

from __future__ import annotations

import re

from packaging.version import Version

_NUMBERS = r"\d{1,9}(?:\.\d{1,9})+"
# Git describes a build between two tags as `1.12.0-rc2-5-g1234`; nightly builds have a date.
_TEXT = re.compile(
    rf"(?:b['\"])?v?(?P<release>{_NUMBERS})(?:[-._]?"
    r"(?P<kind>alpha|beta|a|b|rc|post|dev)[-._]?(?P<number>\d{1,9}))?",
    # Digits of other scripts are none of a version.
    re.IGNORECASE | re.ASCII,
)
# What follows a number in words, as in `2.16+`, but not `2.x`, which names no version.
_IN_WORDS = re.compile(rf"{_NUMBERS}(?![\d.]*x)", re.ASCII)


def version_of(text: object) -> Version | None:
    """The version that a text begins with, `None` where it is no version.

    What TensorFlow appends (`-tf`, `-5-g1234`, `+nv22.6`) is left out; the number of a release
    candidate, a nightly build or a post release is kept.
    """
    match = _TEXT.match(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    suffix = f".{match['kind']}{match['number']}" if match["kind"] else ""
    return Version(match["release"] + suffix)


def minor_of(text: object) -> tuple[int, int] | None:
    """The major and minor number that a text begins with, `None` where it is no version."""
    version = version_of(text)
    return (version.major, version.minor) if version else None


def version_in(text: str) -> Version | None:
    """The first version in words such as `serving 2.0`, `2.16+` or `2.9/2.11`."""
    match = _IN_WORDS.search(text[:100])
    return Version(match.group()) if match else None
