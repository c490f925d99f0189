"""TFLite: missing ops, files that are not models, calls that do not match."""

from __future__ import annotations

from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import advice
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_LITE = Cause.TFLITE_OP_UNSUPPORTED
_NEWER = advice(
    "Use a newer interpreter, or convert the model again with the release that you run it with."
)
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
        advice("Use the interpreter of the full tensorflow package, TensorFlow 2.3 or newer."),
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
    rule(
        "lite-op-version",
        r"Didn't find op for builtin opcode '(?P<op>\w+)' version '(?P<version>\d+)'",
        answer(
            _LITE,
            "{op} version {version}",
            "The model uses version {version} of op {op}, which the interpreter of {here} does "
            "not have. The interpreter is older than the converter.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "lite-op-code",
        r"Op builtin_code out of range: (?P<code>\d+)|"
        r"(?i:failed to get registration from op code )(?P<op>\w+)|"
        r"Unsupported builtin code (?P<old>\S+)",
        answer(
            _LITE,
            "op {op}{code}{old}",
            "The model uses an op that the interpreter of {here} does not have: the interpreter "
            "is older than the converter, or was built without the op.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "lite-custom-op-and-flex",
        r"(?s)(?:Regular TensorFlow ops are not supported|Select TensorFlow op\(s\)).{0,400}?"
        r"\((?P<op>Flex\w+)\)",
        _flex,
    ),
    rule(
        "lite-flex",
        r"Regular TensorFlow ops are not supported|Select TensorFlow op\(s\)[^\n]*not supported|"
        r"(?P<op>Flex[A-Z]\w+)[^\n]*(?:failed to prepare|not found|unresolved)|"
        r"native TFLite runtime, you can enable TF kernels|TFLITE_BUILTINS,? ?SELECT_TF_OPS",
        _flex,
    ),
    rule("lite-custom-op", r"(?i:unresolved custom op): (?P<op>[\w:>.-]+?)(?:\.|\s|$)", _custom),
    rule(
        "lite-op-not-in-resolver",
        r"Didn't find op for builtin opcode|Didn't find custom op for name '(?P<op>[\w:]+)'|"
        r"(?i:missing registration for opcode)[^\n]*|Registration failed",
        answer(
            _LITE,
            "{op}",
            "The op resolver of this interpreter does not have an op that the model uses.",
            advice("Add the op to the resolver, or use a resolver with all ops."),
        ),
    ),
    rule(
        "lite-quantization",
        r"quantized_dimension must be in range|has invalid quantization parameters|"
        r"(?i:unsupported (?:data )?type )[^\n]*(?:in op|for op|op:? )(?P<op>\w+)",
        answer(
            Cause.OP_ATTR_OR_SHAPE_VERSION,
            "quantization",
            "The interpreter of {here} does not accept the quantization of this model: the "
            "rules for quantized tensors changed between the converter and this "
            "interpreter.{saved}",
            _NEWER,
        ),
    ),
)

FILES = (
    rule(
        "lite-identifier",
        r"(?i:model identifier) '(?P<seen>[^']{0,8})'?[^\n]*should be",
        _identifier,
    ),
    rule(
        "lite-schema",
        r"schema version (?P<seen>\d+) (?:is )?not equal to supported",
        answer(
            Cause.WRONG_FORMAT_OR_PATH,
            "schema version {seen}",
            "The buffer is not a TFLite model of schema 3: its version is {seen}.",
            advice("Pass the complete, aligned content of a .tflite file."),
        ),
    ),
    rule(
        "lite-damaged",
        r"(?i:not a valid flatbuffer)|The model is not a valid|verif(?:y|"
        r"ication)[^\n]*[Ff]latbuffer|"
        r"Input tensor \d+ lacks data|Tensor \d+ (?:has|is) (?:an )?invalid|invalid buffer",
        answer(
            Cause.CORRUPT_OR_TRUNCATED,
            "{model}",
            "The file is not a complete TFLite flatbuffer: it is damaged or incomplete.",
            advice("Download or convert it again, and compare its size and checksum."),
        ),
    ),
    rule(
        "lite-absent",
        r"(?:Could not open|Mmap of|Could not mmap) '?(?P<path>[^'\n]+?)'?[.\s]*(?:failed)?\s*$",
        answer(
            Cause.MISSING_FILE,
            "{path}",
            "The file `{path}` does not exist or cannot be opened.",
            advice("Give the path of the .tflite file."),
        ),
        when=lambda s: s.format in ("", "tflite"),
    ),
)

CALLS = (
    rule(
        "lite-input",
        r"Cannot set tensor: (?P<what>[^\n]*)|Tensor data is null|Invalid tensor size|"
        r"input index \d+ is out of range|"
        r"(?i:cannot copy (?:to|from) a?n? ?(?:java object|tensor\w*|"
        r"tensorflowlite tensor)[^\n]*)|"
        r"(?i:attempting to resize a fixed-size)[^\n]*|Invoke called on model that is not ready|"
        r"ResizeInputTensor[^\n]*only",
        answer(
            Cause.CALL_INPUT_MISMATCH,
            "input",
            "The model loads, but the given values do not match its inputs: {what}",
            advice("Check get_input_details(), and pass arrays of that shape and type."),
        ),
    ),
    rule(
        "lite-prepare",
        r"(?P<file>tensorflow/lite/kernels/(?P<op>\w+)\.cc):\d+ [^\n]*was not true|"
        r"Node number \d+ \((?P<node>\w+)\) failed to (?:prepare|invoke)",
        answer(
            Cause.CALL_INPUT_MISMATCH,
            "{op}{node}",
            "The model loads, but kernel `{op}{node}` does not accept the shapes or types it gets.",
            advice("Pass inputs of the shape that the model was converted for."),
        ),
    ),
)
