"""Checks that the bytes of a model are what was saved, before anything runs.

What is there is told from what should be there: every file that can be read, every checksum that
a format has, everything that one part says about another. Nothing here needs a model that loads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from matrix.model.file_names import check_names
from matrix.model.formats.file_kind import kind_to_check
from matrix.model.formats.registry import format_readers
from matrix.model.formats.signatures import GZIP
from matrix.model.integrity.archives import check_gzip
from matrix.model.integrity.files import ModelFile, files_of
from matrix.model.integrity.finding import Finding
from matrix.model.integrity.protobufs import check_message
from matrix.model.opened_files import OpenedFiles

_Check = Callable[[ModelFile, OpenedFiles], Iterator[Finding]]


def examine(path: Path, opened: OpenedFiles | None = None) -> tuple[Finding, ...]:
    """What is wrong with the model at a path, the certain damage first.

    Raises:
        OSError: the path itself cannot be looked at.
    """
    if opened is None:
        with OpenedFiles() as own:
            return examine(path, own)
    findings: list[Finding] = []
    readable: list[ModelFile] = []
    for file in files_of(path, opened):
        if isinstance(file, Finding):
            findings.append(file)
        else:
            readable.append(file)
    for file in readable:
        if (check := _checks().get(kind_to_check(file) or "")) is not None:
            findings += check(file, opened)
    findings += check_names(path, readable)
    return tuple(dict.fromkeys(sorted(findings, key=lambda finding: not finding.damaged)))


@functools.cache
def _checks() -> Mapping[str, _Check]:
    """How files of each kind are checked."""
    checks: dict[str, _Check] = {GZIP.kind: check_gzip, "message": check_message}
    for reader in format_readers():
        for signature in reader.signatures:
            checks.setdefault(signature.kind, reader.verify)
    return checks
