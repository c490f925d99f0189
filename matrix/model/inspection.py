"""Inspects a model before anything runs: what it is, whether it is damaged, what it could do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.errors import NothingTestable
from matrix.model.affected_loaders import loaders_reading
from matrix.model.examine import examine
from matrix.model.facts import ModelFacts
from matrix.model.formats.reader import NO_LOADER, DetectedModel
from matrix.model.identify import detect_model, facts_of, require_testable
from matrix.model.integrity.finding import Finding, Kind, Severity
from matrix.model.integrity.manifest import check_manifest, read_manifest
from matrix.model.opened_files import OpenedFiles
from matrix.model.place import Place, place_at
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from matrix.model.source.address import Address
from matrix.model.source.remote import fetched

_MOST_SAID = 3
# What else somebody wants to know of a model while its files are open.
Gather = Callable[[ModelFacts, OpenedFiles], Any]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One model as it lies there.

    `place` is what loaders find at its path. `gathered` is what the caller of `inspect_path` wanted
    to know beyond that.
    """

    facts: ModelFacts
    findings: tuple[Finding, ...]
    risks: tuple[Risk, ...] = ()
    place: Place = field(default_factory=Place)
    gathered: Any = None


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something that is no model, or not any more: `sentence` says why."""

    path: Path
    sentence: str
    findings: tuple[Finding, ...]


def inspect_path(
    model: Path | Address,
    checksums: Path | None = None,
    *,
    offline: bool = False,
    gather: Gather | None = None,
) -> Inspection | Refusal:
    """What there is to know of a model without TensorFlow; each of its files is opened once.

    `checksums` is a manifest to hold it to. `gather` is called with the facts while the files are
    still open; what it gives becomes `gathered`.

    Raises:
        UsageError: the model or the manifest does not exist, or they have nothing in common.
        LoadmatrixError: it lies elsewhere and could not be fetched.
    """
    if isinstance(model, Path):
        return _inspect_local(model, checksums, gather)
    path = fetched(model, cache_folder() / "models", offline=offline)
    seen = _inspect_local(path, checksums, gather)
    # Where it was fetched to means nothing to the caller.
    if isinstance(seen, Refusal):
        return replace(seen, sentence=seen.sentence.replace(str(path), str(model)))
    return replace(seen, facts=replace(seen.facts, address=str(model)))


def _inspect_local(
    path: Path, checksums: Path | None, gather: Gather | None
) -> Inspection | Refusal:
    with OpenedFiles() as opened:
        try:
            facts, findings = _examined(path, detect_model(path, opened), opened)
        except NothingTestable as error:
            return Refusal(path=path, sentence=str(error), findings=examine(path, opened))
        if _unpacked(facts):
            findings += tuple(_inside(path, examine(facts.load_path, opened)))
        findings = tuple(_concerning(findings, facts))
        if checksums is not None:
            # Whoever lists a file wants it as it was, whether or not a loader reads it.
            listed = check_manifest(path, read_manifest(checksums), checksums, opened)
            findings += tuple(_with_loaders(finding, facts) for finding in listed)
        return Inspection(
            facts=facts,
            findings=findings,
            risks=risks(facts, opened),
            place=place_at(facts.load_path, opened),
            gathered=gather(facts, opened) if gather else None,
        )


def _examined(
    path: Path, model: DetectedModel, opened: OpenedFiles
) -> tuple[ModelFacts, tuple[Finding, ...]]:
    # Side by side: the digest takes as long as all the rest, and both let the other work.
    with ThreadPoolExecutor(max_workers=1) as pool:
        facts = pool.submit(facts_of, path, model, opened)
        findings = examine(path, opened)
        return facts.result(), findings


def _inside(archive: Path, findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, sentence=f"In {archive.name}: {finding.sentence}")


def _with_loaders(finding: Finding, facts: ModelFacts) -> Finding:
    return replace(finding, readers=loaders_reading(finding.file, facts))


# What is certain of a file whatever it is for. That a name promises another content is not.
_SURE = (Kind.LFS_POINTER, Kind.WEB_PAGE, Kind.BROKEN_LINK, Kind.CUT_SHORT, Kind.CHECKSUM)


def _concerning(findings: Sequence[Finding], facts: ModelFacts) -> Iterator[Finding]:
    """The findings, each with the loaders that read its file: what none reads is no damage."""
    for finding in findings:
        concerned = _with_loaders(finding, facts)
        if concerned.readers != NO_LOADER or not finding.damaged:
            yield concerned
        elif finding.kind in _SURE:
            sentence = f"{finding.sentence} No loader reads this file."
            yield replace(concerned, severity=Severity.WARNING, sentence=sentence)


def refused(model: Path | Address, seen: Inspection | Refusal) -> str:
    """Why a model cannot be tested, empty where it can."""
    if isinstance(seen, Inspection):
        try:
            require_testable(seen.facts)
        except NothingTestable as error:
            return str(error)
        return ""
    if damage := damage_of(seen.findings):
        return f"{model} cannot be tested. {damage}"
    return seen.sentence


def inspect_testable(
    model: Path | Address, checksums: Path | None = None, *, offline: bool = False
) -> Inspection:
    """What there is to know of a model without TensorFlow.

    A damaged model is looked at all the same where something of it can be tried: its releases then
    say what they think of it.

    Raises:
        UsageError: the model or the manifest does not exist, or they have nothing in common.
        NothingTestable: what is there is no model, or damaged beyond trying.
    """
    seen = inspect_path(model, checksums, offline=offline)
    if why := refused(model, seen):
        raise NothingTestable(why)
    assert isinstance(seen, Inspection)
    return seen


def damage_of(findings: Sequence[Finding]) -> str:
    """The sentences about certain damage, the first few; empty where there is none."""
    sentences = [finding.sentence for finding in findings if finding.damaged]
    more = len(sentences) - _MOST_SAID
    said = sentences[:_MOST_SAID] + ([f"There are more findings ({more})."] if more > 0 else [])
    return " ".join(said)


def _unpacked(facts: ModelFacts) -> bool:
    """Whether what loaders get lies elsewhere, as it does with archives."""
    return facts.path.is_file() and facts.load_path.is_dir()
