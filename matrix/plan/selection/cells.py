"""The cells of one release: the plain one, and those of companions and axes. Pure."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.specifiers import SpecifierSet

from matrix.catalogue.cell import Cell, Companion
from matrix.catalogue.cell_id import CellId
from matrix.catalogue.companions import asked_for, packages
from matrix.catalogue.companions import label as label_of
from matrix.catalogue.releases import Release
from matrix.catalogue.runtime import PYTHON, Runtime
from matrix.model.facts import ModelFacts
from matrix.options.options import Options
from matrix.plan.axis import AxisCell
from matrix.plan.required_packages import (
    Asker,
    MissingPackage,
    companion_sets,
    needed,
    pythons_for,
    unfit,
)


@dataclass(frozen=True, kw_only=True)
class CandidateCell:
    """A cell, the numbers of the models to test in it, and what they lack there.

    `obstacle` says why the caller's companions cannot come into it.
    """

    cell: Cell
    models: frozenset[int]
    needs: tuple[MissingPackage, ...] = ()
    obstacle: str | None = None


@dataclass(frozen=True, kw_only=True)
class CompanionSet:
    """Companions that go into one cell, on one of `pythons`, for some models.

    With what an axis gives that cell besides (`axis.py`).
    """

    companions: tuple[Companion, ...]
    pythons: Collection[str]
    models: frozenset[int]
    label: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    runtime: Runtime = PYTHON
    obstacle: str | None = None

    @classmethod
    def of(cls, cell: AxisCell) -> CompanionSet:
        """What an axis puts into one cell."""
        return cls(
            companions=cell.companions,
            pythons=cell.pythons,
            models=cell.models,
            label=cell.label,
            variables=cell.variables,
            runtime=cell.runtime,
        )


@dataclass(frozen=True, kw_only=True)
class CellChoice:
    """What decides on the cells: the models, the options, the Pythons of this machine."""

    models: Sequence[ModelFacts]
    options: Options
    pythons: Collection[str]
    newest: Release
    axes: Sequence[AxisCell] = ()

    def cells(self, release: Release, models: frozenset[int]) -> Iterator[CandidateCell]:
        """The cells of a release for the numbers of some models, the plain one first."""
        sets = list(self._merged(release, models))
        for python in self._pythons(release):
            plain = self._cell(release, python)
            others = [cell for cell in (self._other(plain, some) for some in sets) if cell]
            needs = tuple(self._needs(plain, others, models))
            yield CandidateCell(cell=plain, models=models, needs=needs)
            yield from others

    @functools.cached_property
    def _wanted(self) -> Sequence[Mapping[str, Asker]]:
        """What each model asks for: every release is asked about it."""
        return tuple(map(needed, self.models))

    def _pythons(self, release: Release) -> Sequence[str]:
        if self.options.pythons:
            return [python for python in self.options.pythons if python in release.pythons]
        return [self._newest_here(release.pythons)]

    def _newest_here(self, pythons: Collection[str]) -> str:
        """The newest that this machine has, or else the newest there is."""
        installed = [python for python in pythons if python in self.pythons]
        return (installed or list(pythons))[-1]

    def _cell(self, release: Release, python: str) -> Cell:
        return Cell(release=release, python=python, asked_python=bool(self.options.pythons))

    def _other(self, plain: Cell, some: CompanionSet) -> CandidateCell | None:
        python = plain.python if self.options.pythons else self._newest_here(some.pythons)
        if python not in some.pythons:
            return None
        cell = replace(
            self._cell(plain.release, python),
            companions=some.companions,
            label=some.label,
            variables=some.variables,
            runtime=some.runtime,
        )
        return CandidateCell(cell=cell, models=some.models, obstacle=some.obstacle)

    def _merged(self, release: Release, models: frozenset[int]) -> Iterator[CompanionSet]:
        """One set for all models that ask for the same cell."""
        merged: dict[tuple[str, ...], CompanionSet] = {}
        for some in self._sets(release, models):
            key = (*(companion.label for companion in some.companions), some.label)
            first = merged.get(key, some)
            merged[key] = replace(first, models=first.models | some.models)
        yield from merged.values()

    def _sets(self, release: Release, models: frozenset[int]) -> Iterator[CompanionSet]:
        asked = self.options.pythons
        tested = [(number, self.models[number]) for number in sorted(models)]
        for number, model in tested:
            wanted = self._wanted[number]
            for companions, pythons in companion_sets(model, wanted, release, self.newest, asked):
                yield CompanionSet(
                    companions=companions, pythons=pythons, models=frozenset({number})
                )
        if self.options.companions:
            for number, model in tested:
                yield self._asked_for(number, model, release)
        for cell in self.axes:
            if cell.release.version == release.version:
                yield CompanionSet.of(cell)

    def _asked_for(self, number: int, model: ModelFacts, release: Release) -> CompanionSet:
        """What `--with` names, together with what the model asks for itself."""
        chosen = {companion.name: companion for companion in self._needed(model, release)}
        named = [asked_for(text, release) for text in self.options.companions]
        chosen |= {companion.name: companion for companion in named}
        table = packages()
        # Whoever names a version knows better than our table.
        plain = [
            table[companion.name]
            for companion in named
            if companion.name in table and companion.requirement == companion.name
        ]
        missing = [(package.name, unfit(package, release, ())) for package in plain]
        fits = [table[name].fit(release) for name in chosen if name in table]
        pythons = pythons_for([f for f in fits if f], release, self.options.pythons)
        return CompanionSet(
            companions=tuple(chosen[name] for name in sorted(chosen)),
            pythons=pythons or release.pythons,
            models=frozenset({number}),
            obstacle=next((f"{name}: {why}." for name, why in missing if why), None),
        )

    def _needed(self, model: ModelFacts, release: Release) -> Iterator[Companion]:
        for name in needed(model):
            package = packages()[name]
            if (fit := package.fit(release)) and not fit.fails:
                yield package.beside(fit, release)

    def _needs(
        self, plain: Cell, others: Sequence[CandidateCell], models: frozenset[int]
    ) -> Iterator[MissingPackage]:
        asked = (plain.python,) if self.options.pythons else ()
        for number in sorted(models):
            wanted = self._wanted[number]
            having = [
                other.cell.id
                for other in others
                if number in other.models and all(other.cell.has(name) for name in wanted)
            ]
            for name, asker in wanted.items():
                package = packages()[name]
                fit, reason = package.fit(plain.release), unfit(package, plain.release, asked)
                yield MissingPackage(
                    model=number,
                    package=name,
                    module=package.module,
                    because=str(asker),
                    asked_by=asker.name,
                    requirement=package.requirement(fit) if fit and not reason else None,
                    cell=having[0] if having else None,
                    reason=reason,
                )


def options_of_cell(identity: str, options: Options) -> Options:
    """The options that plan the one cell of an id, as far as the id says what is in it."""
    cell = CellId.parse(identity)
    names = {label_of(name): name for name in packages()}
    named = [names[label] for label in cell.labels if label in names]
    always = {name for name in named if packages()[name].formats}
    return replace(
        options,
        tensorflow=SpecifierSet(f"=={cell.version}"),
        pythons=(cell.python,) if cell.python else (),
        companions=(*options.companions, *(name for name in named if name not in always)),
        keras=SpecifierSet(f"=={cell.keras}") if cell.keras else None,
        only=None,
        written={},
    )
