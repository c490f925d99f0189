"""Diagnoses a check, using all facts about model, path and cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matrix.model.facts import Format, ModelFacts
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.options.custom_objects import CustomObjects
from matrix.plan.loaders import LOADERS
from matrix.plan.required_packages import MissingPackage
from matrix.plan.snippet import ShownModel
from matrix.results import verdicts
from matrix.results.result import CellResult, CheckResult, ModelResult
from matrix.run.probe_output.records import ErrorRecord
from reports.build.made_inputs import is_ours
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.missing_package import with_needs
from reports.build.remedies.settled_advice import settled
from reports.build.remedies.verified_remedies import only_a_test, tried
from reports.diagnosis.advising.advice import as_reported
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.match import short
from reports.diagnosis.symptom import Link, PathFacts, Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

# Only these tell more by where they were raised than by what they say.
_TOLD_BY_FRAMES = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError"})
_MOST_VERIFIED = 4
# Formats that error reports call otherwise.
_FORMATS = {Format.GRAPH_DEF: "frozen_graph"}
# Where and when the C++ side logs: it differs from cell to cell.
_BEFORE_WORDS = re.compile(r"^.*? [FE] \S*?(?=[\w.]+:\d+\])")


@dataclass(frozen=True, kw_only=True)
class Diagnoser:
    """Diagnoses of the checks of one model. Equal symptoms are diagnosed once."""

    model: ModelFacts
    result: ModelResult
    of_model: Symptom
    shown: ShownModel
    given: CustomObjects | None = None
    diagnoses: dict[tuple[object, ...], Diagnosis] = field(default_factory=dict)

    def diagnose_check(self, cell: CellResult, check: CheckResult) -> Diagnosis | None:
        """The diagnosis of a check as reports have it, `None` where nothing went wrong."""
        diagnosis = self.with_effects(cell, check)
        return as_reported(diagnosis) if diagnosis else None

    def with_effects(self, cell: CellResult, check: CheckResult) -> Diagnosis | None:
        """The same, with advice that still knows what it is about."""
        symptom = self._symptom(cell, check)
        if symptom is None or is_ours(self.result, check):
            return None
        needs = self._lacking(cell)
        key = (symptom, needs)
        if key not in self.diagnoses:
            diagnosis = self._believed(with_needs(diagnose(symptom), needs))
            self.diagnoses[key] = _with_last_words(diagnosis, check.verdict)
        diagnosis = self.diagnoses[key]
        if check.stage == "run" or _says_no(check.verdict):
            remedies = self._remedies(diagnosis, cell, check)
            diagnosis = replace(diagnosis, remedies=remedies)
        return diagnosis

    def _remedies(
        self, diagnosis: Diagnosis, cell: CellResult, check: CheckResult
    ) -> tuple[Remedy, ...]:
        """What helped in this run, each way once, before advice that nobody tried, and tests."""
        failed = self.failed(cell, check)
        kept = filter(None, (settled(remedy, failed) for remedy in diagnosis.remedies))
        remedies = list(_each_once((*tried(failed), *kept)))
        verified = [one for one in remedies if one.verified]
        advice = [one for one in remedies if not one.verified]
        return (*verified[:_MOST_VERIFIED], *advice, *only_a_test(failed))

    def failed(self, cell: CellResult, check: CheckResult) -> FailedCheck:
        """A check of the model, with the run that it failed in."""
        return FailedCheck(
            model=self.shown, result=self.result, cell=cell, check=check, given=self.given
        )

    def _believed(self, diagnosis: Diagnosis) -> Diagnosis:
        """Bytes that other releases read, and that no checksum speaks against, are not damaged."""
        if diagnosis.cause is not Cause.CORRUPT_OR_TRUNCATED or self.of_model.at.damage:
            return diagnosis
        if not any(check.verdict.is_load for cell in self.result.cells for check in cell.checks):
            return diagnosis
        text = "The error says that the file is damaged, but other cells of this run load it."
        return replace(diagnosis, cause=Cause.UNCLASSIFIED, explanation=text, remedies=())

    def _lacking(self, cell: CellResult) -> tuple[MissingPackage, ...]:
        """What the model asks for and this cell has not: its plain cell has noted it."""
        place = (cell.cell.release.version, cell.cell.python)
        plain = [other for other in self.result.cells if other.cell.plain and other.needs]
        same = [
            other for other in plain if (other.cell.release.version, other.cell.python) == place
        ]
        same += [other for other in plain if other.cell.release.version == place[0]]
        noted = same[0].needs if same else ()
        return tuple(need for need in noted if not cell.cell.has(need.package))

    def _symptom(self, cell: CellResult, check: CheckResult) -> Symptom | None:
        failure = _failure(check.verdict)
        if failure is None:
            return None
        return replace(
            self.of_model,
            **failure,
            stage=check.stage,
            loader=check.loader,
            variant=str(check.variant),
            tf_loaded=str(cell.cell.release.version),
            keras_loaded=cell.keras,
            ruled_out=LOADERS[check.loader].obstacle(self.model, cell.cell) is not None,
            at=self._path_of(check),
        )

    def _path_of(self, check: CheckResult) -> PathFacts:
        """Damage that did not keep this loader from loading elsewhere is not why it fails here.

        In the same variant: without the optimizer, what is damaged there is not read.
        """
        others = (other for cell in self.result.cells for other in cell.checks)
        same = (
            other
            for other in others
            if (other.loader, other.variant) == (check.loader, check.variant)
        )
        if any(other.verdict.is_load for other in same):
            return replace(self.of_model.at, damage=())
        damage = (finding for finding in self.of_model.at.damage if finding.concerns(check.loader))
        return replace(self.of_model.at, damage=tuple(damage))


def make_diagnoser(
    model: ModelFacts,
    findings: Sequence[Finding],
    place: Place,
    result: ModelResult,
    given: CustomObjects | None = None,
) -> Diagnoser:
    """What diagnoses the checks of a model; `given` are the caller's own custom objects."""
    named = given.name if given else ""
    of_model = replace(symptom_of_model(model, findings, place), given=named)
    shown = ShownModel.of(model.to_dict())
    return Diagnoser(model=model, result=result, of_model=of_model, shown=shown, given=given)


