"""TFLite: ops that an interpreter does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advising.advice import Advice, Releases, advice
from reports.diagnosis.advising.direction import as_new_as_writer
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_LITE = Cause.TFLITE_OP_UNSUPPORTED
_OR_NOT_BUILT_IN = Alternative(
    cause=_LITE,
    explanation="The interpreter was built with a selection of ops that leaves this one out.",
    decides="which op resolver the program uses",
)
# The Flex delegate is linked into the interpreter of these: docs/contributing/surprises.md.
_WITH_FLEX = Releases(first="2.3", last="2.18")
_SELECT = advice("Convert the model with SELECT_TF_OPS, and run it with the Flex delegate.")
_OLDER = "The interpreter of {here} is older than the converter: it does not have "


def newer_interpreter(symptom: Symptom, _found: object = None) -> Iterator[Advice]:
    """To an interpreter as new as the converter."""
    for known in as_new_as_writer(symptom):
        text = known.text.replace("Load it with", "Use the interpreter of")
        yield replace(known, text=text.replace("save it again", "convert it again"))


def _custom(symptom: Symptom, match: Match) -> Diagnosis:
    op = match["op"]
    if op.startswith("Flex"):
        return _flex(symptom, match)
    package = bringing(op)
    if package:
        why = f"Custom op `{{op}}` comes from {package.name} ({package.note})."
        what = advice(f"Register the ops of {package.name} with the interpreter.")
    elif api_history().op_releases(op):
        why = "Op `{op}` of TensorFlow was converted as a custom op, which TFLite does not have."
        what = _SELECT
    else:
        why = "Op `{op}` is a custom op that is not registered with the interpreter."
        what = advice("Register the op with the interpreter, or convert the model without it.")
    return diagnosis(symptom, match, _LITE, "{op}", why, what)


def _flex(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _LITE,
        "{op|Flex ops}",
        "The model uses ops of full TensorFlow (`{op}`), and this interpreter has no Flex "
        "delegate.",
        _full_interpreter(symptom, match),
    )


def _full_interpreter(symptom: Symptom, match: Match) -> Advice:
    """The interpreters with the Flex delegate, and the package that brings the model's ops."""
    text = f"Use tf.lite.Interpreter of the full tensorflow package in {_WITH_FLEX}"
    found = filter(None, map(bringing, (match["op"], *symptom.ops)))
    package = next((package for package in found if package.install), None)
    if package is None:
        return Advice(text=f"{text}.", loader="tflite", releases=_WITH_FLEX)
    return Advice(
        text=f"{text}, and import {package.module} before the model is loaded.",
        snippet=f"pip install {package.name}\nimport {package.module}",
        loader="tflite",
        requirement=package.name,
        releases=_WITH_FLEX,
    )


