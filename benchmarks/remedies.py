"""Does advice do what it says? That of checks chosen by lot is tried in the cells it names.

Verified remedies run again from their snippets. Advice that the run did not test is tried in
releases that it names and this machine has, beyond those of the run. A direction error is advice
that sends its reader to releases which all fail, while others load the model.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.replay import complaint_of
from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import asked_for, packages
from matrix.catalogue.releases import Release, catalogue
from matrix.environments.environments import Environments
from matrix.environments.programs.interpreters import installed
from matrix.errors import LoadmatrixError, UsageError
from matrix.model.facts import ModelFacts
from matrix.plan.plan_json import plan_from
from matrix.plan.snippet import ShownCell
from matrix.run.store import Store
from reports.build.diagnose_check import Diagnoser, make_diagnoser
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.settled_advice import variant_of
from reports.build.remedies.snippets import snippet
from reports.diagnosis.advising.advice import Advice
from reports.jobs.conclusion import concluded
from reports.report.cause import Remedy
from reports.report.internal_errors import unguarded

_CHECKS = 60
_MOST_RELEASES = 3
_ENOUGH = 0.95


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One snippet to run for a remedy in one cell."""

    model: ModelFacts
    cell: Cell
    code: str

    @property
    def key(self) -> tuple[Path, str, str]:
        """What is tried once, however many remedies say it."""
        return self.model.path, self.cell.id, self.code


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one remedy: complaints by cell, `None` for cells where it loaded."""

    remedy: Remedy
    failed: FailedCheck
    by_cell: dict[str, str | None]

    @property
    def holds(self) -> bool:
        """A verified remedy holds in every cell that it names, other advice in one of them."""
        loads = [complaint is None for complaint in self.by_cell.values()]
        return all(loads) if self.remedy.verified else any(loads)

    @property
    def wrong_direction(self) -> bool:
        """Whether it sends its reader away from the releases that load the model."""
        advice = self.remedy
        if self.holds or not isinstance(advice, Advice) or advice.releases is None:
            return False
        return any(
            self.failed.helps(check)
            for cell in self.failed.result.cells
            for check in cell.checks
            if cell.cell.release.version not in advice.releases
            and check.loader == self.failed.check.loader
        )


def remedies(arguments: Sequence[str], folder: Path) -> int:
    """`nox -s remedies -- OUTPUT... [--seed N] [--checks N]`: 0 where 95 % of the advice holds.

    Raises:
        UsageError: no output folder of a run was named.
    """
    parser = argparse.ArgumentParser(prog="nox -s remedies --")
    parser.add_argument("output", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checks", type=int, default=_CHECKS)
    options = parser.parse_args(list(arguments))
    if not options.output:
        raise UsageError("Name the output folder of a run: nox -s remedies -- ./compatibility")
    failing = [one for name in options.output for one in _failing(Path(folder, name))]
    count = min(options.checks, len(failing))
    chosen = random.Random(options.seed).sample(failing, count)
    print(f"{count} of {len(failing)} failing checks, chosen with seed {options.seed}")
    return _measured(chosen)


def _measured(chosen: Sequence[tuple[FailedCheck, ModelFacts, Sequence[Remedy]]]) -> int:
    answers, untried, known = [], Counter[str](), dict[tuple[Path, str, str], str | None]()
    for failed, model, offered in chosen:
        for remedy in offered:
            trials = list(_trials(remedy, failed, model))
            if not trials:
                untried[remedy.text] += 1
                continue
            for trial in trials:
                if trial.key not in known:
                    known[trial.key] = _complaint(trial)
            by_cell = {trial.cell.id: known[trial.key] for trial in trials}
            answers.append(Answer(remedy=remedy, failed=failed, by_cell=by_cell))
            _tell(answers[-1], model)
    return _summed_up(answers, untried, len(known))


def _failing(output: Path) -> Iterator[tuple[FailedCheck, ModelFacts, Sequence[Remedy]]]:
    """Every check of a run that did not load its model, with its remedies."""
    store = Store(folder=output / "results")
    plan = plan_from(store.plan(), catalogue())
    outcomes = {planned.cell.id: store.read(planned.cell.id) for planned in plan.cells}
    for result in concluded(plan, store, outcomes, unguarded):
        model = plan.models[result.number]
        findings, place = plan.findings_of(result.number), plan.place_of(result.number)
        diagnoser = make_diagnoser(model, findings, place, result)
        yield from _of_model(diagnoser)


def _of_model(
    diagnoser: Diagnoser,
) -> Iterator[tuple[FailedCheck, ModelFacts, Sequence[Remedy]]]:
    for cell in diagnoser.result.cells:
        for check in cell.checks:
            if check.verdict.is_answer and check.verdict.answer is False:
                found = diagnoser.with_effects(cell, check)
                failed = diagnoser.failed(cell, check)
                yield failed, diagnoser.model, found.remedies if found else ()


def _trials(remedy: Remedy, failed: FailedCheck, model: ModelFacts) -> Iterator[Trial]:
    """A remedy in the cells that it names; in none where nothing here can try it."""
    here = {cell.cell.id: cell.cell for cell in failed.result.cells}
    if remedy.verified:
        for name in dict.fromkeys((remedy.cells[0], remedy.cells[-1])):
            yield Trial(model=model, cell=here[name], code=remedy.snippet)
    elif isinstance(remedy, Advice) and (remedy.releases or remedy.loader):
        named = [cell for cell in _named(remedy, failed) if _ready(cell)]
        step = max(1, (len(named) - 1) // (_MOST_RELEASES - 1))
        for cell in named[::step]:
            yield Trial(model=model, cell=cell, code=_code(remedy, failed, cell))


def _named(advice: Advice, failed: FailedCheck) -> Iterator[Cell]:
    """The cells that an advice names, in the run or not."""
    for release in catalogue():
        if advice.releases is None and release.version != failed.cell.cell.release.version:
            continue
        if advice.releases is None or release.version in advice.releases:
            yield _cell(release, advice.requirement)


def _cell(release: Release, requirement: str) -> Cell:
    pythons = [python for python in release.pythons if python in installed()]
    plain = Cell(release=release, python=(pythons or list(release.pythons))[-1])
    if requirement not in packages():
        return plain
    return replace(plain, companions=(asked_for(requirement, release),))


def _ready(cell: Cell) -> bool:
    return Environments(folder=cache_folder()).finished(cell)


def _code(advice: Advice, failed: FailedCheck, cell: Cell) -> str:
    loader = advice.loader or failed.check.loader
    shown = ShownCell(
        tensorflow=str(cell.release.version), imports=cell.imports, handover=cell.handover
    )
    return snippet(loader, variant_of(advice, failed, loader), failed.model, shown)


def _complaint(trial: Trial) -> str | None:
    try:
        with Environments(folder=cache_folder()).ready(trial.cell) as python:
            return complaint_of(python, trial.model, trial.code)
    except LoadmatrixError as error:
        return str(error)


def _tell(answer: Answer, model: ModelFacts) -> None:
    """Only what did not hold is of interest."""
    if answer.holds:
        return
    failed, remedy = answer.failed, answer.remedy
    word = "wrong direction" if answer.wrong_direction else "does not hold"
    print(f"{word}: {model.path.name}, {failed.check.loader} in {failed.cell.cell.id}")
    print(f"    {remedy.text}")
    for cell, complaint in answer.by_cell.items():
        print(f"    {cell}: {complaint or 'loads'}")


def _summed_up(answers: Sequence[Answer], untried: Counter[str], runs: int) -> int:
    good = sum(answer.holds for answer in answers)
    wrong = sum(answer.wrong_direction for answer in answers)
    share = good / len(answers) if answers else 1.0
    print(f"{good} of {len(answers)} remedies do what they say ({share:.1%}), in {runs} runs")
    print(f"direction errors: {wrong}")
    print(f"{untried.total()} remedies cannot be tried here:")
    for text, number in untried.most_common():
        print(f"    {number} x {text}")
    return 0 if share >= _ENOUGH and not wrong else 1
