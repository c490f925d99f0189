"""TFLite: files that are not models, and calls that do not match."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.damage import PULL
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
        PULL if pointer else advice("Open the address in a browser, and download the file itself.")
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
