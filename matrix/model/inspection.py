"""A static look at a model before anything runs: what it is, if it is whole, what it could do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from matrix.cache import cache_folder
from matrix.errors import NothingTestable
from matrix.model.facts import ModelFacts
from matrix.model.identify import identify, require_testable
from matrix.model.integrity import examine, manifest
from matrix.model.integrity.finding import Finding, Kind, Severity
from matrix.model.integrity.readers import NONE, readers_of
from matrix.model.place import Place, place_at
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from matrix.model.source.address import Address
from matrix.model.source.remote import fetched

_MOST_SAID = 3


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One model as it lies there; `place` is what loaders find at its path."""

    facts: ModelFacts
    findings: tuple[Finding, ...]
    risks: tuple[Risk, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something that is no model, or not any more: `sentence` says why."""

    path: Path
    sentence: str
    findings: tuple[Finding, ...]


def inspect_path(
    model: Path | Address, checksums: Path | None = None, *, offline: bool = False
) -> Inspection | Refusal:
    """What there is to know of a model without TensorFlow; `checksums` is a manifest to hold it to.

    Raises:
        UsageError: the model or the manifest does not exist, or they have nothing in common.
        LoadmatrixError: it lies elsewhere and could not be fetched.
    """
    if isinstance(model, Path):
        return _inspect_local(model, checksums)
    path = fetched(model, cache_folder() / "models", offline=offline)
    seen = _inspect_local(path, checksums)
    # Where it was fetched to means nothing to the caller.
    if isinstance(seen, Refusal):
        return replace(seen, sentence=seen.sentence.replace(str(path), str(model)))
    return replace(seen, facts=replace(seen.facts, address=str(model)))


def _inspect_local(path: Path, checksums: Path | None) -> Inspection | Refusal:
    # Side by side: the digest takes as long as all the rest, and both let the other work.
    with ThreadPoolExecutor(max_workers=1) as pool:
        examined = pool.submit(examine, path)
        try:
            facts = identify(path)
        except NothingTestable as error:
            return Refusal(path=path, sentence=str(error), findings=examined.result())
        findings = examined.result()
    if _unpacked(facts):
        inside = examine(facts.load_path)
        findings += tuple(
            replace(one, sentence=f"In {path.name}: {one.sentence}") for one in inside
        )
    findings = tuple(_concerning(findings, facts))
    if checksums is not None:
        # Whoever lists a file wants it as it was, whether or not a loader reads it.
        listed = manifest.check(path, manifest.read_manifest(checksums), checksums)
        findings += tuple(replace(one, readers=readers_of(one.file, facts)) for one in listed)
    seen = place_at(facts.load_path)
    return Inspection(facts=facts, findings=findings, risks=risks(facts), place=seen)


# What is certain of a file whatever it is for. That a name promises another content is not.
_SURE = (Kind.LFS_POINTER, Kind.WEB_PAGE, Kind.BROKEN_LINK, Kind.CUT_SHORT, Kind.CHECKSUM)


def _concerning(findings: Sequence[Finding], facts: ModelFacts) -> Iterator[Finding]:
    """The findings, each with the loaders that read its file: what none reads is no damage."""
    for one in findings:
        readers = readers_of(one.file, facts)
        if readers != NONE or not one.damaged:
            yield replace(one, readers=readers)
        elif one.kind in _SURE:
            sentence = f"{one.sentence} No loader reads this file."
            yield replace(one, severity=Severity.WARNING, sentence=sentence, readers=readers)


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
    sentences = [one.sentence for one in findings if one.damaged]
    more = len(sentences) - _MOST_SAID
    said = sentences[:_MOST_SAID] + ([f"There are more findings ({more})."] if more > 0 else [])
    return " ".join(said)


def _unpacked(facts: ModelFacts) -> bool:
    """Whether what loaders get lies elsewhere, as it does with archives."""
    return facts.path.is_file() and facts.load_path.is_dir()
