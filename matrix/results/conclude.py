"""From a plan and its outcomes to typed results: the plan left-joined with what became of it.

Nothing planned vanishes: what has no outcome is `not-run`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell import KERAS_3_FROM, Cell
from matrix.catalogue.companions import TF_KERAS
from matrix.plan.check import Check, made_superfluous
from matrix.plan.keras_cells import KERAS
from matrix.plan.loaders import not_applicable
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.required_packages import Need
from matrix.plan.writers import writer_of
from matrix.results import verdicts
from matrix.results.agreeing_groups import Grouping
from matrix.results.check_comparison import Holding, ReadStored
from matrix.results.output_facts import OutputFacts
from matrix.results.reference import References, nothing_stored, unheld
from matrix.results.verdicts import Verdict, rank
from matrix.run.probe_events import CheckRecord, Ending
from matrix.run.probe_process import Verification
from matrix.run.store import Outcome
from matrix.versions import version_of


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check concluded. `seconds` is wall time, `peak_mb` the most resident memory.

    `stored` is the file with its large outputs, in the folder of the cell.
    """

    loader: str
    variant: str | None
    verdict: Verdict
    stage: str = "import"
    seconds: float = 0.0
    peak_mb: int | None = None
    calls: tuple[Mapping[str, Any], ...] = ()
    repeated: bool = False
    stored: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """A script that was tried because `loader` did not load the model."""

    loader: str
    name: str
    script: str
    loaded: bool


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """One model in one cell; `environment` is what the probe saw there, if it saw anything.

    `needs` are the companions that the model asks for and that a plain cell lacks.
    """

    cell: Cell
    verdict: Verdict
    checks: tuple[CheckResult, ...]
    environment: Mapping[str, Any]
    import_cpu_seconds: float = 0.0
    needs: tuple[Need, ...] = ()
    attempts: tuple[Attempted, ...] = ()

    @property
    def keras(self) -> str:
        """The version of `tf.keras` in this cell."""
        package = KERAS
        if self.cell.release.minor >= KERAS_3_FROM and not self.cell.keras_3:
            package = TF_KERAS
        found = self._installed(package) if self.cell.release.minor >= (2, 6) else None
        return found or self.cell.release.keras

    @property
    def keras_version(self) -> Version | None:
        """The same as a version: TensorFlow 2.2 calls its Keras `2.3.0-tf`."""
        return version_of(self.keras)

    def keras_of(self, loader: str) -> Version | None:
        """The version of the Keras that a loader uses here."""
        return version_of(self._installed(TF_KERAS)) if loader == "tf_keras" else self.keras_version

    def _installed(self, package: str) -> str | None:
        """The version of a package, as seen or else as asked for."""
        seen = (self.environment.get("packages") or {}).get(package)
        asked = [one for one in self.cell.companions if one.name == package]
        return str(seen) if seen else asked[0].requirement.partition("==")[2] if asked else None

    def best(self, loader: str) -> CheckResult | None:
        """The best variant of a loader, `None` where it was not planned here."""
        mine = [check for check in self.checks if check.loader == loader]
        return min(mine, key=lambda check: rank(check.verdict), default=None)


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """One model in all its cells, in the order of the plan.

    `unheld` are the cells where it ran and the caller's expectations could be held against nothing,
    `groups` those that answer differently while nothing tells which is right.
    """

    number: int
    cells: tuple[CellResult, ...]
    unheld: tuple[str, ...] = ()
    groups: tuple[Grouping, ...] = ()


