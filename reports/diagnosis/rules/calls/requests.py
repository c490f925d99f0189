"""Inputs that a server, TensorFlow.js, ONNX or TensorFlow Lite does not take from its caller."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.report.cause import Cause

_CALL = Cause.CALL_INPUT_MISMATCH
_CHECK = advice("Call the model with the names, shapes and types of its inputs.")

REQUESTS = (
    Rule(
        name="request-to-a-server",
        said=(
            r"Failed to process element: (?P<name>\d+) of '(?:instances|inputs)' list",
            r"Missing '(?P<name>inputs|instances)'[^\n]{0,30}key",
            r"input size does not match signature[^\n]*?required: \{(?P<name>[^}\n]+)",
            r"input size does not match (?P<name>signature)",
            r"input tensor alias not found in signature: (?P<name>[\w:/.-]*\w)",
            r"JSON Value: [^\n]*not of expected type",
            r"Request for unknown (?P<name>input|output)",
            r"tensor parsing error",
            r"\b(?P<name>In\[\d\]) is not a matrix",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name|request}",
        explanation="The server has the model, but the request does not match its signature.",
        remedies=(
            advice(
                "Compare the request with the signature of the model.",
                "saved_model_cli show --all --dir MODEL",
            ),
        ),
        source="tensorflow_serving/util/json_tensor.cc; servables/tensorflow/predict_util.cc",
        examples=(
            Example(
                "input tensor alias not found in signature: image. Inputs expected to be in the "
                "set {images}.",
                subject="image",
            ),
            Example("{\"error\": \"Missing 'inputs' or 'instances' key\"}", subject="inputs"),
        ),
    ),
    Rule(
        name="input-of-tfjs",
        said=(
            r"(?:dtype|shape) of dict\['(?P<name>[\w/:.-]+)'\] provided in model\.execute",
            r"(?:The )?dict provided in model\.execute\(dict\) has(?: the)? (?:unused )?keys?:? "
            r"\[?(?P<name>[\w/:.-]+)",
            r"Cannot compute the outputs \[(?P<name>[^\]\n]+)\] from the provided inputs",
            r"Input tensor count mismatch",
            r"implicit shape can't be a fractional number",
            r"Signature '[\w.]+' is missing inputs: (?P<name>[\w, ]*\w)",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name|inputs}",
        explanation="The model is loaded, but was called with other inputs than it has.",
        remedies=(_CHECK,),
        source="tfjs-converter/src/executor/graph_executor.ts",
        examples=(
            Example(
                "Error: The dtype of dict['images'] provided in model.execute(dict) must be "
                "float32, but was int32",
                subject="images",
            ),
        ),
    ),
    Rule(
        name="input-of-onnx",
        said=(
            r"Got invalid dimensions for input: (?P<name>[\w/:.-]+)",
            r"Invalid rank for input: (?P<name>[\w/:.-]+)",
            r"Invalid Feed Input Name: ?(?P<name>[\w/:.-]+)",
            r"Required inputs \(\['(?P<name>[^']+)'[^\n]*missing from input feed",
            r"Unexpected input data type\. Actual: \(?tensor\((?P<name>\w+)",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation="The ONNX model is loaded, but was called with other inputs than it has.",
        remedies=(_CHECK,),
        source="onnxruntime/core/session/inference_session.cc",
        examples=(
            Example(
                "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: "
                "input_1 for the following indices",
                subject="input_1",
            ),
        ),
    ),
    Rule(
        name="input-of-lite",
        said=(
            r"Invalid tensor (?P<name>index -?\d+)(?! in| \(not in \[0, 0\)\))",
            r"[Cc]annot resolve DataType of (?P<name>[\w.\[]*\w)",
            r"Invalid (?P<name>(?:input|output) Tensor index: -?\d+)",
            r"(?P<name>Input|Output) error: [^\n]{1,120}(?:shape|bytes|type)",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation="The model is loaded, but was called with tensors that it does not have.",
        remedies=(
            advice(
                "Look at the inputs and outputs of the model.",
                "print(interpreter.get_input_details(), interpreter.get_output_details())",
            ),
        ),
        source="tensorflow/lite/python/interpreter_wrapper/interpreter_wrapper.cc; "
        "tensorflow/lite/java/src/main/java/org/tensorflow/lite/TensorImpl.java",
        examples=(
            Example("ValueError: Invalid tensor index 5", subject="index 5"),
            Example(
                "IllegalArgumentException: DataType error: cannot resolve DataType of "
                "java.lang.Float",
                subject="java.lang.Float",
            ),
        ),
        counter_examples=(
            Example("ValueError: Invalid tensor index 9 in main. The subgraph has 3 tensors"),
        ),
    ),
    Rule(
        name="outputs-of-another-lite-model",
        said=(
            r"(?s)\b(?P<name>get_output_(?:tensor|details))\(.{0,300}?(?:TypeError: (?:int\(\) "
            r"argument|only (?:size-1|length-1|integer|0-dim))|IndexError: |ValueError: The truth)",
        ),
        certainty=LIKELY,
        cause=_CALL,
        subject="{name}",
        explanation="The program expects other outputs, or their order, than this model has.",
        remedies=(
            advice(
                "Look at the order and the shapes of the outputs.",
                "print(interpreter.get_output_details())",
            ),
        ),
        source="public report",
        examples=(
            Example(
                "count = int(get_output_tensor(interpreter, 3))\nTypeError: int() argument must be "
                "a string, a bytes-like object or a number, not 'list'",
                subject="get_output_tensor",
            ),
        ),
    ),
    Rule(
        name="value-that-is-no-tensor",
        said=(
            r"eager execution function cannot be Keras symbolic tensors",
            r"Unexpectedly found an instance of type \W*(?P<name>[\w.<' ]*\w)",
            r"Failed to convert a NumPy array to a Tensor \((?P<name>[^)\n]*)",
            r"Failed to convert object of type \W*(?P<name>[\w.<' ]*\w)\W* to Tensor",
            r"Expected image \((?P<name>JPEG, PNG[^)\n]*)\), got",
            r"Unknown image file format\. One of (?P<name>JPEG, PNG[\w, ]*)",
        ),
        named=(r"found \[<tf\.Tensor '(?P<name>[\w/.-]+)", r"\{\{node (?P<name>[\w/.-]+)"),
        certainty=LIKELY,
        cause=_CALL,
        subject="{name|inputs}",
        explanation="The model was called with a value that is no tensor of the kind it takes.",
        remedies=(_CHECK,),
        source="tensorflow/python/framework/constant_op.py, tensorflow/python/eager/execute.py",
        examples=(
            Example(
                "_SymbolicException: Inputs to eager execution function cannot be Keras symbolic "
                "tensors, but found [<tf.Tensor 'input_1:0' shape=(None, 3) dtype=float32>]",
                subject="input_1",
            ),
            Example(
                "ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type "
                "float).",
                subject="Unsupported object type float",
            ),
        ),
    ),
)
