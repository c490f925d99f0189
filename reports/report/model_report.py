"""One model in the report: what it is, the summary, all its cells.

The names of the fields are those of `report.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from matrix.model.facts import Format, format_in_words, last_part
from matrix.model.integrity.finding import Finding
from matrix.model.risks.brought_python import is_python, python_sentence
from matrix.model.risks.risk import Risk
from matrix.shown import on_one_line
from reports.report import isolation_report, remarks
from reports.report.cell_report import CellReport
from reports.report.releases.ranges import in_words
from reports.report.sources import reused_sentence
from reports.report.summary_report import SummaryReport

FormatName: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"enum": [kind.value for kind in Format]})
]


# Whose digest it is where that is no file, so that `sha256sum` gives another one.
OVER_FILES = "over all its files"
_OF_FILES = (Format.SAVED_MODEL.value, Format.SAVED_MODEL_V1.value, Format.CHECKPOINT.value)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class ModelReport:
    """One model in all its cells, oldest release first.

    `facts` are what was read out of the file: they differ from format to format.
    """

    path: str
    called: Annotated[
        str,
        Meta(description="what the call names the model; empty for the last part of its path"),
    ] = ""
    format: FormatName
    sha256: Annotated[
        str,
        Meta(
            pattern="^([0-9a-f]{64})?$",
            description="of every byte; empty if the model could not be read and was not tested",
        ),
    ]
    facts: Mapping[str, Any]
    findings: Annotated[
        tuple[Finding, ...],
        Meta(description="what is wrong with the bytes of the model, found before anything ran"),
    ] = ()
    risks: Annotated[
        tuple[Risk, ...],
        Meta(description="what the model could do besides computing; a label, not a verdict"),
    ] = ()
    brings_python: Annotated[
        tuple[str, ...],
        Meta(description="what of the model is Python code, such as `the Lambda layer square`"),
    ] = ()
    trusted: Annotated[
        bool, Meta(description="whether the caller vouched for Python in models (`--trust`)")
    ] = False
    summary: SummaryReport
    inputs: Annotated[
        str,
        Meta(description="the folder with the input arrays of every cell, in the results folder"),
    ] = ""
    cells: tuple[CellReport, ...]
    untested: Annotated[
        str,
        Meta(
            description="why the model was not tested; it then has no cells, or of a merged run in "
            "which its shard is missing or its runs contradict each other, plain cells that are "
            "`not-run`"
        ),
    ] = ""

    def __repr__(self) -> str:
        """A line: with all its cells it would be pages."""
        return f"<ModelReport {self.title}: {len(self.cells)} cells>"

    @property
    def name(self) -> str:
        """What the model is called, by its list or by the last part of its path."""
        return name_in(self.path, self.called)

    @property
    def digest_name(self) -> str:
        """What `sha256` is: of one file its own, otherwise of the names and bytes of all files."""
        loaded = str(self.facts.get("load_path") or self.path)
        inside = loaded.startswith((f"{self.path}/", f"{self.path}\\"))
        whole = loaded == self.path and self.format in _OF_FILES
        several = inside or whole or self.facts.get("weights")
        return f"SHA-256 {OVER_FILES}" if several else "SHA-256"

    @property
    def file_name(self) -> str:
        """The last part of its path, whatever system wrote it."""
        return name_in(self.path)

    @property
    def title(self) -> str:
        """Its name and what it is."""
        return self.name if self.untested else f"{self.name} ({self.format_in_words})"

    @property
    def format_in_words(self) -> str:
        """What people call its format."""
        return format_in_words(self.format)

    @property
    def lines(self) -> list[str]:
        """The sentence, the remarks, the specifiers of loaders and companions that differ."""
        return [
            self.summary.text,
            *self.remarks,
            *(f"{n}: {s}" for n, s in self.specifiers.items()),
        ]

    @property
    def remarks(self) -> list[str]:
        """What a reader should know besides: damage, risks, boundaries, missing packages."""
        findings = [finding.line for finding in self.findings]
        return [*findings, *self.risk_lines, *remarks.of_cells(self.summary, self.cells)]

    @property
    def risk_lines(self) -> list[str]:
        """What the model could do, unless the caller vouches for it; its Python first."""
        python = python_sentence(self.brings_python, trusted=self.trusted)
        told = [
            risk for risk in self.risks if not (risk.usual or (self.trusted and is_python(risk)))
        ]
        return [*([python] if python else []), *(risk.line for risk in told)]

    @property
    def isolation(self) -> str:
        """What kept the model in its place while it was tested; empty where it never started."""
        walls = {cell.id: cell.isolation for cell in self.cells if cell.isolation}
        return isolation_report.sentence_on(walls, [cell.id for cell in self.cells])

    @property
    def reused(self) -> str:
        """Which cells an earlier run measured; empty where this run measured all."""
        return reused_sentence(self.cells)

    @property
    def specifiers(self) -> dict[str, str]:
        """Of loaders that load less widely than the best, and of companions that help."""
        return remarks.narrower(self.summary, self.cells)

    @property
    def works_in(self) -> tuple[tuple[str, str], ...]:
        """Where it runs and where it loads: pairs of `runs in` and the releases, runs first.

        What cannot be called just `loads in` releases; `loads only in` says that nothing it was
        called with gave an answer.
        """
        loads, runs = self.loads_in, self.runs_in
        plain = [cell for cell in self.cells if cell.plain]
        if not loads:
            return ()
        if runs:
            return (("runs in", runs), *([("loads in", loads)] if loads != runs else []))
        answers = any(check.kind.agrees is not None for cell in plain for check in cell.checks)
        calls = any(check.has_calls for cell in plain for check in cell.checks)
        return (("loads only in" if calls and not answers else "loads in", loads),)

    def specifier_of(self, verb: str) -> str:
        """One specifier for what `works_in` says with a verb: pip takes no list of releases."""
        summary = self.summary
        return (summary.runs if verb == "runs in" else summary.specifier) or self.loads_in

    @property
    def by_usual_call(self) -> str:
        """`with its usual call, `, where another loader does more than `works_in` says."""
        usual = self.summary.usual
        plain = [cell for cell in self.cells if usual and cell.plain]
        others = ((cell.best(usual), check) for cell in plain for check in cell.checks)
        more = any(check.loads and (not own or check.rank < own.rank) for own, check in others)
        return "with its usual call, " if more else ""

    @property
    def loads_in(self) -> str:
        """The releases that load it, as ranges that speak of tested releases only."""
        ranges = self.summary.ranges
        return in_words(ranges.loads, self._releases) if ranges else self.summary.specifier

    @property
    def runs_in(self) -> str:
        """Those among them where it runs as in the reference."""
        ranges = self.summary.ranges
        return in_words(ranges.runs, self._releases) if ranges else ""

    @property
    def _releases(self) -> list[str]:
        """The releases that were tested with TensorFlow alone."""
        return [cell.tensorflow for cell in self.cells if cell.plain]


def name_in(path: str, called: str = "") -> str:
    """What a model is called: by its list, or by the last part of its path."""
    return on_one_line(called or last_part(path))
