"""A report as typed values: read from `report.json`, rendered by every format.

Whatever wrote the document, an earlier version of this tool included, ends here: the formats see
these types only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matrix.catalogue.registration import NO_HANDOVER, Handover
from matrix.errors import LoadmatrixError
from matrix.model.integrity.finding import Finding
from matrix.model.risks.risk import Risk
from matrix.results.verdicts import ANSWERS, LOADS_RANK, WORDS
from matrix.schemas import require_schema
from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.ranges import in_words


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """One check. `loads` is `None` where the verdict is no answer. `reason` is one line, or empty.

    `error` has `type`, `message`, `traceback`, `chain`; `ending` `detail` and `log`; `difference`
    `output`, `compared_with`, `largest`, `relative` and `explanation`; `agreement` the same numbers
    of outputs within tolerance. `group` numbers the cells that answer alike, where several groups
    do not, and nothing tells which is right.
    """

    loader: str
    variant: str | None
    verdict: str
    loads: bool | None
    stage: str = "import"
    reason: str = ""
    seconds: float = 0.0
    peak_mb: int | None = None
    error: Mapping[str, Any] | None = None
    ending: Mapping[str, Any] | None = None
    difference: Mapping[str, Any] | None = None
    agreement: Mapping[str, Any] | None = None
    group: int | None = None
    diagnosis: Diagnosis | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the verdict says something about the model, not only about the attempt."""
        return self.verdict in ANSWERS

    @property
    def rank(self) -> float:
        """0 for the best; what died after the load is worse than `loads`, better than `fails`."""
        place = WORDS.index(self.verdict)
        return LOADS_RANK + place / len(WORDS) if self.loads and place > LOADS_RANK else place


@dataclass(frozen=True, kw_only=True)
class CellReport:
    """One cell; `plain` where it holds what a user of that release has and no more.

    `companions` are the packages beside TensorFlow, each with its requirement. `needs` are what
    the model asks for and a plain cell lacks: `package`, `module`, `because` (what in the model
    asks), `requirement` and `cell` (what fits the release and which cell has it), or `reason`
    (why nothing fits). `requirements` are all that is installed for
    the companions, `imports` and `handover` what loaders need of them.
    """

    id: str
    tensorflow: str
    python: str
    keras: str
    verdict: str
    loads: bool | None
    plain: bool
    reason: str = ""
    environment: Mapping[str, Any] = field(default_factory=dict)
    companions: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Mapping[str, Any], ...] = ()
    checks: tuple[CheckReport, ...] = ()
    requirements: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    handover: Handover = NO_HANDOVER

    @property
    def loaders(self) -> tuple[str, ...]:
        """The loaders that were tried here, each once."""
        return tuple(dict.fromkeys(check.loader for check in self.checks))

    def best(self, loader: str) -> CheckReport | None:
        """The best variant of a loader, `None` where it was not planned here."""
        mine = [check for check in self.checks if check.loader == loader]
        return min(mine, key=lambda check: check.rank, default=None)


_IN_NONE = "does not load in any tested release"


