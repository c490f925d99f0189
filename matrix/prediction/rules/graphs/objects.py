"""Objects and types of a TensorFlow 2 SavedModel that a release makes nothing of."""

from __future__ import annotations

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


RULES = (
    Rule(
        name="slots-without-optimizer",
        judge=_slots,
        source="tensorflow/python/saved_model/load.py; the kinds that each release revives",
        loaders=frozenset({"saved_model", "tfsm_layer"}),
        formats=frozenset({Format.SAVED_MODEL}),
    ),
)
