"""Objects and types of a TensorFlow 2 SavedModel that a release makes nothing of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matrix.catalogue.op_details import op_details
from matrix.model.facts import Format
from matrix.prediction.history import where
from matrix.prediction.rule import Case, Judgement, Rule, fails


def _slots(case: Case) -> Judgement | None:
    """Only an optimizer has `add_slot`: an object that is not revived as one has not."""
    objects = case.contents.objects
    for kind in sorted(objects.with_slots if objects else ()):
        places = op_details().places("revived", kind)
        if case.at not in places and not case.cell.companions:
            known = f"is made {where(places)} only" if places else "no release makes"
            return fails(
                f"it has slot variables, which take an object of the kind '{kind}' that {known}"
            )
    return None


def _type(case: Case) -> Judgement | None:
    """Types that the signatures of functions name: they are looked up while loading."""
    objects = case.contents.objects
    for kind in sorted(objects.kinds if objects else ()):
        places = op_details().places("specs", kind)
        if case.at not in places:
            known = f"is known {where(places)}" if places else "is known to no release"
            return fails(f"a function takes or gives a value of the type {kind}, which {known}")
    for name in sorted(objects.types if objects else ()):
        places = op_details().places("registered_specs", name)
        if case.at not in places and not case.cell.companions:
            known = f"is registered {where(places)}" if places else "no release registers"
            return fails(f"a function takes or gives a value of the type {name}, which {known}")
    return None


def _rule(name: str, judge: Callable[[Case], Judgement | None], source: str) -> Rule:
    return Rule(
        name=name,
        judge=judge,
        source=source,
        loaders=frozenset({"saved_model", "tfsm_layer", "keras", "tf_keras"}),
        formats=frozenset({Format.SAVED_MODEL}),
    )


_DETAILS = "matrix/catalogue/op_details.json.xz"
RULES = (
    replace(
        _rule(
            "slots-without-optimizer",
            _slots,
            f"tensorflow/python/saved_model/load.py; the kinds that a release revives: {_DETAILS}",
        ),
        loaders=frozenset({"saved_model", "tfsm_layer"}),
    ),
    _rule(
        "type-of-value",
        _type,
        f"tensorflow/python/saved_model/nested_structure_coder.py; {_DETAILS}",
    ),
)
