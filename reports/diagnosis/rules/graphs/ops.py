"""Ops that this TensorFlow does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import OpPackage, bringing
from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.graph_direction import in_reader, is_gone, with_kernel, with_op
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Remedies, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_UNREGISTERED = Cause.UNREGISTERED_OP

# They call back into the Python process that made the graph; no other process has their code.
_PYTHON_ONLY = ("PyFunc", "PyFuncStateless", "EagerPyFunc")
_OP = r"(?P<op>\w[\w>]*(?:[:.-]\w[\w>]*)*)"


def _unregistered(symptom: Symptom, match: Match) -> Diagnosis:
    op = match["op"]
    why, *remedies = _why_absent(op, symptom)
    return diagnosis(symptom, match, _UNREGISTERED, "{op}", why, *remedies)


def _why_absent(op: str, symptom: Symptom) -> tuple[str, Remedies]:
    if op in _PYTHON_ONLY:
        return (
            "`{op}` runs Python code of the process that created the graph. No other process "
            "has this code.",
            advice("Export the model without tf.py_function and tf.numpy_function."),
        )
    if package := bringing(op):
        return _of_package(package)
    if having := api_history().op_releases(op):
        return _of_tensorflow(having, symptom), lambda s, f: with_op(f["op"], s)
    return (
        "No TensorFlow release has an op `{op}`: it comes from a library of custom ops that "
        "is not loaded.",
        advice("Load that library before the model.", "tf.load_op_library('path/to/the_ops.so')"),
    )


_OR_ELSEWHERE = Alternative(
    cause=Cause.DEVICE_OR_GPU,
    explanation="This build, such as one for phones, has the op on another device or not at all.",
    decides="whether the op runs in the official package of the same release",
)


def without_kernel(symptom: Symptom, match: Match) -> Diagnosis:
    """An op that is known, without any kernel."""
    op = match["op"]
    having = api_history().kernel_releases(op)
    if bringing(op) or not api_history().op_releases(op):
        return _unregistered(symptom, match)
    if not having:
        why = "No release of TensorFlow has a kernel that runs the op `{op}` on a CPU."
        remedy: Remedies = advice("Run it on the device that it was made for.")
        return diagnosis(symptom, match, Cause.DEVICE_OR_GPU, "{op}", why, remedy)
    lacks = "no longer has" if is_gone(having, symptom) else "does not have"
    why = f"{{here}} {lacks} a kernel that runs the op `{{op}}` on a CPU."
    found = diagnosis(
        symptom, match, _UNREGISTERED, "{op}", why, lambda s, f: with_kernel(f["op"], s)
    )
    if symptom.tf or is_gone(having, symptom):
        return found
    return replace(found, certainty=ONE_OF, alternatives=(_OR_ELSEWHERE,))


def _of_tensorflow(having: Sequence[str], symptom: Symptom) -> str:
    if in_reader(having, symptom):
        return "This build of TensorFlow was made without the op `{op}`."
    if is_gone(having, symptom):
        return "{here} no longer has the TensorFlow op `{op}`."
    if symptom.tf:
        return "The TensorFlow op `{op}` is newer than {here}."
    return "{here} does not have the TensorFlow op `{op}`."


def _of_package(package: OpPackage) -> tuple[str, Remedies]:
    if not package.install:
        return (
            f"Op `{{op}}` is not part of TensorFlow: it comes from {package.name} "
            f"({package.note}).",
            advice(f"Load the model in an environment that has {package.name}."),
        )
    return (
        f"Op `{{op}}` comes from the package {package.name}, which is not imported here.",
        advice(
            f"Install the version of {package.name} for this TensorFlow, and import it "
            "before you load the model.",
            f"pip install {package.name}\nimport {package.module}",
        ),
    )


_KEY = re.compile(r"KeyError: u?['\"](?P<op>[A-Z][A-Za-z0-9>]+)['\"]")


def _knows(symptom: Symptom) -> bool:
    names = (found["op"] for found in _KEY.finditer(symptom.text))
    return any(bringing(name) or api_history().op_releases(name) for name in names)


REGISTERED = (
    Rule(
        name="op-not-registered",
        said=(rf"Op\s+type\s+not\s+registered:?\s+\\?['\"`]?{_OP}",),
        certainty=CERTAIN,
        cause=_UNREGISTERED,
        explain=_unregistered,
        source="tensorflow/core/framework/op.cc",
        examples=(
            Example(
                "NotFoundError: Op type not registered 'AddV3' in binary running on vm.",
                subject="AddV3",
            ),
            Example("Op type not\nregistered \\'CaseFoldUTF8\\' in", subject="CaseFoldUTF8"),
        ),
    ),
    Rule(
        name="op-unknown",
        said=(
            rf"No op (?:named|with name) ['\"`]?{_OP}",
            rf"No OpDef for ['\"`]?{_OP}",
            rf"(?:[Uu]nknown|[Uu]ndefined) op:? ['\"`]?{_OP}",
            rf"Unsupported [Oo]ps?(?: in[^:\n]*)?:?\s+\[?['\"`]?(?!in\b|the\b|No\b){_OP}",
            rf"[Oo]p not (?:registered|implemented|supported):? ['\"`]?{_OP}",
            rf"\bOp {_OP} is used by the graph, but is not registered",
            rf"Graph ops missing from the python registry \(\{{['\"]{_OP}",
            rf"Op type ['\"]?{_OP}['\"]? (?:is )?not (?:registered|found|supported)",
        ),
        certainty=CERTAIN,
        cause=_UNREGISTERED,
        explain=_unregistered,
        source="tensorflow/python/framework/importer.py; tensorflow/python/framework/meta_graph.py",
        examples=(
            Example(
                "ValueError: No op named SSTableReaderV2 in defined operations.",
                subject="SSTableReaderV2",
            ),
            Example(
                "ValueError: Unsupported Ops in the model before optimization\nBincount, Foo",
                subject="Bincount",
            ),
        ),
    ),
    Rule(
        name="op-key",
        said=(
            r"(?s)(?:_op_def_cache|_get_op_def|op_def_registry|op_dict|import_graph_def|"
            r"_gradient_registry|importer\.py|load_op_library).{0,900}KeyError: "
            r"['\"]u?(?P<op>[A-Z][\w>]*)['\"]",
        ),
        certainty=CERTAIN,
        cause=_UNREGISTERED,
        explain=_unregistered,
        source="tensorflow/python/framework/ops.py (_get_op_def)",
        examples=(
            Example(
                "op_def = op_dict[x] # import_graph_def\nKeyError: 'NonMaxSuppressionV9'",
                subject="NonMaxSuppressionV9",
            ),
        ),
    ),
    Rule(
        name="op-key-alone",
        said=(r"KeyError: u?['\"](?P<op>[A-Z][A-Za-z0-9>]+)['\"](?m:\s*$)",),
        facts=(Fact("the key is an op of TensorFlow or of a package that we know", _knows),),
        certainty=LIKELY,
        cause=_UNREGISTERED,
        explain=_unregistered,
        source="tensorflow/python/framework/ops.py (_get_op_def)",
        examples=(Example("KeyError: 'CaseFoldUTF8'", subject="CaseFoldUTF8"),),
        counter_examples=(Example("KeyError: 'Accuracy'"),),
    ),
    Rule(
        name="no-kernel-at-all",
        said=(
            r"(?s)No (?:OpKernel was registered|registered '\w+' "
            r"OpKernel)[^\n]{0,40}?(?:Op |')'?(?P<op>\w+)'.{0,3000}<no registered kernels>",
        ),
        certainty=CERTAIN,
        cause=_UNREGISTERED,
        explain=without_kernel,
        source="tensorflow/core/framework/op_kernel.cc",
        examples=(
            Example(
                "No OpKernel was registered to support Op 'Foo' used by x\n<no registered kernels>",
                subject="Foo",
            ),
            Example(
                "No OpKernel was registered to support Op 'BoostedTreesBucketize' used by "
                "{{node b}} with these attrs: [num_features=1]\nRegistered devices: [CPU]\n"
                "Registered kernels:\n  <no registered kernels>",
                subject="BoostedTreesBucketize",
            ),
        ),
    ),
)
