"""The cells of one release: the plain one, and one for each set of companions. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet

from matrix.catalogue.cell import Cell, Companion
from matrix.catalogue.companions import asked_for, packages
from matrix.catalogue.companions import label as label_of
from matrix.catalogue.releases import Release
from matrix.environments.interpreters import Interpreter
from matrix.model.facts import ModelFacts
from matrix.options.options import Options
from matrix.plan.keras_cells import KERAS, KerasCell
from matrix.plan.required_packages import Need, companion_sets, needed, pythons_for, unfit


@dataclass(frozen=True, kw_only=True)
class ChosenCell:
    """A cell, the numbers of the models to test in it, and what they lack there.

    `obstacle` says why the caller's companions cannot come into it.
    """

    cell: Cell
    models: frozenset[int]
    needs: tuple[Need, ...] = ()
    obstacle: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Set:
    """Companions that go into one cell, on one of `pythons`, for some models."""

    companions: tuple[Companion, ...]
    pythons: Collection[str]
    models: frozenset[int]
    obstacle: str | None = None


@dataclass(frozen=True, kw_only=True)
class CellChoice:
    """What decides on the cells: the models, the options, the Pythons of this machine."""

    models: Sequence[ModelFacts]
    options: Options
    pythons: Mapping[str, Interpreter]
    newest: Release
    keras: Sequence[KerasCell] = ()

    def cells(self, release: Release) -> Iterator[ChosenCell]:
        """The cells of a release, the plain one first."""
        sets = list(self._merged(release))
        for python in self._pythons(release):
            plain = self._cell(release, python)
            beside = [one for one in (self._beside(plain, some) for some in sets) if one]
            everyone = frozenset(range(len(self.models)))
            needs = tuple(self._needs(plain, beside))
            yield ChosenCell(cell=plain, models=everyone, needs=needs)
            yield from beside

    def _pythons(self, release: Release) -> Sequence[str]:
        if self.options.pythons:
            return [python for python in self.options.pythons if python in release.pythons]
        return [self._newest_here(release.pythons)]

    def _newest_here(self, pythons: Collection[str]) -> str:
        """The newest that this machine has, or else the newest there is."""
        here = [python for python in pythons if python in self.pythons]
        return (here or list(pythons))[-1]

    def _cell(self, release: Release, python: str) -> Cell:
        return Cell(
            release=release,
            python=python,
            asked_python=bool(self.options.pythons),
            interpreter=self.pythons[python].path if python in self.pythons else None,
        )

    def _beside(self, plain: Cell, some: _Set) -> ChosenCell | None:
        python = plain.python if self.options.pythons else self._newest_here(some.pythons)
        if python not in some.pythons:
            return None
        cell = replace(self._cell(plain.release, python), companions=some.companions)
        return ChosenCell(cell=cell, models=some.models, obstacle=some.obstacle)

    def _merged(self, release: Release) -> Iterator[_Set]:
        """One set for all models that ask for the same companions."""
        found: dict[tuple[str, ...], _Set] = {}
        for one in self._sets(release):
            key = tuple(companion.label for companion in one.companions)
            known = found.get(key, one)
            found[key] = replace(known, models=known.models | one.models)
        yield from found.values()

    def _sets(self, release: Release) -> Iterator[_Set]:
        asked = self.options.pythons
        for number, model in enumerate(self.models):
            for companions, pythons in companion_sets(model, release, self.newest, asked):
                yield _Set(companions=companions, pythons=pythons, models=frozenset({number}))
        if self.options.companions:
            for number, model in enumerate(self.models):
                yield self._asked_for(number, model, release)
        for keras in self.keras:
            if keras.release.version == release.version:
                yield _Set(
                    companions=(keras.companion,), pythons=keras.pythons, models=keras.models
                )

    def _asked_for(self, number: int, model: ModelFacts, release: Release) -> _Set:
        """What `--with` names, together with what the model asks for itself."""
        chosen = {one.name: one for one in self._needed(model, release)}
        named = [asked_for(text, release) for text in self.options.companions]
        chosen |= {one.name: one for one in named}
        known = packages()
        # Whoever names a version knows better than our table.
        plain = [
            known[one.name] for one in named if one.name in known and one.requirement == one.name
        ]
        missing = [(one.name, unfit(one, release, ())) for one in plain]
        fits = [known[n].fit(release) for n, one in chosen.items() if n in known]
        pythons = pythons_for([f for f in fits if f], release, self.options.pythons)
        return _Set(
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

    def _needs(self, plain: Cell, beside: Sequence[ChosenCell]) -> Iterator[Need]:
        asked = (plain.python,) if self.options.pythons else ()
        for number, model in enumerate(self.models):
            wanted = needed(model)
            having = [
                one.cell.id
                for one in beside
                if number in one.models and all(one.cell.has(name) for name in wanted)
            ]
            for name, because in wanted.items():
                package = packages()[name]
                fit, reason = package.fit(plain.release), unfit(package, plain.release, asked)
                yield Need(
                    model=number,
                    package=name,
                    module=package.module,
                    because=because,
                    requirement=package.requirement(fit) if fit and not reason else None,
                    cell=having[0] if having else None,
                    reason=reason,
                )


def only(identity: str, options: Options) -> Options:
    """The options that plan the one cell of an id, as far as the id says what is in it."""
    version, *labels = identity.split("+")
    pythons = [label.removeprefix("py") for label in labels if re.fullmatch(r"py3\.\d+", label)]
    keras = [label.removeprefix(KERAS) for label in labels if re.fullmatch(r"keras\d.*", label)]
    known = {label_of(name): name for name in packages()}
    named = [known[label] for label in labels if label in known]
    always = {name for name in named if packages()[name].formats}
    return replace(
        options,
        tensorflow=SpecifierSet(f"=={version}"),
        pythons=tuple(pythons),
        companions=(*options.companions, *(name for name in named if name not in always)),
        keras=SpecifierSet(f"=={keras[0]}") if keras else options.keras,
    )
