"""Operators, types and quantisation that an interpreter of TensorFlow Lite refuses."""

from __future__ import annotations

from collections.abc import Callable

from matrix.catalogue.companions import LITERT
from matrix.catalogue.op_details import op_details
from matrix.catalogue.op_packages import package_of
from matrix.model.facts import Format
from matrix.prediction.history import op_places, where
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown

_FLEX = "Flex"
# The releases whose interpreter has TensorFlow's own ops linked in: docs/contributing/surprises.md.
_FLEX_FROM, _FLEX_TO = (2, 3), (2, 18)
_SCHEMA = 3
_INT16_FROM = (2, 3)


def _other_runtime(case: Case) -> Judgement | None:
    if case.cell.has(LITERT):
        return unknown("what the interpreter of LiteRT accepts is not known")
    return None


def _operator(case: Case) -> Judgement | None:
    lite, details = case.contents.lite, op_details()
    if lite is None:
        return None
    for code, version in sorted(lite.operators):
        span = details.at("lite_operators", str(code), case.at)
        if span is not None and span[0] <= version <= span[1]:
            continue
        having = frozenset(
            at
            for at in details.places("lite_operators", str(code))
            if details.at("lite_operators", str(code), at)[1] >= version
        )
        name = f"the operator {lite.names[code]}"
        name = f"version {version} of {name}" if version > 1 else name
        if not having:
            return fails(f"no release of TensorFlow has {name}")
        return fails(f"{name} exists {where(having)}")
    return None


def _type(case: Case) -> Judgement | None:
    lite, details = case.contents.lite, op_details()
    for kind in sorted(lite.types if lite else ()):
        if details.at("lite_types", str(kind), case.at) is None:
            having = details.places("lite_types", str(kind))
            known = f"is known {where(having)}" if having else "is known to no release"
            return fails(f"a tensor has type {kind} of the schema, which {known}")
    return None


def _schema(case: Case) -> Judgement | None:
    lite = case.contents.lite
    if lite and lite.schema != _SCHEMA:
        return fails(f"the file has schema version {lite.schema}, and interpreters read 3")
    return None


def _quantization(case: Case) -> Judgement | None:
    lite = case.contents.lite
    return fails(lite.bad_quantization) if lite and lite.bad_quantization else None


def _int16(case: Case) -> Judgement | None:
    lite = case.contents.lite
    if lite and lite.takes_int16 and case.minor < _INT16_FROM:
        return fails(
            f"operator {lite.takes_int16} takes integers of 16 bits from TensorFlow 2.3 on"
        )
    return None


def _custom(case: Case) -> Judgement | None:
    lite = case.contents.lite
    for name in sorted(lite.customs if lite else ()):
        if name.startswith(_FLEX):
            judgement = _flex(case, name.removeprefix(_FLEX))
        elif op_details().at("lite_customs", name, case.at) is not None:
            judgement = None
        elif case.cell.handover.registerers:
            judgement = unknown(f"whether a package of the cell brings {name} is not known")
        else:
            judgement = fails(f"the custom operator {name} is none that the interpreter has")
        if judgement:
            return judgement
    return None


def _flex(case: Case, op: str) -> Judgement | None:
    if not _FLEX_FROM <= case.minor <= _FLEX_TO:
        return fails(
            f"it runs {op} of TensorFlow itself (Flex), which is linked into tf.lite in 2.3 to 2.18"
        )
    if case.at in op_places(op):
        return None
    if places := op_places(op):
        return fails(f"op {op} exists {where(places)}")
    package = package_of(op)
    if package and case.cell.has(package):
        return None
    return fails(f"op {op} is not of TensorFlow but of {package or 'an unknown package'}")


def _rule(name: str, judge: Callable[[Case], Judgement | None], source: str) -> Rule:
    return Rule(name=name, judge=judge, source=source, formats=frozenset({Format.TFLITE}))


_DETAILS = "what each release opens (matrix/catalogue/op_details.json.xz)"
_BUILDER = "tensorflow/lite/core/interpreter_builder.cc"
RULES = (
    _rule("lite-other-runtime", _other_runtime, "the package ai-edge-litert"),
    _rule("lite-schema", _schema, _BUILDER),
    _rule("lite-operator-version", _operator, _DETAILS),
    _rule("lite-tensor-type", _type, _DETAILS),
    _rule("lite-quantization", _quantization, _BUILDER),
    _rule("lite-int16", _int16, "tensorflow/lite/kernels/conv.cc; tried in 1.15 to 2.3"),
    _rule("lite-custom-operator", _custom, f"{_DETAILS}; docs/contributing/surprises.md for Flex"),
)
