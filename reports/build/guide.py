"""The sentences that tell a reader what to call, per range of tested releases. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.build.keras_tested import tested_with
from reports.build.remedies.loading_advice import ChosenWay, beside, package_of
from reports.report.cause import Cause, Certainty
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import any_of, release_spans
from reports.report.text import first_line

# A reason that is longer is for the lines below.
_MOST_WHY = 170
# More reasons in one range are for the lines below, too.
_MOST_REASONS = 2
_DOES_NOT_RUN = {True: "", False: " (its outputs differ)", None: " (it loads, the call fails)"}
_NOTHING = "nothing loads it"


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Releases with one answer: what to do there, and why the usual call does not do.

    `needs` is what the call needs besides, `tested_with` the Keras 3 that is not TensorFlow's.
    """

    what: str
    releases: tuple[str, ...]
    usual: bool = False
    why: str = ""
    needs: str = ""
    tested_with: str = ""


def guide(model: ModelReport, ways: Sequence[ChosenWay]) -> str:
    """What to call in which tested releases, the usual call first; empty if nothing is known.

    A range has no untested release in it, and releases without an answer are in none.
    """
    tested = list(dict.fromkeys(cell.tensorflow for cell in model.cells))
    parts = [*_with_a_way(model, ways, tested), *_without(model, ways, tested)]
    if not any(way.releases for way in ways) and not any(part.why for part in parts):
        return ""
    parts.sort(
        key=lambda part: (not part.usual, part.what == _NOTHING, tested.index(part.releases[0]))
    )
    told: list[str] = []
    for part in parts:
        where = release_spans(part.releases, tested)
        where += f" ({part.tested_with})" if part.tested_with else ""
        more = [text for text in (part.needs, part.why) if text and text not in told]
        told += [f"{'' if told else 'TensorFlow '}{where}: {part.what}.", *more]
    return " ".join(told)


def _with_a_way(
    model: ModelReport, ways: Sequence[ChosenWay], tested: Sequence[str]
) -> Iterator[_Part]:
    """A part for each way, whose releases may have others between them."""
    found: dict[tuple[str, bool], list[tuple[CellReport, ChosenWay]]] = {}
    for way in ways:
        usual = way.check.loader == model.summary.usual and not way.advice.install
        for cell in model.cells:
            if cell.id in way.advice.cells:
                found.setdefault((_instruction(way, cell), usual), []).append((cell, way))
    for (what, usual), those in found.items():
        releases = tuple(cell.tensorflow for cell, _ in those)
        reasons = () if usual else _reasons(model, releases)
        yield _Part(
            what=what,
            releases=releases,
            usual=usual,
            why=reasons[0] if len(reasons) == 1 else "",
            needs=those[0][1].needs,
            tested_with=tested_with([(cell, way.check.loader) for cell, way in those], tested),
        )


def _instruction(way: ChosenWay, cell: CellReport) -> str:
    """`pip install tf-keras (...), then` and the call, and what it does where it does not run."""
    check = way.check
    does = "" if check.runs or not check.has_calls else _DOES_NOT_RUN[check.kind.agrees]
    return f"{_installing(cell)}{way.call}{does}"


def _installing(cell: CellReport) -> str:
    wanted = beside(cell)
    if not wanted:
        return ""
    # Packages that follow TensorFlow have its version: what is told is for all releases of a range.
    follow = [name for name in wanted if name.endswith(f"=={_minor(cell)}.*")]
    packages = " ".join(package_of(name) if name in follow else f'"{name}"' for name in wanted)
    version = " (the version of your TensorFlow)" if follow else ""
    return f"`pip install {packages}`{version}, then "


def _minor(cell: CellReport) -> str:
    return ".".join(cell.tensorflow.split(".")[:2])


def _without(
    model: ModelReport, ways: Sequence[ChosenWay], tested: Sequence[str]
) -> Iterator[_Part]:
    """The releases where nothing loads it, apart by the reason if those are few."""
    good = {release for way in ways for release in way.releases}
    bad = [one for one in tested if one not in good and _is_no(model, one)]
    reasons = _reasons(model, bad)
    if len(reasons) > _MOST_REASONS or any(len(_reasons(model, [one])) != 1 for one in bad):
        yield from [_Part(what=_NOTHING, releases=tuple(bad))] if bad else []
        return
    for why in reasons:
        those = tuple(one for one in bad if _reasons(model, [one]) == (why,))
        yield _Part(what=_NOTHING, releases=those, why=why)


def _is_no(model: ModelReport, release: str) -> bool:
    """Whether every cell of a release with an answer says no, and the plain ones have one."""
    plain = [cell.loads for cell in model.cells if cell.tensorflow == release and cell.plain]
    return bool(plain) and any_of(plain) is False


def _reasons(model: ModelReport, releases: Sequence[str]) -> tuple[str, ...]:
    """Why the usual call does not load it in plain cells of these releases, each reason once."""
    found = dict.fromkeys(
        _reason(check, model)
        for cell in model.cells
        if cell.plain and cell.tensorflow in releases
        for check in [cell.best(model.summary.usual)]
        if check is not None and check.loads is False
    )
    return tuple(found)


def _reason(check: CheckReport, model: ModelReport) -> str:
    """A sentence; empty where it is not known, or too long for a headline."""
    diagnosis = check.diagnosis
    known = diagnosis.explanation if diagnosis else check.reason_alone
    if diagnosis and (diagnosis.cause is Cause.UNCLASSIFIED or diagnosis.alternatives):
        return ""
    text = first_line(known.replace(model.path, model.name), 2 * _MOST_WHY)
    sentence = _in_brief(text.partition(". ")[0].rstrip("."))
    if not 0 < len(sentence) <= _MOST_WHY:
        return ""
    likely = diagnosis is not None and diagnosis.certainty is Certainty.LIKELY
    return f"{'Probably: ' if likely else ''}{_begun(sentence, model.name)}."


def _in_brief(sentence: str) -> str:
    """Without the quote at its end, if the sentence is too long with it."""
    short = sentence.partition(" (")[0]
    return short if len(sentence) > _MOST_WHY and sentence.endswith(")") else sentence


def _begun(sentence: str, name: str) -> str:
    """With a capital, unless it begins with a name: of the model, a file or an argument."""
    is_word = sentence.partition(" ")[0].rstrip(":,;").isalpha()
    named = sentence.startswith(name) or not is_word
    return sentence if named else sentence[0].upper() + sentence[1:]
