"""Ops that this TensorFlow does not have."""

from __future__ import annotations

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import advice
from reports.diagnosis.history import newer_than, op_in_words
from reports.diagnosis.rule import Match, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

_UNREGISTERED = Cause.UNREGISTERED_OP

# They call back into the Python process that made the graph; no other process has their code.
_PYTHON_ONLY = ("PyFunc", "PyFuncStateless", "EagerPyFunc")
_NEWER = advice("Load it with a newer TensorFlow, or export it again with this one.")


def _unregistered(symptom: Symptom, match: Match) -> Diagnosis:
    op = match["op"]
    why, remedy = _why_absent(op, symptom)
    return diagnosis(symptom, match, _UNREGISTERED, "{op}", why + "{saved}", remedy)


def _why_absent(op: str, symptom: Symptom) -> tuple[str, Remedy]:
    if op in _PYTHON_ONLY:
        return (
            "`{op}` runs Python code of the process that created the graph. No other process "
            "has this code.",
            advice("Export the model without tf.py_function and tf.numpy_function."),
        )
    package = bringing(op)
    history = op_in_words(op)
    if package is None and api_history().op_since(op):
        newer = newer_than(op, symptom)
        lacks = "is newer than {here}." if newer else "does not exist in {here}."
        return f"The TensorFlow op `{{op}}` {lacks} {history}".strip(), _NEWER
    if package is None:
        return (
            "No TensorFlow release has an op `{op}`: it comes from a library of custom ops that "
            "is not loaded.",
            advice(
                "Load that library before the model.", "tf.load_op_library('path/to/the_ops.so')"
            ),
        )
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


def _op_key(symptom: Symptom) -> bool:
    name = symptom.message.strip("'\" \n").rpartition("'")[2] or symptom.message.strip("'\" ")
    return bringing(name) is not None or api_history().op_since(name) is not None


REGISTERED = (
    rule(
        "op-not-registered",
        r"Op type not registered\s+\\?['\"]?(?P<op>[\w>:.-]+)",
        _unregistered,
    ),
    rule(
        "op-unknown",
        r"(?:No op (?:named|with name)|[Uu]nknown op:?|No OpDef for|"
        r"Unsupported [Oo]ps?(?: in[^:\n]*)?:"
        r"|Op (?:is )?undefined:?|Undefined op:?|No gradient defined for operation '[^']*' \(op"
        r" type:|op not (?:registered|implemented|supported):?) "
        r"\[?['\"]?(?P<op>\w[\w>:]*)",
        _unregistered,
    ),
    rule(
        "op-key",
        r"(?s)(?:_op_def_cache|_get_op_def|op_def_registry|op_dict|import_graph_def|"
        r"_gradient_registry|"
        r"importer\.py|load_op_library).{0,900}KeyError: ['\"]u?(?P<op>[A-Z][\w>]*)['\"]",
        _unregistered,
    ),
    rule(
        "op-key-alone",
        r"KeyError: u?['\"](?P<op>[A-Z][A-Za-z0-9>]+)['\"]\s*$",
        _unregistered,
        when=lambda s: bool(_op_key(s)),
    ),
    rule(
        "no-kernel-at-all",
        r"(?s)No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?"
        r"(?:Op |')'?(?P<op>\w+)'.{0,3000}<no registered kernels>",
        _unregistered,
    ),
)
