"""`junit.xml`: a suite per model with a testcase per loader and cell, and one of requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from matrix.files import write_text
from matrix.results.verdict import CaseOutcome, Verdict
from matrix.shown import on_lines
from reports.formats.streaming import rendered
from reports.gate.known_failures import KnownFailure
from reports.gate.required import said_of
from reports.gate.requirements import Gate
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.report import Report

NAME = "junit.xml"
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_END = "</testsuites>"
_REQUIRED = "requirements"


def render(report: Report) -> str:
    """The whole document, valid XML 1.0 whatever a model wrote."""
    return rendered(Suites(report), report.models)


def write_judged(report: Report, folder: Path, gate: Gate) -> None:
    """Write the document again: with requirements, and with known failures skipped."""
    write_text(folder / NAME, rendered(Suites(report, gate=gate), report.models))


class Suites:
    """The document suite by suite; `report` need have no models.

    Without `logs` it has causes and what helps, but no tracebacks and logs: those of many models
    make a file that no reader of JUnit opens. With a `gate`, what it excuses is no failure, and
    what it requires is a suite of its own.
    """

    def __init__(self, report: Report, *, logs: bool = True, gate: Gate | None = None) -> None:
        self._report, self._logs, self._gate = report, logs, gate
        self._counts = dict.fromkeys(("tests", *_COUNTED.values()), 0)
        required = bool(gate and gate.requirements)
        self._required = _empty_suite(_REQUIRED, report) if required else None

    def add(self, model: ModelReport) -> str:
        suite = _suite(model, self._report, self._gate, logs=self._logs)
        self._count(suite)
        if self._required is not None and self._gate:
            self._required.extend(_requirements(model, self._gate))
        return _as_text(suite)

    def _count(self, suite: ET.Element) -> None:
        for name in self._counts:
            self._counts[name] += int(suite.get(name, "0"))

    def head(self) -> str:
        report = self._report
        if self._required is not None:
            _set_counts(self._required, self._required.findall("testcase"))
            self._count(self._required)
        root = ET.Element("testsuites", {"name": str(report.tool), "time": f"{report.seconds:.3f}"})
        root.attrib.update({name: str(count) for name, count in self._counts.items()})
        text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.removesuffix(_END)}'

    def foot(self) -> str:
        required = "" if self._required is None else _as_text(self._required)
        return f"{required}\n{_END}\n"


def _as_text(suite: ET.Element) -> str:
    ET.indent(suite, level=1)
    return f"\n  {ET.tostring(suite, encoding='unicode')}"


def _empty_suite(name: str, report: Report) -> ET.Element:
    return ET.Element(
        "testsuite", {"name": name, "timestamp": report.started[:19], "time": "0.000"}
    )


def _set_counts(suite: ET.Element, cases: Sequence[ET.Element]) -> None:
    suite.set("tests", str(len(cases)))
    for outcome, counted in _COUNTED.items():
        suite.set(counted, str(sum(case.find(outcome) is not None for case in cases)))


def _requirements(model: ModelReport, gate: Gate) -> Iterator[ET.Element]:
    """A testcase for each requirement: one that is not met makes the job fail."""
    for requirement in gate.requirements:
        said = said_of(model, requirement, gate)
        case = _case(model, f"{requirement.text} ({gate.level})", 0.0)
        if said.missed:
            message = {"message": _shown(" ".join(said.missed)), "type": "requirement"}
            ET.SubElement(case, "failure", message)
        elif said.tolerated:
            ET.SubElement(case, "skipped", {"message": _shown(" ".join(said.tolerated))})
        elif said.barely:
            ET.SubElement(case, "system-out").text = _shown(" ".join(said.barely))
        yield case


def _suite(model: ModelReport, report: Report, gate: Gate | None, *, logs: bool) -> ET.Element:
    cases = [case for cell in model.cells for case in _cases(model, cell, gate, logs=logs)]
    cases += [_untested(model)] if model.untested else []
    suite = ET.Element("testsuite", {"name": _shown(model.name)})
    _set_counts(suite, cases)
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
    suite.set("timestamp", report.started[:19])
    facts = {
        "path": model.path,
        "format": model.format,
        "sha256": model.sha256,
        "specifier": model.summary.specifier,
        "runs": model.summary.runs,
        "summary": model.summary.text,
        "tool": str(report.tool),
        "platform": str(report.host.get("platform", "")),
        **{
            name: text
            for name, text in (("reused", model.reused), ("isolation", model.isolation))
            if text
        },
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", {"name": name, "value": _shown(value)})
    suite.extend(cases)
    return suite


def _cases(
    model: ModelReport, cell: CellReport, gate: Gate | None, *, logs: bool
) -> Iterator[ET.Element]:
    for loader in cell.loaders:
        if check := cell.best(loader):
            tried = [other.seconds for other in cell.checks if other.loader == loader]
            case = _case(model, f"{loader} in {cell.id}", sum(tried))
            if others := _other_ways(model, cell, check):
                _skip(case, check, others)
            elif declared := _declared(model, cell, check, gate):
                said = f"known failure until {declared.expires} ({declared.why}): {check.why}"
                ET.SubElement(case, "skipped", {"message": _shown(said)})
            else:
                passed = check.kind.outcome is CaseOutcome.PASSED
                why = check.reason if passed else check.why
                _conclude(case, check.kind, why, check, logs=logs)
            yield case
    if not cell.checks:
        case = _case(model, cell.id, 0.0)
        _conclude(case, cell.kind, cell.reason, None, logs=logs)
        yield case


def _other_ways(model: ModelReport, cell: CellReport, check: CheckReport) -> list[str]:
    """What loads the model here where this loader fails, unless that is its usual call.

    In a cell with a companion, what the companion loads is what the cell is for.
    """
    failed = check.kind.outcome is CaseOutcome.FAILURE and check.loads is False
    if not failed or (cell.plain and check.loader == model.summary.usual):
        return []
    return [one.loader for one in cell.checks if one.loads and one.loader != check.loader]


def _declared(
    model: ModelReport, cell: CellReport, check: CheckReport, gate: Gate | None
) -> KnownFailure | None:
    """The known failure that this is, if it would count as a failure or an error."""
    if gate is None or check.kind.outcome not in (CaseOutcome.FAILURE, CaseOutcome.ERROR):
        return None
    return gate.excuse(model, cell, check)


def _skip(case: ET.Element, check: CheckReport, others: Sequence[str]) -> None:
    """One way of several does not load the model: the release does."""
    ways = " and ".join(dict.fromkeys(others))
    said = f"{check.why}. In this release, {ways} loads the model."
    ET.SubElement(case, "skipped", {"message": _shown(said)})


def _untested(model: ModelReport) -> ET.Element:
    """An error, because a user who names a model wants it tested."""
    case = _case(model, "not tested", 0.0)
    error = ET.SubElement(case, "error", {"message": _shown(model.untested), "type": "untested"})
    error.text = _shown(model.untested)
    return case


def _case(model: ModelReport, name: str, seconds: float) -> ET.Element:
    facts = {"classname": _shown(model.name), "name": _shown(name), "time": f"{seconds:.3f}"}
    return ET.Element("testcase", facts)


def _conclude(
    case: ET.Element,
    kind: type[Verdict],
    reason: str,
    check: CheckReport | None,
    *,
    logs: bool,
) -> None:
    # `loads` passes: whether a model must run is what --require-verdict says.
    if kind.outcome is CaseOutcome.PASSED:
        if said := "\n".join(_passing(reason, check)):
            ET.SubElement(case, "system-out").text = _shown(said)
        return
    outcome = ET.SubElement(case, kind.outcome.value, {"message": _shown(reason or kind.word)})
    if kind.outcome is not CaseOutcome.SKIPPED:
        outcome.set("type", _shown(_kind(kind.word, check)))
        outcome.text = _shown("\n".join(_evidence(check, logs=logs))) if check else None


def _passing(reason: str, check: CheckReport | None) -> Iterator[str]:
    if check and check.variant:
        yield check.variant
    if check and check.own_word:
        yield check.own_word
    if reason:
        yield reason


def _kind(verdict: str, check: CheckReport | None) -> str:
    if check and check.diagnosis:
        return str(check.diagnosis.cause.value)
    error = check.error if check else None
    return (error.type if error else "") or verdict


def _evidence(check: CheckReport, *, logs: bool) -> Iterator[str]:
    """What a reader wants beside the message: why, what helps, and what was seen."""
    if diagnosis := check.diagnosis:
        yield f"Cause: {diagnosis.causes_in_words}"
        yield diagnosis.explanation
        yield from (f"Or: {other.in_words}" for other in diagnosis.alternatives)
        for remedy in diagnosis.remedies:
            verified = " (verified in this run)" if remedy.verified else ""
            yield f"- {remedy.text}{verified}"
            if remedy.snippet:
                yield remedy.snippet
    if not logs:
        return
    if check.error and check.error.traceback:
        yield check.error.traceback
    if check.ending and check.ending.log:
        yield check.ending.log


def _shown(text: str) -> str:
    return on_lines(text)
