"""TFLite: files that are not models, and calls that do not match."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import OR_DAMAGED, OR_DENIED, OR_FOLDER, OR_OTHER_KIND
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

# The fifth to eighth character of what stands for a model: of a git-lfs pointer, of a web page.
_POINTER = "ion "
_HTML = (
    "<![^']{0,3}",
    "<ht[^']?",
    "html",
    "HTML",
    "CTYP",
    "ctyp",
    "l>\n<",
    "l>\r\n",
    "l la",
    " htm",
    " HTM",
    "<htm",
    "<HTM",
)
_PATH = advice("Give the path of the .tflite file.")


def _is_no_model(symptom: Symptom, match: Match) -> Diagnosis:
    pointer = match["seen"] == _POINTER
    what = "a git-lfs pointer" if pointer else "a web page"
    remedy = (
        advice("Download the real file.", "git lfs pull")
        if pointer
        else advice("Open the address in a browser, and download the file itself.")
    )
    return diagnosis(symptom, match, _DAMAGED, what, f"The file is {what}, not a model.", remedy)


_STAND_INS = "|".join(part.replace("\n", r"\n") for part in (_POINTER, *_HTML))

FILES = (
    Rule(
        name="lite-stand-in",
        said=(rf"(?i:model identifier) '\s*(?P<seen>{_STAND_INS})'?[^\n]{{0,40}}should be",),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=_is_no_model,
        source="tensorflow/lite/core/model_builder.cc",
        examples=(
            Example(
                "ERROR: Model provided has model identifier 'ion ', should be 'TFL3'",
                subject="a git-lfs pointer",
            ),
            Example(
                "ValueError: Model provided has model identifier 'CTYP', should be 'TFL3'",
                subject="a web page",
            ),
        ),
    ),
    Rule(
        name="lite-identifier",
        said=(r"(?i:model\s+identifier)\s+'(?P<seen>[^']{0,8})'?[^\n]{0,40}should\s+be",),
        certainty=LIKELY,
        cause=_WRONG,
        subject="identifier '{seen}'",
        explanation=(
            "The file is not a TFLite model: its identifier is `{seen}` instead of `TFL3`."
        ),
        remedies=(_PATH,),
        alternatives=(OR_DAMAGED,),
        source="tensorflow/lite/core/model_builder.cc",
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
        certainty=LIKELY,
        cause=_WRONG,
        subject="schema version {seen}",
        explanation="The buffer is not a TFLite model of schema 3: its version is {seen}.",
        remedies=(advice("Pass the complete, aligned content of a .tflite file."),),
        alternatives=(OR_DAMAGED,),
        source="tensorflow/lite/core/interpreter_builder.cc",
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
            r"Contents of (?P<path>\S+) does not encode a valid TensorF\w+ ?Lite model",
            r"(?i:not a valid (?:\w+ ){0,4}flatbuffer)",
            r"verif(?:y|ication)[^\n]{0,60}[Ff]latbuffer",
            r"Tensor \d+ is invalidly specified in schema",
            r"(?:Constant buffer|Tensor) \d+ (?:specified|specifies) an? ?out of range",
            r"Read of '(?P<path>[^'\n]+)' failed \(too few bytes read\)",
            r"Invalid tensor index -?\d+ in \w+\. The subgraph has",
            r"No (?:subgraph|buffers) in the model",
        ),
        certainty=LIKELY,
        cause=_DAMAGED,
        subject="{path}",
        explanation="The file is not a complete TFLite flatbuffer: it is damaged or incomplete.",
        remedies=(advice("Download or convert it again, and compare its size and checksum."),),
        alternatives=(OR_OTHER_KIND,),
        source="tensorflow/lite/core/model_builder.cc; tensorflow/lite/tools/verifier.cc",
        examples=(
            Example(
                "ValueError: The model is not a valid Flatbuffer buffer",
                subject="not a valid Flatbuffer",
            ),
        ),
    ),
    Rule(
        name="lite-compressed",
        said=(r"can ?not be opened as a file descriptor; it is probably compressed",),
        certainty=CERTAIN,
        cause=_WRONG,
        subject=".tflite file",
        explanation="Android compressed the .tflite file in the app, so it cannot be mapped.",
        remedies=(
            advice(
                "Leave it uncompressed: in build.gradle of the app.",
                'aaptOptions {{ noCompress "tflite" }}',
            ),
        ),
        source="android.content.res.AssetManager; public report",
        examples=(
            Example(
                "java.io.FileNotFoundException: This file can not be opened as a file descriptor; "
                "it is probably compressed",
                subject=".tflite file",
            ),
        ),
    ),
    Rule(
        name="lite-not-mapped",
        said=(
            r"Mmap of '(?P<path>[^'\n]+)'(?: at offset '?\d+'?)? failed",
            r"Could not mmap '(?P<path>[^'\n]+)'",
        ),
        certainty=LIKELY,
        cause=_DAMAGED,
        subject="{path}",
        explanation="`{path}` exists but cannot be mapped: most often it is an empty file.",
        remedies=(advice("Look at its size, and download or convert the model again."),),
        alternatives=(OR_FOLDER,),
        source="tensorflow/lite/mmap_allocation.cc",
        examples=(
            Example("ValueError: Mmap of 'model.tflite' failed.", subject="model.tflite"),
            Example(
                "ValueError: Mmap of 'm.tflite' at offset '0' failed with error '22'.",
                subject="m.tflite",
            ),
        ),
    ),
    Rule(
        name="lite-folder",
        said=(r"Mmap of '(?P<path>[^'\n]+)'(?: at offset '?\d+'?)? failed with error '?19\b",),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "The path is a folder, not a .tflite file. Newer releases print the number of the "
            "open file instead of its path."
        ),
        remedies=(
            _PATH,
            advice("Load a SavedModel, which is a folder, with tf.saved_model.load."),
        ),
        source="tensorflow/lite/mmap_allocation.cc (errno 19: ENODEV)",
        examples=(
            Example("ValueError: Mmap of '4' at offset '0' failed with error '19'.", subject="4"),
        ),
        counter_examples=(
            Example("ValueError: Mmap of '4' at offset '0' failed with error '22'."),
        ),
    ),
    Rule(
        name="lite-without-path",
        said=(r"[Cc]ould not open ''",),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="empty path",
        explanation="The path that was given is empty.",
        remedies=(_PATH,),
        source="tensorflow/lite/allocation.cc",
        examples=(Example("ValueError: Could not open ''.", subject="empty path"),),
    ),
    Rule(
        name="lite-without-tensors",
        said=(r"(?P<what>Invalid tensor index 0 \(not in \[0, 0\)\))",),
        certainty=ONE_OF,
        cause=_DAMAGED,
        subject="index 0",
        explanation="The model that was read has no tensors: the file is empty or incomplete.",
        remedies=(advice("Download or convert it again, and compare its size and checksum."),),
        alternatives=(
            OR_OTHER_KIND,
            Alternative(
                cause=Cause.CALL_INPUT_MISMATCH,
                explanation="The interpreter was called before its tensors were allocated.",
                decides="whether allocate_tensors() was called without an error",
            ),
        ),
        source="tensorflow/lite/core/c/common.h; interpreter_wrapper.cc",
        examples=(
            Example("ValueError: Invalid tensor index 0 (not in [0, 0))", subject="index 0"),
        ),
        counter_examples=(Example("ValueError: Invalid tensor index 5 (not in [0, 3))"),),
    ),
    Rule(
        name="lite-absent",
        said=(
            r"ValueError: Failed to open (?P<path>[^\n]+?)(?m:\s*$)",
            r"Could not open '?(?P<path>[^'\n]+?)'?\.?(?m:\s*$)",
            r"Could not open '(?P<path>[^'\n]+)'",
        ),
        facts=(
            Fact(
                "the model is a .tflite file, or nobody says", lambda s: s.format in ("", "tflite")
            ),
        ),
        certainty=ONE_OF,
        cause=Cause.MISSING_FILE,
        subject="{path}",
        explanation="The file `{path}` does not exist or cannot be opened.",
        remedies=(_PATH,),
        alternatives=(OR_DENIED,),
        source="tensorflow/lite/mmap_allocation.cc; tensorflow/lite/allocation.cc",
        examples=(Example("ValueError: Could not open 'model.tflite'.", subject="model.tflite"),),
    ),
)

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