@dataclass(frozen=True, kw_only=True)
class ModelReport:
    """One model in all its cells, oldest release first; `loaders` are specifiers by loader.

    `companions` are specifiers by what was installed beside TensorFlow, `keras` says which
    versions of Keras 3 load it, where several were tried. `findings` say what is wrong with its
    bytes, `risks` what it could do: both seen before it ran. `boundaries` are sentences on where
    loading begins and stops, and why. `unheld` are the cells where the caller's expected outputs
    could be held against nothing. `untested` says why nothing was tested, and is empty otherwise.
    """

    path: str
    format: str
    sha256: str
    facts: Mapping[str, Any]
    specifier: str
    text: str
    loaders: Mapping[str, str]
    cells: tuple[CellReport, ...]
    findings: tuple[Finding, ...] = ()
    companions: Mapping[str, str] = field(default_factory=dict)
    keras: Mapping[str, bool] = field(default_factory=dict)
    risks: tuple[Risk, ...] = ()
    boundaries: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    untested: str = ""
    ranges: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the model is called: the last part of its path, whatever system wrote it."""
        return self.path.replace("\\", "/").rstrip("/").rpartition("/")[2] or self.path

    @property
    def title(self) -> str:
        """Its name and what it is."""
        return self.name if self.untested else f"{self.name} ({self.format})"

    @property
    def lines(self) -> list[str]:
        """The sentence, the remarks, the specifiers of loaders and companions that differ."""
        return [self.text, *self.remarks, *(f"{n}: {s}" for n, s in self.specifiers.items())]

    @property
    def remarks(self) -> list[str]:
        """What is wrong with the files, what it could do, where loading stops, what it lacks."""
        remarks = [one.line for one in self.findings]
        remarks += [one.line for one in self.risks if not one.usual]
        remarks += [*self.groups, *self.boundaries, *self._lacking]
        if self.unheld:
            remarks.append(f"The expected outputs were not compared in {self._where_unheld}.")
        return remarks + ([f"Keras: {_in_versions(self.keras)}"] if self.keras else [])

    @property
    def specifiers(self) -> dict[str, str]:
        """Of loaders that load less widely than the best, and of companions that help."""
        narrower = {
            name: self._shown("loaders", name)
            for name, specifier in self.loaders.items()
            if specifier != self.specifier
        }
        return narrower | {f"with {n}": self._shown("companions", n) for n in self._helping}

    @property
    def loads_in(self) -> str:
        """The releases that load it, as ranges that speak of tested releases only."""
        return in_words(self.ranges["loads"]) if self.ranges else self.specifier

    @property
    def runs_in(self) -> str:
        """Those among them where it runs as in the reference."""
        return in_words(self.ranges["runs"]) if self.ranges else ""

    def _shown(self, kind: str, name: str) -> str:
        if self.ranges:
            return in_words(self.ranges[kind].get(name, ())) or _IN_NONE
        return {"loaders": self.loaders, "companions": self.companions}[kind][name] or _IN_NONE

    @property
    def _where_unheld(self) -> str:
        """And why: releases name outputs otherwise, and what is random has no right answer."""
        ran = [cell.id for cell in self.cells if cell.verdict in ("runs", "differs")]
        where = ", ".join(self.unheld) if len(self.unheld) < len(ran) else "any cell"
        return (
            f"{where}: no output has this name, or the output is random, or the inputs were "
            "different"
        )

    @property
    def _lacking(self) -> list[str]:
        """What the model asks for, where nothing fits, each reason once."""
        found: dict[tuple[str, str], list[str]] = {}
        for cell in self.cells:
            for need in cell.needs:
                if reason := need["reason"]:
                    # The release ends the sentence in most cases: then one sentence does for all.
                    alike = reason.removesuffix(f" {'.'.join(cell.tensorflow.split('.')[:2])}")
                    what = f"needs {need['package']} ({need['because']})"
                    found.setdefault((what, alike), []).append(reason[len(alike) :].strip())
        return [
            f"{what}: {alike} {', '.join(filter(None, r))}".strip()
            for (what, alike), r in found.items()
        ]

    @property
    def _helping(self) -> list[str]:
        """The companions that the model asks for, or that make it load where it does not alone."""
        alone = {cell.tensorflow for cell in self.cells if cell.plain and cell.loads}
        gained = {
            ", ".join(cell.companions)
            for cell in self.cells
            if cell.companions and cell.loads and cell.tensorflow not in alone
        }
        asked = {need["package"] for cell in self.cells for need in cell.needs}
        return [n for n in self.companions if n in gained or asked.intersection(n.split(", "))]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything a run found. `started` is ISO 8601 in UTC; `complete` false when interrupted."""

    tool: str
    started: str
    seconds: float
    complete: bool
    host: Mapping[str, Any]
    models: tuple[ModelReport, ...]


