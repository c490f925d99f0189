"""Why cells are not `runs`: each fact once, with all the loaders and cells it holds for. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from matrix.catalogue.api_history import api_history
from matrix.results.verdicts import NotApplicable
from matrix.versions import version_of
from reports.formats.alike import alike, names_in, template
from reports.formats.tables.where import CellsInWords, loaders_in_words, where_in_words
from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import cell_spans
from reports.report.text import first_line

_MOST_WHY = 400
_MOST_NAMES = 4
# What sentences with a cause say, by what they are word for word.
_Known: TypeAlias = dict[tuple[Cause, str], tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One loader in one cell; `loader` is empty where it holds for the whole cell."""

    loader: str
    cell: CellReport
    check: CheckReport


@dataclass(frozen=True, kw_only=True)
class SharedReason:
    """One fact, and where it holds: `places` in the order of the cells, `where` in few words.

    `text` is a line that says it with the verdict, `explanation` the same without. `remedies` are
    those of all places, each once.
    """

    places: tuple[Place, ...]
    where: str
    text: str
    explanation: str
    remedies: tuple[Remedy, ...]

    @property
    def check(self) -> CheckReport:
        """The first check it holds for, which stands for all."""
        return self.places[0].check

    @property
    def loaders(self) -> tuple[str, ...]:
        """The loaders it holds for; none where it holds for whole cells."""
        return tuple(dict.fromkeys(place.loader for place in self.places if place.loader))

    @property
    def cells(self) -> tuple[CellReport, ...]:
        """The cells it holds for, each once."""
        return tuple({place.cell.id: place.cell for place in self.places}.values())


def shared_reasons(
    model: ModelReport, in_words: CellsInWords = cell_spans
) -> tuple[SharedReason, ...]:
    """Every reason of a model, the one of the oldest cell first; `in_words` names its cells."""
    facts: dict[tuple[object, ...], list[Place]] = {}
    known: _Known = {}
    for cell in model.cells:
        for place in _places(cell):
            facts.setdefault(_fact(place, model, known), []).append(place)
    order = [cell.id for cell in model.cells]
    return tuple(
        _shared(places, _where(places, model, in_words), order, model) for places in facts.values()
    )


def _places(cell: CellReport) -> Iterator[Place]:
    """The best check of each loader that something is to be said of."""
    able = [check for check in cell.checks if check.kind.applies]
    whole = len({check.reason for check in able}) == 1
    told = set()
    for loader in cell.loaders:
        check = cell.best(loader)
        if check is None or not why(check):
            continue
        # What holds for the whole cell is said once, not once per loader.
        shared = whole and check in able and not check.is_answer and not cell.is_predicted
        if not shared or "" not in told:
            yield Place(loader="" if shared else loader, cell=cell, check=check)
        told.add("" if shared else loader)


def why(check: CheckReport) -> str:
    """One line on why a verdict is what it is: its diagnosis, else what was said."""
    if (diagnosis := _classified(check)) is not None:
        # How a process died is a verdict already.
        cause = "" if check.ending else f"{diagnosis.causes_in_words}: "
        return f"{check.verdict}: {cause}{_sentence(diagnosis)}"
    reason = first_line(check.reason)
    # In full in the document, since nothing else there says it.
    whole = check.kind.reason_in_full and not check.kind.reason_has_word
    return f"{check.verdict}: {reason}" if whole else reason


def _classified(check: CheckReport) -> Diagnosis | None:
    """The diagnosis of an answer, where a rule knew the failure."""
    diagnosis = check.diagnosis
    known = diagnosis is not None and diagnosis.cause is not Cause.UNCLASSIFIED
    return diagnosis if known and check.is_answer else None


def _sentence(diagnosis: Diagnosis) -> str:
    others = (f"Or: {other.in_words}" for other in diagnosis.alternatives)
    told = [diagnosis.explanation, *others]
    return " ".join(first_line(part, _MOST_WHY) for part in told)


# --- what is the same fact ----------------------------------------------------------------------


def _fact(place: Place, model: ModelReport, known: _Known) -> tuple[object, ...]:
    """What places have in common whose reason is told as one."""
    check = place.check
    whole = "" if place.loader else "the whole cell"
    if (diagnosis := _classified(check)) is None:
        return whole, check.verdict, alike(check.reason)
    if _is_older_than_the_writer(place, diagnosis, model):
        return check.verdict, "a newer writer"
    return check.verdict, *_said(diagnosis, known)


def _said(diagnosis: Diagnosis, known: _Known) -> tuple[object, ...]:
    """What a diagnosis says without the names in it; `known` are sentences that were met before.

    A subject that the sentence does not name tells nobody two of them apart.
    """
    return known.setdefault((diagnosis.cause, _sentence(diagnosis)), _kind(diagnosis))


def _kind(diagnosis: Diagnosis) -> tuple[object, ...]:
    others = tuple(other.cause for other in diagnosis.alternatives)
    return diagnosis.cause, others, template(diagnosis.explanation, diagnosis.subject)