def symptom_of_model(model: ModelFacts, findings: Sequence[Finding], place: Place) -> Symptom:
    """What a symptom has of a model, whatever fails; `place` is what lay at its path then."""
    damage = tuple(finding for finding in findings if finding.damaged)
    return Symptom(
        format=_FORMATS.get(model.format, model.format.value),
        path=str(model.load_path),
        tf_saved=model.tensorflow or "",
        keras_saved=model.keras or "",
        at=PathFacts(**place.__dict__, damage=damage),
        custom_objects=_custom(model),
        lambdas=model.lambdas,
        ops=model.ops,
        in_cell=True,
    )


def _each_once(remedies: Iterable[Remedy]) -> Iterable[Remedy]:
    """Two ways that load with the same code are one, and the first says it best."""
    once: dict[str, Remedy] = {}
    for one in remedies:
        once.setdefault(one.snippet if one.verified else one.text, one)
    return once.values()


def _says_no(verdict: verdicts.Verdict) -> bool:
    """Whether this release could not load the model."""
    return verdict.is_answer and verdict.answer is False


def _failure(verdict: verdicts.Verdict) -> dict[str, Any] | None:
    """The fields of a symptom that the verdict decides; `None` where there is no failure."""
    evidence = verdict.evidence
    if not verdict.has_cause:
        return None
    if evidence.error is not None:
        harmless = verdict.loads and evidence.error.type in ("", verdicts.NOTHING_TO_CALL)
        return None if harmless else _raised(evidence.error)
    if evidence.exit is not None:
        # A log is full of warnings that have nothing to do with its end.
        said = [evidence.exit.detail, evidence.exit.last_words]
        return {"ending": verdict.word, "message": "\n".join(filter(None, said))}
    if verdict.reason_in_full:
        return {"ending": verdict.word, "message": evidence.reason}
    return None


def _raised(error: ErrorRecord) -> dict[str, Any]:
    frames = error.type.rpartition(".")[2] in _TOLD_BY_FRAMES
    return {
        "kind": error.type,
        "message": error.message,
        "chain": tuple(Link(kind=link.type, message=link.message) for link in error.chain),
        "traceback": error.traceback if frames else "",
    }


def _custom(model: ModelFacts) -> tuple[str, ...]:
    """The names of custom objects, as registered and bare: errors use either."""
    names: Collection[str] = model.custom_objects
    bare = [name.rpartition(">")[2].rpartition(".")[2] for name in names]
    return tuple(dict.fromkeys([*names, *bare]))


def _with_last_words(diagnosis: Diagnosis, verdict: verdicts.Verdict) -> Diagnosis:
    """What a process wrote before it died is all there is on why."""
    if diagnosis.cause is not Cause.TIMEOUT_OR_CRASH or not isinstance(verdict, verdicts.Crashed):
        return diagnosis
    said = _BEFORE_WORDS.sub("", verdict.exit.last_words)
    if not said or said.startswith("Fatal Python error"):
        return diagnosis
    return replace(
        diagnosis, explanation=f"{diagnosis.explanation} Its last output: {short(said, 200)}"
    )
