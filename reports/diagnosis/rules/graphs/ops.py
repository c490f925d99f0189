"""Ops that this TensorFlow does not have."""

from __future__ import annotations

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import advice
from reports.diagnosis.direction import as_new_as_writer
from reports.diagnosis.fact import Fact
from reports.diagnosis.history import newer_than, op_in_words
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Remedies, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_UNREGISTERED = Cause.UNREGISTERED_OP

# They call back into the Python process that made the graph; no other process has their code.
_PYTHON_ONLY = ("PyFunc", "PyFuncStateless", "EagerPyFunc")


def _unregistered(symptom: Symptom, match: Match) -> Diagnosis:
    op = match["op"]
    why, remedy = _why_absent(op, symptom)
    return diagnosis(symptom, match, _UNREGISTERED, "{op}", why + "{saved}", remedy)


def _why_absent(op: str, symptom: Symptom) -> tuple[str, Remedies]:
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
        return f"The TensorFlow op `{{op}}` {lacks} {history}".strip(), as_new_as_writer
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
    Rule(
        name="op-not-registered",
        said=(r"Op type not registered\s+\\?['\"]?(?P<op>[\w>:.-]+)",),
        certainty=CERTAIN,
        cause=Cause.UNREGISTERED_OP,
        explain=_unregistered,
        source="",
        examples=(
            Example(
                "NotFoundError: Op type not registered 'AddV3' in binary running on vm.",
                subject="AddV3",
            ),
        ),
    ),
    Rule(
        name="op-unknown",
        said=(
            (
                r"(?:No op (?:named|with name)|[Uu]nknown op:?|No OpDef for|Unsupported "
                r"[Oo]ps?(?: in[^:\n]*)?:|Op (?:is )?undefined:?|Undefined op:?|No gradient "
                r"defined for operation '[^']*' \(op type:|op not (?:registered|implemented|"
                r"supported):?) \[?['\"]?(?P<op>\w[\w>:]*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.UNREGISTERED_OP,
        explain=_unregistered,
        source="",
        examples=(
            Example(
                "ValueError: No op named SSTableReaderV2 in defined operations.",
                subject="SSTableReaderV2",
            ),
        ),
    ),
    Rule(
        name="op-key",
        said=(
            (
                r"(?s)(?:_op_def_cache|_get_op_def|op_def_registry|op_dict|import_graph_def|"
                r"_gradient_registry|importer\.py|load_op_library).{0,900}KeyError: "
                r"['\"]u?(?P<op>[A-Z][\w>]*)['\"]"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.UNREGISTERED_OP,
        explain=_unregistered,
        source="",
        examples=(
            Example(
                "op_def = op_dict[x] # import_graph_def\nKeyError: 'NonMaxSuppressionV9'",
                subject="NonMaxSuppressionV9",
            ),
        ),
    ),
    Rule(
        name="op-key-alone",
        said=(r"KeyError: u?['\"](?P<op>[A-Z][A-Za-z0-9>]+)['\"]\s*$",),
        facts=(Fact("TODO", lambda s: bool(_op_key(s))),),
        certainty=CERTAIN,
        cause=Cause.UNREGISTERED_OP,
        explain=_unregistered,
        source="",
        examples=(Example("KeyError: 'CaseFoldUTF8'", subject="CaseFoldUTF8"),),
    ),
    Rule(
        name="no-kernel-at-all",
        said=(
            (
                r"(?s)No (?:OpKernel was registered|registered '\w+' "
                r"OpKernel)[^\n]{0,40}?(?:Op |')'?(?P<op>\w+)'.{0,3000}<no registered "
                r"kernels>"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.UNREGISTERED_OP,
        explain=_unregistered,
        source="",
        examples=(
            Example(
                (
                    "No OpKernel was registered to support Op 'Foo' used by x\n<no "
                    "registered kernels>"
                ),
                subject="Foo",
            ),
        ),
    ),
)
