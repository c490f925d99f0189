"""Checksum files of `sha256sum`: what a model was when it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from matrix.errors import UsageError
from matrix.model.integrity.files import ModelFile, readable_files
from matrix.model.integrity.finding import Finding, Kind, damage, warning
from matrix.model.opened_files import OpenedFiles

_LINE = re.compile(r"(?P<escaped>\\?)(?P<digest>[0-9a-fA-F]{64}) [ *](?P<name>.+)")
_MOST = 2**26


def read_manifest(path: Path) -> Mapping[str, str]:
    """The digests of a manifest by file name.

    Raises:
        UsageError: it cannot be read, or a line is not one that `sha256sum` writes.
    """
    try:
        if path.stat().st_size > _MOST:
            raise UsageError(f"{path} is too large for a list of checksums. Give another file.")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"--checksums {path} cannot be read: {error}. Give a file of `sha256sum` lines."
        raise UsageError(message) from error
    digests: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not (match := _LINE.fullmatch(line)):
            message = f"Line {number} of {path} is not a `sha256sum` line: {line[:80]!r}."
            raise UsageError(f"{message} A line has 64 digits, two spaces and a name.")
        name = match["name"].removeprefix("./")
        digests[_plain(name) if match["escaped"] else name] = match["digest"].lower()
    return digests


def check_manifest(
    model: Path, manifest: Mapping[str, str], source: Path, opened: OpenedFiles
) -> tuple[Finding, ...]:
    """What differs between a model and its manifest, which `source` names.

    Raises:
        UsageError: the manifest has none of the files of the model.
    """
    wanted = _for(model, manifest)
    files = {file.name: file for file in readable_files(model, opened)}
    if not wanted.keys() & files.keys():
        message = f"--checksums {source} lists none of the files of {model}."
        raise UsageError(
            f"{message} Its names must be relative to the model or to the folder of the model."
        )
    return tuple(_differences(wanted, files, source.name))


def write_manifest(model: Path) -> str:
    """The manifest of a model, to be checked from the folder that it is in."""
    before = f"{model.name}/" if model.is_dir() else ""
    with OpenedFiles() as opened:
        files = readable_files(model, opened)
        return "".join(f"{file.opened.sha256()}  {before}{file.name}\n" for file in files)


def _for(model: Path, manifest: Mapping[str, str]) -> Mapping[str, str]:
    # `sha256sum model/*` and `cd model; sha256sum *` are both what people do.
    before = f"{model.name}/"
    inside = {
        name.removeprefix(before): value
        for name, value in manifest.items()
        if name.startswith(before)
    }
    return inside or manifest


def _differences(
    wanted: Mapping[str, str], files: Mapping[str, ModelFile], source: str
) -> Iterator[Finding]:
    for name, expected in wanted.items():
        if name not in files:
            sentence = f"{name} is listed in {source}, but is missing or cannot be read."
            yield damage(Kind.MISSING, name, sentence)
        elif files[name].opened.sha256() != expected:
            sentence = f"{name} has changed: its SHA-256 does not match {source}."
            yield damage(Kind.CHECKSUM, name, f"{sentence} Download or copy it again.")
    for name in files:
        if name not in wanted:
            yield warning(Kind.INCONSISTENT, name, f"{name} is not listed in {source}.")


def _plain(name: str) -> str:
    return name.replace("\\n", "\n").replace("\\\\", "\\")
