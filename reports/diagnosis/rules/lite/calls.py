"""TFLite models that are called with what they do not take, or not prepared first."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.files import OR_DAMAGED, OR_OTHER_KIND
from reports.report.cause import Alternative, Cause

CALLS = (
    Rule(
        name="lite-interpreter-not-made",
        said=(
            r"(?P<what>Unable to create interpreter)",
            r"(?P<what>Failed to (?:create|build|construct) (?:the )?(?:TFLite )?[Ii]nterpreter)",
            r"(?P<what>Cannot create interpreter)",
        ),
        certainty=ONE_OF,
        cause=Cause.TFLITE_OP_UNSUPPORTED,
        subject="interpreter",
        explanation=(
            "No interpreter could be made for the model: most often it lacks an op or a version of "
            "an op. The lines that TFLite printed before this one name it."
        ),
        remedies=(advice("Read the log before this line, and use the newest TFLite runtime."),),
        alternatives=(OR_DAMAGED, OR_OTHER_KIND),
        source="tflite_flutter/lib/src/interpreter.dart; tensorflow/lite/c/c_api.cc",
        examples=(
            Example(
                "ArgumentError (Invalid argument(s): Unable to create interpreter.)",
                subject="interpreter",
            ),
        ),
        counter_examples=(
            Example(
                "Didn't find op for builtin opcode 'CONV_2D' version '5'\nRegistration failed.\n"
                "Invalid argument(s): Unable to create interpreter."
            ),
        ),
    ),
    Rule(
        name="lite-input",
        said=(
            r"Cannot set tensor: (?P<what>[^\n]*)",
            r"(?P<what>Tensor data is null[^\n]*)",
            r"Invalid tensor size",
            r"input index \d+ is out of range",
            r"(?i:cannot (?:copy|convert) (?:to|from|between) a?n? ?(?:java object|tensor\w*|"
            r"tensorflowlite (?:tensor|buffer))[^\n]*)",
            r"(?i:attempting to resize (?:a fixed-size|dimension))[^\n]*",
            r"Invoke called on model that is not ready",
            r"(?P<what>Input tensor (?P<index>\d+) lacks data)",
            r"ResizeInputTensor[^\n]*only",
            r"Invalid Input name \((?P<input>[^)\n]*)\) for SignatureDef",
            r"Invalid number of inputs provided for running a SignatureDef",
        ),
        named=(r"(?:for|of) input (?P<index>\d+)", r"for input \d+, name: (?P<input>\S+)"),
        certainty=CERTAIN,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="input {index} {input}",
        explanation="The model loads, but the given values do not match its inputs: {what}",
        remedies=(advice("Check get_input_details(), and pass arrays of that shape and type."),),
        source="tensorflow/lite/python/interpreter_wrapper/interpreter_wrapper.cc",
        examples=(
            Example(
                "ValueError: Cannot set tensor: Dimension mismatch. Got 3 but expected 4 for "
                "dimension 1 of input 0.",
                subject="input 0",
            ),
        ),
    ),
    Rule(
        name="lite-number-of-inputs",
        said=(
            r"Num(?:Inputs|Outputs)\(\w+\) [!=]= \d+ \(\d+ != \d+\)(?s:.{0,40}?)"
            r"Node number \d+ \((?P<op>[\w:-]+)\) failed to (?:prepare|invoke)",
        ),
        certainty=ONE_OF,
        cause=Cause.TFLITE_OP_UNSUPPORTED,
        subject="{op}",
        explanation=(
            "The file gives op {op} another number of inputs or outputs than the interpreter of "
            "{here} takes."
        ),
        remedies=(advice("Convert the model again, for the release that has to run it."),),
        alternatives=(
            Alternative(
                cause=Cause.EXPORT_DEFECT,
                explanation="The converter lost an input or output of the op.",
                decides="the inputs of that op in tf.lite.experimental.Analyzer.analyze(PATH)",
            ),
        ),
        source="tensorflow/lite/kernels",
        examples=(
            Example(
                "tensorflow/lite/kernels/add.cc:86 NumInputs(node) != 2 (1 != 2)Node number 0 "
                "(ADD) failed to prepare.",
                subject="ADD",
            ),
        ),
    ),
    Rule(
        name="lite-variable-not-set",
        said=(r"kernels/(?P<op>read_variable)\.cc:\d+ variable != nullptr was not true",),
        certainty=ONE_OF,
        cause=Cause.EXPORT_DEFECT,
        subject="{op}",
        explanation="The model reads a variable to which nothing gave a value before.",
        remedies=(
            advice("Convert the model with its variables as constants, or with what sets them."),
        ),
        alternatives=(
            Alternative(
                cause=Cause.LOOKUP_TABLE_OR_RESOURCE_INIT,
                explanation="The model has a signature that sets its variables and was not run.",
                decides="interpreter.get_signature_list()",
            ),
        ),
        source="tensorflow/lite/kernels/read_variable.cc",
        examples=(
            Example(
                "tensorflow/lite/kernels/read_variable.cc:67 variable != nullptr was not true",
                subject="read_variable",
            ),
        ),
    ),
    Rule(
        name="lite-prepare",
        said=(
            r"tensorflow/lite/kernels/(?:internal/)?(?P<op>\w+)\.cc:\d+ [^\n]*was not true",
            r"Node number \d+ \((?P<op>[\w:-]+)\) failed to (?:prepare|invoke)",
            r"Node (?P<op>\w+) \(number \w+\) failed to (?:prepare|invoke)",
        ),
        unless=(r"apply delegate:", r"Delegate\w*\) failed to"),
        certainty=LIKELY,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="{op}",
        explanation="The model loads, but kernel `{op}` does not accept what it gets.",
        remedies=(advice("Pass inputs of the shape that the model was converted for."),),
        source="tensorflow/lite/kernels",
        examples=(
            Example("tensorflow/lite/kernels/conv.cc:331 a != b was not true.", subject="conv"),
        ),
    ),
)