OPS = (
    Rule(
        name="lite-op-version",
        said=(
            r"Didn't\s+find\s+op\s+for\s+builtin\s+opcode\s+'(?P<op>\w+)'\s+version\s+"
            r"'(?P<version>\d+)'",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        subject="{op} version {version}",
        explanation=_OLDER + "{op} version {version}.",
        remedies=(newer_interpreter,),
        source="tensorflow/lite/core/api/op_resolver.cc",
        examples=(
            Example("Didn't find op for builtin opcode 'MUL' version '5'", subject="MUL version 5"),
        ),
    ),
    Rule(
        name="lite-op-code",
        said=(
            r"Op builtin_code out of range: (?P<op>\d+)",
            r"Unsupported builtin code:? (?P<op>\S+\w)",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        subject="op {op}",
        explanation=_OLDER + "op {op}.",
        remedies=(newer_interpreter,),
        source="tensorflow/lite/core/api/op_resolver.cc",
        examples=(
            Example(
                "ValueError: Op builtin_code out of range: 150. Are you using old TFLite binary "
                "with newer model?",
                subject="op 150",
            ),
        ),
    ),
    Rule(
        name="lite-flex",
        said=(
            r"(?i:Regular\s+TensorFlow\s+ops\s+are\s+not\s+supported)",
            r"Select TensorFlow op\(s\)(?s:.{0,200}?)not\s+supported",
            r"(?P<op>Flex[A-Z]\w+)[^\n]*(?:failed to prepare|not found|unresolved)",
            r"Node number \d+ \(TfLiteFlexDelegate\) failed to prepare",
            r"native TFLite runtime, you can enable TF kernels",
            r"TFLITE_BUILTINS,? ?SELECT_TF_OPS",
            r"operators for which you will need custom implementations: \[?'?(?P<op>\w[\w:]*)",
        ),
        # The delegate is there, and lacks an op.
        unless=(r"Op type not registered",),
        named=(
            r"(?:TF Select|Custom) ops: (?P<op>\w[\w:]*)",
            r"\((?P<op>Flex(?!Delegate)\w+)\)",
            r"(?P<op>Flex(?!Delegate)[A-Z]\w+)",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        explain=_flex,
        source="tensorflow/lite/delegates/flex/delegate.cc; tensorflow/lite/core/subgraph.cc",
        examples=(
            Example(
                "RuntimeError: Regular TensorFlow ops are not supported by this interpreter. Make "
                "sure you invoke the Flex delegate.Node number 3 (FlexSize) failed to prepare.",
                subject="FlexSize",
            ),
            Example(
                "Select TensorFlow op(s), included in the given model, is(are) not supported by "
                "this interpreter.\nNode number 8 (FlexTensorListReserve) failed to prepare.",
                subject="FlexTensorListReserve",
            ),
        ),
        counter_examples=(
            Example(
                "RuntimeError: Op type not registered 'WhitespaceTokenizeWithOffsets' in binary "
                "running on vm. Delegate kernel was not initialized. Node number 9 "
                "(TfLiteFlexDelegate) failed to prepare."
            ),
        ),
    ),
    Rule(
        name="lite-custom-op",
        said=(
            r"(?i:unresolved\s+custom\s+op):\s+(?P<op>\w[\w:>-]*)",
            r"There are unresolved custom ops: \[(?P<op>\w[\w:>-]*)",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        explain=_custom,
        source="tensorflow/lite/core/subgraph.cc",
        examples=(
            Example(
                "RuntimeError: Encountered unresolved custom op: Normalize.Node number 0",
                subject="Normalize",
            ),
        ),
    ),
    Rule(
        name="lite-op-not-in-resolver",
        said=(
            r"Didn't find op for builtin opcode '?(?P<op>\w+)'?(?! version)",
            r"There are unresolved builtin ops: \[(?P<op>\w+)",
            r"Didn't find custom op for name '(?P<op>[\w:-]+)'",
            r"(?i:missing registration for opcode)(?:_index)? (?P<op>\w+)",
            # TFLite Micro prints a letter of its own where an op has no name.
            r"(?i:failed to get registration from op code)(?: (?P<op>\w\w+))?",
            r"Encountered an unresolved custom op\. Did you miss a custom op or delegate",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        subject="{op}",
        explanation=(
            "The op resolver of this interpreter does not have an op that the model uses."
        ),
        remedies=(advice("Add the op to the resolver, or use a resolver with all ops."),),
        source="tensorflow/lite/core/api/op_resolver.cc; tensorflow/lite/micro",
        examples=(
            Example("Didn't find custom op for name 'foo'\nRegistration failed.", subject="foo"),
            Example("Failed to get registration from op code ADD", subject="ADD"),
            Example(
                "Didn't find op for builtin opcode 'SHAPE' version '1'\n"
                "Failed to get registration from op code  d",
                subject="SHAPE",
            ),
        ),
    ),
    Rule(
        name="lite-registration",
        said=(r"Registration failed\.?\s*(?:$|Failed)",),
        certainty=LIKELY,
        cause=_LITE,
        subject="op",
        explanation="The interpreter does not have an op that the model uses.",
        remedies=(newer_interpreter,),
        alternatives=(_OR_NOT_BUILT_IN,),
        source="tensorflow/lite/core/interpreter_builder.cc",
        examples=(Example("ValueError: Registration failed.", subject="op"),),
    ),
    Rule(
        name="lite-quantization",
        said=(
            r"quantized_dimension must be in range",
            r"has invalid quantization parameters",
            r"QuantizationParam has \d+ zero_point values and \d+ scale values",
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        subject="quantization",
        explanation=(
            "The interpreter of {here} does not accept the quantization parameters of this model. "
            "Other runtimes, such as TFLite Micro, may not check them."
        ),
        remedies=(
            advice("Convert the model again with the TensorFlow release that has to run it."),
        ),
        source="tensorflow/lite/core/interpreter_builder.cc",
        examples=(
            Example(
                "ValueError: quantized_dimension must be in range [0, 1). Was 3.",
                subject="quantization",
            ),
        ),
    ),
    Rule(
        name="lite-type-of-an-op",
        said=(
            r"(?:(?:Output )?[Tt]ype|data type|of type) '?(?P<type>\w+)'? (?:\(\d+\) )?"
            r"(?:is |are )?(?:not currently supported|currently not supported|not supported|"
            r"is unsupported|unsupported)(?s:.{0,80}?)"
            r"Node number \d+ \((?P<op>[\w:-]+)\) failed to (?:prepare|invoke)",
            r"\b[Oo]nly (?:supports? )?[\w/|, ]{2,60}(?:are|is)? ?(?:supported )?"
            r"(?:currently|now), got (?P<type>\w+)(?s:.{0,80}?)"
            r"Node number \d+ \((?P<op>[\w:-]+)\) failed to (?:prepare|invoke)",
            r"\bType \w+ \(\d+\) not supported\.(?s:.{0,20}?)"
            r"Node (?P<op>\w+) \(number \w+\) failed to (?:prepare|invoke)",
            r"[^\n]{1,80}(?:is|are) not supported (?:on|in|by) (?:TFLite|TF) Micro"
            r"(?s:.{0,80}?)Node (?P<op>\w+) \(number",
            r"Unsupported data type in custom op handler: \d+(?s:.{0,20}?)"
            r"Node number \d+ \((?P<op>[\w:-]+)\)",
        ),
        # That one is the device: its driver is of another release.
        unless=(r"\(EdgeTpuDelegate",),
        certainty=LIKELY,
        cause=_LITE,
        subject="{op}",
        explanation="The interpreter of {here} has op {op}, but not for the type of its values.",
        remedies=(newer_interpreter,),
        source="tensorflow/lite/kernels",
        examples=(
            Example(
                "RuntimeError: tensorflow/lite/kernels/sub.cc:320 Type INT64 (4) not currently "
                "supported.Node number 3 (SUB) failed to prepare.",
                subject="SUB",
            ),
            Example(
                "RuntimeError: Internal: Unsupported data type in custom op handler: 0Node number "
                "2 (edgetpu-custom-op) failed to prepare.",
                subject="edgetpu-custom-op",
            ),
            Example(
                "Type INT32 (2) not supported.\nNode ADD (number 4) failed to invoke with status 1",
                subject="ADD",
            ),
        ),
    ),
    Rule(
        name="lite-type",
        said=(
            r"Unsupported data type (?P<type>\d+) in tensor",
            r"(?i:unsupported (?:data )?type )(?P<type>\w+) (?:in|for) op:? \w+",
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        subject="data type {type}",
        explanation=_OLDER + "data type {type}.",
        remedies=(newer_interpreter,),
        source="tensorflow/lite/core/api/flatbuffer_conversions.cc",
        examples=(
            Example("ValueError: Unsupported data type 14 in tensor", subject="data type 14"),
        ),
    ),
)
