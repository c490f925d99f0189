"""Objects and types of a TensorFlow 2 SavedModel that a release makes nothing of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matrix.catalogue.companions import TF_KERAS
from matrix.catalogue.op_details import op_details
from matrix.model.facts import Format
from matrix.prediction.history import where
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown
from matrix.versions import version_of

# The fields of `StructuredValue` (tensorflow/core/protobuf/struct.proto) that not every release
# decodes.
_VALUES_SINCE = {
    "tensor_value": (2, 13),
    "numpy_value": (2, 13),
    "bounded_tensor_spec_value": (2, 3),
}
_UINT64, _UINT64_FROM = 23, (2, 4)
# Tried with tables of 2.4, 2.11, 2.12, 2.13 and 2.15 in 2.10 to 2.13.
_TABLES_FAIL_IN = ((2, 11), (2, 12))
_OTHER_TABLES_FROM = (2, 14)


def _slots(case: Case) -> Judgement | None:
    """Only an optimizer has `add_slot`: an object that is not revived as one has not."""
    objects = case.contents.objects
    for kind in sorted(objects.with_slots if objects else ()):
        places = op_details().places("revived", kind)
        if case.at not in places:
            if case.cell.companions:
                return _with_companions(case)
            known = f"is made {where(places)} only" if places else "no release makes"
            return fails(
                f"it has slot variables, which take an object of the kind '{kind}' that {known}"
            )
    return None


def _with_companions(case: Case) -> Judgement | None:
    """Keras 2 makes optimizers wherever it is imported; of other packages nothing is known."""
    keras_2 = any(one.keras_2 or TF_KERAS in one.names for one in case.cell.companions)
    return None if keras_2 else unknown("whether a package of the cell imports Keras 2")


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


def _value(case: Case) -> Judgement | None:
    """Defaults of arguments that are tensors, and other values that came later."""
    objects = case.contents.objects
    for kind, since in _VALUES_SINCE.items():
        if objects and kind in objects.values and case.minor < since:
            known = "{}.{}".format(*since)
            return fails(
                f"the signature of a function holds a {kind}, which is read from TensorFlow "
                f"{known} on"
            )
    return None


def _table(case: Case) -> Judgement | None:
    """2.11 and 2.12 call the functions that save a table with a text in place of a tensor."""
    objects, writer = case.contents.objects, version_of(case.model.tensorflow)
    if not objects or not objects.saved_tables or case.minor not in _TABLES_FAIL_IN:
        return None
    if writer is None or (writer.major, writer.minor) < _OTHER_TABLES_FROM:
        return None
    return fails(
        "it has a table that TensorFlow 2.14 or later wrote, and 2.11 and 2.12 cannot call the "
        "function that saves it"
    )


def _variable(case: Case) -> Judgement | None:
    objects = case.contents.objects
    if objects and _UINT64 in objects.variables and case.minor < _UINT64_FROM:
        return fails(
            "it has a variable of type uint64, which can be assigned from TensorFlow 2.4 on"
        )
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
        "type-of-variable",
        _variable,
        "the kernels of AssignVariableOp in tensorflow/core/kernels/resource_variable_ops.cc",
    ),
    _rule("kind-of-value", _value, "tensorflow/python/saved_model/nested_structure_coder.py"),
    _rule(
        "function-that-saves-a-table",
        _table,
        "tensorflow/python/training/saving/saveable_object_util.py",
    ),
    _rule(
        "type-of-value",
        _type,
        f"tensorflow/python/saved_model/nested_structure_coder.py; {_DETAILS}",
    ),
)
