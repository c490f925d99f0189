"""The sentences below the summary of a model. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from matrix.plan.variant import UNCOMPILED, Variant
from reports.report.cause import Cause, Certainty
from reports.report.cell_report import CellReport
from reports.report.check_report import OWN_WORD, CheckReport
from reports.report.releases.ranges import cell_spans, in_words
from reports.report.sources import measured_sentence
from reports.report.summary_report import SummaryReport
from reports.report.text import first_line

_MOST_WHY = 300
_NOWHERE = "does not load in any tested release"


def of_cells(summary: SummaryReport, cells: Sequence[CellReport]) -> list[str]:
    """Where releases answer differently, where loading stops, what the model lacks."""
    remarks = [sentence] if (sentence := measured_sentence(cells)) else []
    remarks += _own_word(cells)
    remarks += [*(group.text for group in summary.groups), *summary.boundaries, *_lacking(cells)]
    if summary.unheld:
        where = _where_unheld(summary, cells)
        remarks.append(f"The expected outputs were not compared in {where}.")
    remarks += [f"Keras: {_in_versions(summary.keras)}"] if summary.keras else []
    return [*remarks, *filter(None, [why_uncompiled(summary, cells, cell_spans)])]


def why_uncompiled(
    summary: SummaryReport,
    cells: Sequence[CellReport],
    in_words: Callable[[Sequence[str], Sequence[str]], str],
) -> str:
    """Why `compile=False`, where a way to load has it; `in_words` names cells, of all there are.

    It says where this run saw that the call fails without, and why in the newest of these cells.
    """
    ways = [way for way in summary.ways if Variant.parse(way.variant) == UNCOMPILED]
    if not ways:
        return ""
    pairs = {(cell, way.loader) for way in ways for cell in way.cells}
    failed = {
        cell.id: check
        for cell in cells
        for check in cell.checks
        if (cell.id, check.loader) in pairs and check.loads is False
    }
    where = in_words(list(failed), [cell.id for cell in cells])
    without = f", and with them it does not load in {where}" if failed else ""
    reason = _known_reason(list(failed.values())[-1]) if failed else ""
    return (
        "`compile=False` leaves out the optimizer, loss and metrics of the training. They are not "
        f"needed to run the model{without}.{reason}"
    )


def _known_reason(failed: CheckReport) -> str:
    """Why a check failed, as a sentence; empty where no rule knew."""
    diagnosis = failed.diagnosis
    if diagnosis is None or diagnosis.cause is Cause.UNCLASSIFIED:
        return ""
    # Of what only may be so, the report says what else it may be.
    maybe = "" if diagnosis.certainty is Certainty.CERTAIN else "Probably: "
    return f" {maybe}{first_line(diagnosis.explanation, _MOST_WHY).rstrip('.')}."


def narrower(summary: SummaryReport, cells: Sequence[CellReport]) -> dict[str, str]:
    """The ranges of loaders that load less widely than the best, and of companions that help."""
    ranges = summary.ranges
    tested = [cell.tensorflow for cell in cells]
    of_loaders, of_companions = (ranges.loaders, ranges.companions) if ranges else ({}, {})
    loaders = {name: in_words(parts, tested) for name, parts in of_loaders.items()}
    beside = {name: in_words(parts, tested) for name, parts in of_companions.items()}
    # What an earlier version wrote has specifiers only.
    loaders = {**summary.loaders, **loaders}
    beside = {**summary.companions, **beside}
    shown = {
        name: _where(loaders[name], _beside(name, cells))
        for name, specifier in summary.loaders.items()
        if specifier != summary.specifier
    }
    # Its note says why it can load this model nowhere.
    never = {
        name
        for name in shown
        if not any(check.kind.applies for cell in cells if (check := cell.best(name)))
    }
    # What gave no answer anywhere, or was left to its prediction, is not said to load nowhere.
    silent = {name for name in shown if not any(_answers(cell, name) for cell in cells)}
    shown = {name: text for name, text in shown.items() if name not in never | silent}
    helping = _helping(summary, cells)
    return shown | {f"with {name}": _where(beside[name]) for name in helping}


def _answers(cell: CellReport, loader: str) -> bool:
    check = cell.best(loader)
    return check is not None and check.loads is not None


def _beside(loader: str, cells: Sequence[CellReport]) -> str:
    """The cells with other packages in which a loader loads the model."""
    names = [
        cell.id
        for cell in cells
        if cell.companions and (check := cell.best(loader)) and check.loads
    ]
    return cell_spans(names, [cell.id for cell in cells])


def _where(ranges: str, beside: str = "") -> str:
    if ranges:
        return f"loads in {ranges}"
    return f"loads only with another package, in {beside}" if beside else _NOWHERE


def _where_unheld(summary: SummaryReport, cells: Sequence[CellReport]) -> str:
    """And why: releases name outputs otherwise, and what is random has no right answer."""
    ran = [cell.id for cell in cells if cell.kind.agrees is not None]
    where = ", ".join(summary.unheld) if len(summary.unheld) < len(ran) else "any cell"
    return (
        f"{where}: no output has this name, or the output is random, or the inputs were different"
    )


def _own_word(cells: Sequence[CellReport]) -> Iterator[str]:
    """Where the model could have written its verdict itself."""
    order = [cell.id for cell in cells]
    where: dict[str, list[str]] = {}
    for cell in cells:
        for loader in cell.loaders:
            check = cell.best(loader)
            if check and check.own_word == OWN_WORD:
                where.setdefault(loader, []).append(cell.id)
    if where:
        told = " and ".join(
            f"{loader} in {cell_spans(names, order)}" for loader, names in where.items()
        )
        yield (
            f"By its own word: {told}. Python code of the model ran in the process that reports "
            "these verdicts, so it could have written them itself, but no verdict of another "
            "check or model."
        )


def _lacking(cells: Sequence[CellReport]) -> list[str]:
    """What the model asks for, where nothing fits, each reason once."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        for need in cell.needs:
            if reason := need.reason:
                # The release ends the sentence in most cases: then one sentence does for all.
                alike = reason.removesuffix(f" {'.'.join(cell.tensorflow.split('.')[:2])}")
                what = f"needs {need.package} ({need.because})"
                lacking.setdefault((what, alike), []).append(reason[len(alike) :].strip())
    return [
        f"{what}: {alike} {', '.join(filter(None, releases))}".strip()
        for (what, alike), releases in lacking.items()
    ]


def _in_versions(keras: Mapping[str, bool]) -> str:
    good = [version for version, loads in keras.items() if loads]
    bad = [version for version, loads in keras.items() if not loads]
    parts = [f"loads in {', '.join(good)}"] if good else []
    return "; ".join([*parts, f"not in {', '.join(bad)}"] if bad else parts)


def _helping(summary: SummaryReport, cells: Sequence[CellReport]) -> list[str]:
    """The companions that the model asks for, or that make it load where it does not alone."""
    alone = {cell.tensorflow for cell in cells if cell.plain and cell.loads}
    gained = {
        ", ".join(cell.companions)
        for cell in cells
        if cell.companions and cell.loads and cell.tensorflow not in alone
    }
    asked = {need.package for cell in cells for need in cell.needs}
    return [
        name
        for name in summary.companions
        if name in gained or asked.intersection(name.split(", "))
    ]
