"""Plans the models of a call on this machine: inspects each, then plans all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from matrix.plan.plan import Plan, make_plan
from matrix.plan.untested import Untested, inspect_each, none_left, surprise


def planned(options: Options) -> Plan:
    """The plan for the models of a call, without those that cannot be tested.

    Raises:
        LoadmatrixError: none of them can be tested, or the selection leaves nothing to test.
    """
    seen, untested = inspect_each(options)
    seen, unfit = _fitting(seen, options)
    untested = (*untested, *unfit)
    try:
        plan = _plan(seen, options)
    except LoadmatrixError:
        raise
    except Exception:  # noqa: BLE001 - whatever is in a file, the others are tested
        odd = list(_odd(seen, options))
        untested = (*untested, *odd)
        seen = {
            place: inspection
            for place, inspection in seen.items()
            if place not in {o.place for o in odd}
        }
        if not seen:
            raise none_left(untested) from None
        plan = _plan(seen, options)
    if plan.numerics.inputs or plan.numerics.signature:
        # Here, because the sessions of cells have no use for numpy.
        from matrix.inputs import generated

        generated.check_inputs(plan.models, plan.numerics)
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
            facts, code = inspection.facts, UsageError.exit_code
            one = Untested(
                place=place, path=facts.shown, called=facts.called, why=str(error), code=code
            )
            unfit.append(one)
    if len(unfit) == len(inspections):
        raise none_left(unfit)
    places = {model.place for model in unfit}
    return {
        place: inspection for place, inspection in inspections.items() if place not in places
    }, tuple(unfit)


def _plan(inspections: Mapping[int, Inspection], options: Options) -> Plan:
    models = [inspection.facts for inspection in inspections.values()]
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
            facts, code = inspection.facts, LoadmatrixError.exit_code
            why = surprise(facts.shown, error)
            odd.append(
                Untested(place=place, path=facts.shown, called=facts.called, why=why, code=code)
            )
    return odd
