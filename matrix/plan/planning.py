"""Plans the models of a call on this machine: inspects each, then plans all together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue, host_platform
from matrix.environments.host import host
from matrix.environments.programs.interpreters import installed
from matrix.errors import LoadmatrixError, UsageError
from matrix.isolation.self_test import holds
from matrix.model.facts import ModelFacts
from matrix.model.inspection import Inspection
from matrix.options.options import Options
from matrix.plan.axes import asked_by_files
from matrix.plan.make_plan import make_plan, reads_none
from matrix.plan.plan import Plan
from matrix.plan.selection.possible import check_cells, check_possible
from matrix.plan.untested import Untested, inspect_each, none_left, surprise


def planned(options: Options) -> Plan:
    """The plan for the models of a call, without those that cannot be tested.

    Raises:
        LoadmatrixError: none of them can be tested, or the selection leaves nothing to test.
    """
    plan = planned_of_some(options)
    if not plan.models:
        raise none_left(plan.untested)
    check_cells(plan, options)
    if signature := plan.numerics.signature:
        # Here, because the sessions of cells have no use for numpy.
        from matrix.inputs.user_file import check_signature

        check_signature(plan.models, signature)
    return plan


def planned_of_some(options: Options, deadly: Collection[int] = ()) -> Plan:
    """The same for models that are not all of a call: perhaps none of them can be tested.

    Nor need they have the signature that the caller names, as long as others have it. `deadly` are
    the numbers of those that are not to be read, because that has killed a process.

    Raises:
        LoadmatrixError: the selection leaves nothing to test.
    """
    # Before thousands of models are read.
    check_possible(options, [release.on(host_platform()) for release in catalogue()])
    seen, untested = inspect_each(options, deadly)
    seen, unfit = _fitting(seen, options)
    untested = (*untested, *unfit)
    try:
        plan = _plan(seen, options)
    except LoadmatrixError:
        raise
    except Exception:  # noqa: BLE001 - whatever is in a file, the others are tested
        odd = list(_odd(seen, options))
        untested, seen = (*untested, *odd), _without(seen, odd)
        plan = _plan(seen, options)
    if options.loaders and (idle := list(_idle(plan, seen, options))):
        untested, seen = (*untested, *idle), _without(seen, idle)
        plan = _plan(seen, options)
    plan = _only(plan, options.only)
    return replace(plan, untested=tuple(sorted(untested, key=lambda model: model.place)))


def _only(plan: Plan, releases: SpecifierSet | None) -> Plan:
    """The same plan, which is run in the cells of these releases alone.

    All cells stay planned, so that runs of other releases of the same plan can be merged with it.
    """
    if releases is None:
        return plan
    asked = {
        planned.cell.id
        for planned in plan.cells
        if releases.contains(planned.cell.release.version, prereleases=True)
    }
    return replace(plan, run_order=tuple(cell for cell in plan.run_order if cell in asked))


def _without(
    inspections: Mapping[int, Inspection], untested: Sequence[Untested]
) -> dict[int, Inspection]:
    places = {model.place for model in untested}
    return {place: seen for place, seen in inspections.items() if place not in places}


def _fitting(
    inspections: Mapping[int, Inspection], options: Options
) -> tuple[dict[int, Inspection], tuple[Untested, ...]]:
    """The models that the caller's inputs fit, and the others."""
    if options.numerics.inputs is None:
        return dict(inspections), ()
    # Here, because the sessions of cells have no use for numpy.
    from matrix.inputs.user_file import check_fit, read_user_inputs

    given = read_user_inputs(options.numerics.inputs)
    unfit = []
    for place, inspection in inspections.items():
        try:
            check_fit(inspection.facts, given, options.numerics)
        except UsageError as error:
            unfit.append(_untested(place, inspection, str(error), UsageError.exit_code))
    return _without(inspections, unfit), tuple(unfit)


def _idle(
    plan: Plan, inspections: Mapping[int, Inspection], options: Options
) -> Iterator[Untested]:
    """The models that none of the loaders reads which the caller asks for."""
    tried = {check.model for planned in plan.cells for check in planned.checks}
    for number, (place, inspection) in enumerate(inspections.items()):
        if number not in tried:
            why = reads_none(options.loaders, inspection.facts)
            yield _untested(place, inspection, why, UsageError.exit_code)


def _untested(place: int, inspection: Inspection, why: str, code: int) -> Untested:
    facts = inspection.facts
    return Untested(
        place=place,
        path=facts.shown,
        called=facts.called,
        given=facts.given,
        why=why,
        code=code,
    )


def _plan(inspections: Mapping[int, Inspection], options: Options) -> Plan:
    models = [inspection.facts for inspection in inspections.values()]
    if not models:
        numerics = options.numerics
        return Plan(models=(), cells=(), run_order=(), nearest=(), numerics=numerics, host=host())
    contained = _contained(models, options)
    plan = make_plan(
        models, catalogue(), options, installed(), host_platform(), contained=contained
    )
    return replace(
        plan,
        findings=tuple(inspection.findings for inspection in inspections.values()),
        risks=tuple(inspection.risks for inspection in inspections.values()),
        places=tuple(inspection.place for inspection in inspections.values()),
        hints=tuple(inspection.gathered.hints for inspection in inspections.values()),
        contents=tuple(inspection.gathered.contents for inspection in inspections.values()),
        host=host(),
    )


def _contained(models: Sequence[ModelFacts], options: Options) -> bool:
    """Whether walls hold, as far as that matters: trying them takes a moment."""
    asked = asked_by_files(models, catalogue(), options)
    return next(asked, None) is None or holds(options.isolation)


def _odd(inspections: Mapping[int, Inspection], options: Options) -> list[Untested]:
    """The models that cannot be planned even alone."""
    odd = []
    for place, inspection in inspections.items():
        try:
            _plan({place: inspection}, options)
        except Exception as error:  # noqa: BLE001 - one model's fault is not that of the others
            why = surprise(inspection.facts.shown, error)
            odd.append(_untested(place, inspection, why, LoadmatrixError.exit_code))
    return odd