def _is_older_than_the_writer(place: Place, diagnosis: Diagnosis, model: ModelReport) -> bool:
    """Whether a release is older than the one that wrote the model, and fails for no other fact."""
    writer = version_of(str(model.facts.get("tensorflow") or ""))
    reader = version_of(place.cell.tensorflow)
    if writer is None or reader is None or reader.release[:2] >= writer.release[:2]:
        return False
    if diagnosis.cause is Cause.UNREGISTERED_OP:
        # An op of another package is missing in every release.
        return api_history().op_since(diagnosis.subject) is not None
    return diagnosis.cause in (Cause.OP_ATTR_OR_SHAPE_VERSION, Cause.KERAS_CONFIG_INCOMPATIBLE)


# --- how it is told -----------------------------------------------------------------------------


def _shared(
    places: Sequence[Place], where: str, order: Sequence[str], model: ModelReport
) -> SharedReason:
    text = why(places[0].check)
    head, explanation = "", first_line(places[0].check.reason_alone)
    if (diagnosis := _classified(places[0].check)) is not None:
        ending, several = _several(places, order, model)
        explanation = several or f"{_sentence(diagnosis)}{ending}"
        head = places[0].check.verdict
        cause = "" if places[0].check.ending or several else f"{diagnosis.causes_in_words}: "
        text = f"{head}: {cause}{explanation}"
    return SharedReason(
        places=tuple(places),
        where=where,
        # Where it lay on the machine of the test is nobody's business.
        text=text.replace(model.path, model.name),
        explanation=explanation.replace(model.path, model.name),
        remedies=tuple(_remedies(places, order)),
    )


def _several(places: Sequence[Place], order: Sequence[str], model: ModelReport) -> tuple[str, str]:
    """What to add where the subjects differ, or the sentence for several consequences of a fact."""
    known: _Known = {}
    consequences: dict[tuple[object, ...], list[tuple[str, Diagnosis]]] = {}
    for place in places:
        if (diagnosis := _classified(place.check)) is not None:
            found = consequences.setdefault(_said(diagnosis, known), [])
            found.append((place.cell.id, diagnosis))
    if len(consequences) > 1:
        return "", _of_a_newer_writer(list(consequences.values()), order, model)
    (found,) = consequences.values()
    first, *others = (names_in(diagnosis.explanation) for _, diagnosis in found)
    names = [name for name in dict.fromkeys(itertools.chain(*others)) if name not in first]
    if not names:
        return "", ""
    more = ", ..." if len(names) > _MOST_NAMES else ""
    named = ", ".join(f"`{first_line(name)}`" for name in names[:_MOST_NAMES])
    return f" Elsewhere: {named}{more}.", ""


def _of_a_newer_writer(
    consequences: Sequence[Sequence[tuple[str, Diagnosis]]],
    order: Sequence[str],
    model: ModelReport,
) -> str:
    """The fact, and what each of the releases says of it."""
    writer = f"The model was written by TensorFlow {model.facts.get('tensorflow')}"
    parts = []
    for found in consequences:
        cells = cell_spans(list(dict.fromkeys(cell for cell, _ in found)), order)
        told = first_line(found[0][1].explanation, _MOST_WHY).removesuffix(f" {writer}.")
        parts.append(f"{cells}: {told}")
    return f"{writer}, which is newer than these releases. {' '.join(parts)}"


def _where(places: Sequence[Place], model: ModelReport, in_words: CellsInWords) -> str:
    cells: dict[str, list[str]] = {}
    for place in places:
        cells.setdefault(place.loader, []).append(place.cell.id)
    have = {name: [cell.id for cell in model.cells if name in cell.loaders] for name in cells}
    if places[0].check.kind is NotApplicable and cells == have:
        # What is applicable nowhere has no column in a table, and needs no places.
        return loaders_in_words(cells)
    return where_in_words(cells, [cell.id for cell in model.cells], in_words)


def _remedies(places: Sequence[Place], order: Sequence[str]) -> Iterator[Remedy]:
    """The remedies of all places, each once, what was verified first.

    One that is not for all of them, or names versions, says for which release it is.
    """
    found: dict[tuple[bool, str], list[tuple[str, Remedy]]] = {}
    for place in places:
        for remedy in place.check.diagnosis.remedies if place.check.diagnosis else ():
            # Versions of packages and the names of cells follow from the release.
            key = (not remedy.verified, _without_versions(remedy.text))
            found.setdefault(key, []).append((place.cell.id, remedy))
    everywhere = {place.cell.id for place in places}
    for _, those in sorted(found.items(), key=lambda item: item[0][0]):
        cell, first = those[0]
        names = list(dict.fromkeys(name for name, _ in those))
        if len({remedy.text for _, remedy in those}) > 1:
            like = (
                f" Likewise in {cell_spans(names[1:], order)}, with the versions for that release."
            )
            yield replace(first, text=f"In {cell}: {first.text}{like}")
        elif everywhere - set(names):
            yield replace(first, text=f"In {cell_spans(names, order)}: {first.text}")
        else:
            yield first


def _without_versions(text: str) -> str:
    return " ".join(word for word in text.split() if not any(c.isdigit() for c in word))