def read_report(path: Path) -> Report:
    """The report stored in a file.

    Raises:
        LoadmatrixError: the file is absent, no JSON, no report, or one of a newer version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if "models" in document:
            require_schema(document, path)
        return from_document(document)
    except FileNotFoundError as error:
        message = f"There is no report at {path}. Run `nox -s matrix -- MODEL` to create one."
        raise LoadmatrixError(message) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{path} is not a loadmatrix report ({type(error).__name__}: {error})."
        raise LoadmatrixError(f"{message} Give the report.json of a run.") from error


def from_document(document: Mapping[str, Any]) -> Report:
    """The report of a document as `make_document` makes it."""
    return Report(
        tool=f"{document['tool']['name']} {document['tool']['version']}",
        started=document["started"],
        seconds=document["seconds"],
        complete=document.get("complete", True),
        host=document["host"],
        models=tuple(_model(model) for model in document["models"]),
    )


def _model(document: Mapping[str, Any]) -> ModelReport:
    summary = document["summary"]
    return ModelReport(
        path=document["path"],
        format=document["format"],
        sha256=document["sha256"],
        facts=document["facts"],
        specifier=summary["specifier"],
        text=summary["text"],
        loaders=summary.get("loaders", {}),
        companions=summary.get("companions", {}),
        keras=summary.get("keras", {}),
        boundaries=tuple(map(str, summary.get("boundaries", ()))),
        unheld=tuple(map(str, summary.get("unheld", ()))),
        groups=tuple(str(one["text"]) for one in summary.get("groups", ())),
        ranges=summary.get("ranges", {}),
        cells=tuple(_cell(cell) for cell in document["cells"]),
        findings=tuple(map(Finding.from_dict, document.get("findings", ()))),
        risks=tuple(map(Risk.from_dict, document.get("risks", ()))),
        untested=document.get("untested") or "",
    )


def _in_versions(keras: Mapping[str, bool]) -> str:
    good = [version for version, loads in keras.items() if loads]
    bad = [version for version, loads in keras.items() if not loads]
    parts = [f"loads in {', '.join(good)}"] if good else []
    return "; ".join([*parts, f"not in {', '.join(bad)}"] if bad else parts)


def _word(verdict: str) -> str:
    if verdict not in WORDS:
        raise ValueError(f"unknown verdict {verdict!r}")
    return verdict


def _cell(document: Mapping[str, Any]) -> CellReport:
    return CellReport(
        id=document["id"],
        tensorflow=document["tensorflow"],
        python=document["python"],
        keras=document["keras"],
        verdict=_word(document["verdict"]),
        loads=document.get("loads"),
        plain=document.get("plain", True),
        reason=document.get("reason", ""),
        environment=document.get("environment", {}),
        companions=document.get("companions", {}),
        needs=tuple(document.get("needs", ())),
        checks=tuple(_check(check) for check in document["checks"]),
        requirements=tuple(document.get("requirements", ())),
        imports=tuple(document.get("imports", ())),
        handover=Handover.from_dict(document.get("handover")),
    )


def _check(document: Mapping[str, Any]) -> CheckReport:
    return CheckReport(
        loader=document["loader"],
        variant=document["variant"],
        verdict=_word(document["verdict"]),
        loads=document.get("loads"),
        stage=document["stage"],
        reason=document.get("reason", ""),
        seconds=document["seconds"],
        peak_mb=document.get("peak_mb"),
        error=document["error"],
        ending=document.get("ending"),
        difference=document.get("difference"),
        agreement=document.get("agreement"),
        group=document.get("group"),
        diagnosis=_diagnosis(document["diagnosis"]),
    )


def _diagnosis(document: Mapping[str, Any] | None) -> Diagnosis | None:
    if document is None:
        return None
    return Diagnosis(
        cause=Cause(document["cause"]),
        subject=document["subject"],
        explanation=document["explanation"],
        evidence=document.get("evidence", ""),
        remedies=tuple(
            Remedy(text=one["text"], snippet=one["snippet"], verified=one["verified"])
            for one in document["remedies"]
        ),
    )
