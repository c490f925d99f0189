"""TFLite: missing ops, files that are not models, calls that do not match."""

from __future__ import annotations

from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import Advice, Releases, advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_LITE = Cause.TFLITE_OP_UNSUPPORTED
_NEWER = advice(
    "Use a newer interpreter, or convert the model again with the release that you run it with."
)
# The Flex delegate is linked into the interpreter of these releases (docs/surprises.md).
_WITH_FLEX = Releases(first="2.3", last="2.18")
_HTML = ("<!DO", "<htm", "<HTM", "DOCT", "TYPE", "html", "l>\n<", "ype ", "CTYP", " htm")


def _custom(symptom: Symptom, match: Match) -> Diagnosis:
    op = match["op"]
    package = bringing(op.removeprefix("Flex"))
    if op.startswith("Flex"):
        return _flex(symptom, match)
    why = (
        f"Custom op `{{op}}` comes from {package.name} ({package.note})."
        if package
        else "Op `{op}` is a custom op that is not registered with the interpreter."
    )
    return diagnosis(
        symptom,
        match,
        _LITE,
        "{op}",
        why + "{saved}",
        advice("Register the op with the interpreter, or convert the model with SELECT_TF_OPS."),
    )


def _flex(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _LITE,
        "{op}",
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


def _identifier(symptom: Symptom, match: Match) -> Diagnosis:
    seen = match["seen"]
    if seen == "ion " or any(seen.startswith(part) for part in _HTML):
        what = "a git-lfs pointer" if seen == "ion " else "a web page"
        return diagnosis(
            symptom,
            match,
            Cause.CORRUPT_OR_TRUNCATED,
            what,
            f"The file is {what}, not a model.",
            advice("Download the real file.", "git lfs pull"),
        )
    return diagnosis(
        symptom,
        match,
        Cause.WRONG_FORMAT_OR_PATH,
        "identifier '{seen}'",
        "The file is not a TFLite model: its identifier is `{seen}` instead of `TFL3`.",
        advice("Give the path of the .tflite file."),
    )


OPS = (
    Rule(
        name="lite-op-version",
        said=(r"Didn't find op for builtin opcode '(?P<op>\w+)' version '(?P<version>\d+)'",),
        certainty=CERTAIN,
        cause=_LITE,
        subject="{op} version {version}",
        explanation=(
            "The model uses version {version} of op {op}, which the interpreter of {here} does "
            "not have. The interpreter is older than the converter.{saved}"
        ),
        remedies=(_NEWER,),
        source="",
        examples=(
            Example("Didn't find op for builtin opcode 'MUL' version '5'", subject="MUL version 5"),
        ),
    ),
    Rule(
        name="lite-op-code",
        said=(
            r"Op builtin_code out of range: (?P<code>\d+)",
            r"(?i:failed to get registration from op code )(?P<op>\w+)",
            r"Unsupported builtin code (?P<old>\S+)",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        subject="op {op}{code}{old}",
        explanation=(
            "The model uses an op that the interpreter of {here} does not have: the interpreter "
            "is older than the converter, or was built without the op.{saved}"
        ),
        remedies=(_NEWER,),
        source="",
        examples=(
            Example(
                ("ValueError: Op builtin_code out of range: 150. Are you using old TFLite binary?"),
                subject="op 150",
            ),
        ),
    ),
    Rule(
        name="lite-custom-op-and-flex",
        said=(
            r"(?s)Regular TensorFlow ops are not supported.{0,400}?\((?P<op>Flex\w+)\)",
            r"(?s)Select TensorFlow op\(s\).{0,400}?not supported.{0,400}?\((?P<op>Flex\w+)\)",
        ),
        certainty=CERTAIN,
        cause=Cause.TFLITE_OP_UNSUPPORTED,
        explain=_flex,
        source="",
        examples=(
            Example(
                (
                    "RuntimeError: Regular TensorFlow ops are not supported by this "
                    "interpreter. Make sure you invoke the Flex delegate.Node number 3 "
                    "(FlexSize) failed to prepare."
                ),
                subject="FlexSize",
            ),
        ),
    ),
    Rule(
        name="lite-flex",
        said=(
            r"Regular TensorFlow ops are not supported",
            r"Select TensorFlow op\(s\)[^\n]*not supported",
            r"(?P<op>Flex[A-Z]\w+)[^\n]*(?:failed to prepare|not found|unresolved)",
            r"Node number \d+ \(TfLiteFlexDelegate\) failed to prepare",
            r"native TFLite runtime, you can enable TF kernels",
            r"TFLITE_BUILTINS,? ?SELECT_TF_OPS",
        ),
        # The delegate is there, and lacks an op.
        unless=(r"Op type not registered",),
        certainty=CERTAIN,
        cause=Cause.TFLITE_OP_UNSUPPORTED,
        explain=_flex,
        source="",
        examples=(
            Example(
                ("Select TensorFlow op(s), included in the given model, is(are) not supported"),
                subject="Select TensorFlow op(s), included in the given model, is(ar…",
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
        said=(r"(?i:unresolved custom op): (?P<op>[\w:>.-]+?)(?:\.|\s|$)",),
        certainty=CERTAIN,
        cause=Cause.TFLITE_OP_UNSUPPORTED,
        explain=_custom,
        source="",
        examples=(
            Example(
                ("RuntimeError: Encountered unresolved custom op: Normalize.Node number 0"),
                subject="Normalize",
            ),
        ),
    ),
    Rule(
        name="lite-op-not-in-resolver",
        said=(
            r"Didn't find op for builtin opcode",
            r"Didn't find custom op for name '(?P<op>[\w:]+)'",
            r"(?i:missing registration for opcode)[^\n]*",
            r"Registration failed",
        ),
        certainty=CERTAIN,
        cause=_LITE,
        subject="{op}",
        explanation=(
            "The op resolver of this interpreter does not have an op that the model uses."
        ),
        remedies=(advice("Add the op to the resolver, or use a resolver with all ops."),),
        source="",
        examples=(
            Example("Didn't find custom op for name 'foo'\nRegistration failed.", subject="foo"),
        ),
    ),
    Rule(
        name="lite-quantization",
        said=(
            r"quantized_dimension must be in range",
            r"has invalid quantization parameters",
            r"(?i:unsupported (?:data )?type )[^\n]*(?:in op|for op|op:? )(?P<op>\w+)",
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        subject="quantization",
        explanation=(
            "The interpreter of {here} does not accept the quantization of this model: the "
            "rules for quantized tensors changed between the converter and this "
            "interpreter.{saved}"
        ),
        remedies=(_NEWER,),
        source="",
        examples=(
            Example(
                "ValueError: quantized_dimension must be in range [0, 1). Was 3.",
                subject="quantization",
            ),
        ),
    ),
)

FILES = (
    Rule(
        name="lite-identifier",
        said=(r"(?i:model identifier) '(?P<seen>[^']{0,8})'?[^\n]*should be",),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        explain=_identifier,
        source="",
        examples=(
            Example(
                "Model provided has model identifier 'norm', should be 'TFL3'",
                subject="identifier 'norm'",
            ),
        ),
    ),
    Rule(
        name="lite-schema",
        said=(r"schema version (?P<seen>\d+) (?:is )?not equal to supported",),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        subject="schema version {seen}",
        explanation=("The buffer is not a TFLite model of schema 3: its version is {seen}."),
        remedies=(advice("Pass the complete, aligned content of a .tflite file."),),
        source="",
        examples=(
            Example(
                "Model provided is schema version 0 not equal to supported version 3",
                subject="schema version 0",
            ),
        ),
    ),
    Rule(
        name="lite-damaged",
        said=(
            r"(?i:not a valid flatbuffer)",
            r"The model is not a valid",
            r"verif(?:y|ication)[^\n]*[Ff]latbuffer",
            r"Input tensor \d+ lacks data",
            r"Tensor \d+ (?:has|is) (?:an )?invalid",
            r"invalid buffer",
        ),
        certainty=CERTAIN,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        subject="{model}",
        explanation=("The file is not a complete TFLite flatbuffer: it is damaged or incomplete."),
        remedies=(advice("Download or convert it again, and compare its size and checksum."),),
        source="",
        examples=(
            Example("ValueError: The model is not a valid Flatbuffer buffer", subject="the model"),
        ),
    ),
    Rule(
        name="lite-absent",
        said=(
            (
                r"(?:Could not open|Mmap of|Could not mmap) "
                r"'?(?P<path>[^'\n]+?)'?[.\s]*(?:failed)?\s*$"
            ),
        ),
        facts=(Fact("TODO", lambda s: s.format in ("", "tflite")),),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="{path}",
        explanation=("The file `{path}` does not exist or cannot be opened."),
        remedies=(advice("Give the path of the .tflite file."),),
        source="",
        examples=(Example("ValueError: Could not open 'model.tflite'.", subject="model.tflite"),),
    ),
)

CALLS = (
    Rule(
        name="lite-input",
        said=(
            r"Cannot set tensor: (?P<what>[^\n]*)",
            r"Tensor data is null",
            r"Invalid tensor size",
            r"input index \d+ is out of range",
            (
                r"(?i:cannot copy (?:to|from) a?n? ?(?:java object|tensor\w*|tensorflowlite "
                r"tensor)[^\n]*)"
            ),
            r"(?i:attempting to resize a fixed-size)[^\n]*",
            r"Invoke called on model that is not ready",
            r"ResizeInputTensor[^\n]*only",
        ),
        certainty=CERTAIN,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="input",
        explanation=("The model loads, but the given values do not match its inputs: {what}"),
        remedies=(advice("Check get_input_details(), and pass arrays of that shape and type."),),
        source="",
        examples=(
            Example(
                ("ValueError: Cannot set tensor: Dimension mismatch. Got 3 but expected 4"),
                subject="input",
            ),
        ),
    ),
    Rule(
        name="lite-prepare",
        said=(
            r"(?P<file>tensorflow/lite/kernels/(?P<op>\w+)\.cc):\d+ [^\n]*was not true",
            r"Node number \d+ \((?P<node>\w+)\) failed to (?:prepare|invoke)",
        ),
        certainty=LIKELY,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="{op}{node}",
        explanation=(
            "The model loads, but kernel `{op}{node}` does not accept the shapes or types it gets."
        ),
        remedies=(advice("Pass inputs of the shape that the model was converted for."),),
        source="",
        examples=(
            Example("tensorflow/lite/kernels/conv.cc:331 a != b was not true.", subject="conv"),
        ),
    ),
)