def conclude(
    plan: Plan,
    outcomes: Mapping[str, Outcome | None],
    read: ReadStored = nothing_stored,
    expected: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[ModelResult, ...]:
    """The results of every model in every planned cell.

    `read` gives the large outputs that cells stored, `expected` the arrays that the caller expects
    of each model.
    """
    return tuple(
        conclude_model(plan, number, outcomes, read, (expected or {}).get(number, {}))
        for number in range(len(plan.models))
    )


def conclude_model(
    plan: Plan,
    number: int,
    outcomes: Mapping[str, Outcome | None],
    read: ReadStored = nothing_stored,
    expected: Mapping[str, Any] | None = None,
) -> ModelResult:
    """The results of one model in every cell that concerns it, compared with each other."""
    cells = _cells(plan, number, outcomes)
    writer = writer_of(plan.models[number])
    about = OutputFacts.of(plan.models[number], made=plan.numerics.inputs is None)
    holding = Holding(numerics=plan.numerics, read=read, expected=expected or {}, about=about)
    references = References(
        holding=holding,
        nearest=plan.nearest[number],
        keras=None if writer.tensorflow else writer.keras,
        runs_from=version_of(plan.models[number].runs_from),
    )
    held = references.held(cells)
    concluded = tuple(
        replace(one, checks=checks, verdict=_best(checks))
        for one, checks in zip(cells, held.checks, strict=True)
    )
    lost = tuple(unheld(concluded)) if expected else ()
    return ModelResult(number=number, cells=concluded, unheld=lost, groups=held.groups)


def conclude_uncompared(
    plan: Plan, number: int, outcomes: Mapping[str, Outcome | None]
) -> ModelResult:
    """The same without a word on whether outputs agree."""
    return ModelResult(number=number, cells=tuple(_cells(plan, number, outcomes)))


def _cells(plan: Plan, number: int, outcomes: Mapping[str, Outcome | None]) -> Sequence[CellResult]:
    return [
        _cell(planned, number, plan, outcomes.get(planned.cell.id))
        for planned in plan.cells
        if planned.concerns(number)
    ]


def _cell(planned: PlannedCell, number: int, plan: Plan, outcome: Outcome | None) -> CellResult:
    mine = [check for check in planned.checks if check.model == number]
    checks = list(_checks([one for one in mine if not one.remedies], planned, outcome))
    for loader, reason in not_applicable(plan.models[number], planned.cell).items():
        absent = verdicts.NotApplicable(reason=reason)
        checks.append(CheckResult(loader=loader, variant=None, verdict=absent))
    seen = outcome.verification if outcome else None
    return CellResult(
        cell=planned.cell,
        verdict=_best(checks),
        checks=tuple(checks),
        environment=seen.probe.environment if seen else {},
        import_cpu_seconds=seen.probe.cpu_seconds if seen else 0.0,
        needs=tuple(need for need in planned.needs if need.model == number),
        attempts=tuple(_attempted(mine, seen)),
    )


def _attempted(checks: Sequence[Check], seen: Verification | None) -> Iterator[Attempted]:
    records = seen.checks if seen else {}
    for check in checks:
        if check.remedies and (record := records.get(check.id)):
            yield Attempted(
                loader=check.remedies,
                name=str(check.variant).removeprefix(f"{check.remedies}: "),
                script=check.options["script"],
                loaded=record.loaded and record.ending is None,
            )


def _best(checks: Sequence[CheckResult]) -> Verdict:
    """The verdict of a cell. A loader that cannot exist there has no say in it."""
    found = [check.verdict for check in checks]
    able = [verdict for verdict in found if not isinstance(verdict, verdicts.NotApplicable)]
    nothing = verdicts.NotApplicable(reason="no loader reads this format")
    return min(able or found, key=rank, default=nothing)


def _checks(
    checks: Sequence[Check], planned: PlannedCell, outcome: Outcome | None
) -> Iterator[CheckResult]:
    whole = _verdict_of_cell(planned, outcome, checks)
    records = outcome.verification.checks if outcome and outcome.verification else {}
    by_id = {check.id: check for check in checks}
    loaded = {name for name, record in records.items() if record.loaded}
    for check in checks:
        record = records.get(check.id)
        if whole is not None:
            yield CheckResult(loader=check.loader, variant=check.variant, verdict=whole)
        elif record is not None:
            yield CheckResult(
                loader=check.loader,
                variant=check.variant,
                verdict=_verdict(record, planned.cell),
                stage=record.stage,
                seconds=record.seconds,
                peak_mb=record.peak_mb,
                calls=record.calls or (),
                repeated=record.repeated,
                stored=record.stored,
            )
        elif not made_superfluous(check, by_id, loaded):
            missed = verdicts.NotRun(reason="the probe ended before this check")
            yield CheckResult(loader=check.loader, variant=check.variant, verdict=missed)


def _verdict_of_cell(
    planned: PlannedCell, outcome: Outcome | None, checks: Sequence[Check]
) -> Verdict | None:
    """What holds for all checks of a cell because they never began; `None` where they did."""
    if planned.unavailable:
        return verdicts.Unavailable(reason=planned.unavailable)
    if outcome is None:
        return verdicts.NotRun()
    if outcome.unavailable or outcome.verification is None:
        return verdicts.Unavailable(reason=outcome.unavailable or "there is no record of it")
    if any(check.model in outcome.changed for check in checks):
        return verdicts.NotRun(reason="the model was changed or removed during the test")
    if not outcome.verification.probe.imported:
        return verdicts.Broken(reason=_broken(outcome.verification))
    return None


def _broken(seen: Verification) -> str:
    if (error := seen.probe.error) and not error.get("type"):
        return str(error.get("message"))
    if error:
        return f"import tensorflow raises {error.get('type')}: {error.get('message')}"
    if ending := seen.probe.ending:
        return f"import tensorflow {ending.verdict} ({ending.detail}): {ending.log}"
    return "import tensorflow ended without a message"


def _verdict(record: CheckRecord, cell: Cell) -> Verdict:
    if record.stage == "import":
        # The companions that the model asks for do not work here: that is no answer about it.
        return verdicts.Broken(reason=_unimportable(record, cell))
    if record.ending and record.ending.verdict == "blocked":
        what = f"it wrote {record.ending.detail} to its results folder"
        return verdicts.Blocked(reason=f"{what}, and was stopped")
    if record.ending:
        return _died(record.ending, loaded=record.loaded)
    if not record.loaded:
        return verdicts.Fails(error=record.error or {})
    if any("outputs" in call for call in record.calls or ()):
        return verdicts.Runs()
    errors = [call["error"] for call in record.calls or () if call.get("error")]
    return verdicts.Loads(error=record.error or (errors[0] if errors else {}))


def _unimportable(record: CheckRecord, cell: Cell) -> str:
    modules = " and ".join(name.rstrip("?") for name in cell.imports)
    if record.ending:
        return f"importing {modules} {record.ending.verdict} ({record.ending.detail})"
    error = record.error or {}
    if error.get("type") == "HandoverError":
        return str(error.get("message"))
    return f"import {modules} raises {error.get('type')}: {error.get('message')}"


def _died(ending: Ending, *, loaded: bool) -> Verdict:
    kinds: Mapping[str, type[verdicts.TimedOut | verdicts.OutOfMemory]] = {
        "timed-out": verdicts.TimedOut,
        "out-of-memory": verdicts.OutOfMemory,
    }
    kind = kinds.get(ending.verdict, verdicts.Crashed)
    return kind(detail=ending.detail, log=ending.log, loaded=loaded)
