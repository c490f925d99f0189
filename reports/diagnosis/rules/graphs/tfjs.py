"""TensorFlow.js: the files of a web model, and the loader for its kind."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.rules.files import OR_OTHER_KIND
from reports.report.cause import Cause

_WRONG = Cause.WRONG_FORMAT_OR_PATH

WEB_MODELS = (
    Rule(
        name="web-weights-incomplete",
        said=(
            r"[Bb]ased on the provided shape, (?P<shape>\[[^\]\n]*\]),? the tensor should have "
            r"(?P<wanted>\d+) values but has (?P<got>\d+)",
            r"byte length of \w+Array should be a multiple of",
            r"buffer is smaller than requested size",
        ),
        certainty=LIKELY,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        subject="weights {shape}",
        explanation="The weight files (.bin) of the web model are incomplete or mixed up.",
        remedies=(
            advice(
                "Copy model.json and all .bin files again, as binary files, and empty the cache of "
                "the browser."
            ),
        ),
        alternatives=(OR_OTHER_KIND,),
        source="tfjs-core/src/tensor_util_env.ts",
        examples=(
            Example(
                "Error: Based on the provided shape, [3,3,256,512], the tensor should have 1179648 "
                "values but has 1178412",
                subject="weights [3,3,256,512]",
            ),
        ),
    ),
    Rule(
        name="web-graph-model-expected",
        said=(
            r"Cannot read propert(?:y|ies) (?:of undefined \(reading )?'producer'",
            r"undefined is not an object \(evaluating '[^'\n]*\.producer'",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="loadGraphModel",
        explanation="loadGraphModel reads graph models, and this one has layers.",
        remedies=(advice("Use tf.loadLayersModel.", "await tf.loadLayersModel(url)"),),
        source="tfjs-converter/src/executor/graph_model.ts",
        examples=(
            Example(
                "TypeError: Cannot read property 'producer' of undefined", subject="loadGraphModel"
            ),
        ),
    ),
    Rule(
        name="web-layers-model-expected",
        said=(
            r"Cannot read propert(?:y|ies) (?:of (?:null|undefined) \(reading )?"
            r"'(?:model_config|class_name|className)'",
            r"Improper config format: \{[^\n]{0,300}'className' and 'config' must set",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="loadLayersModel",
        explanation="loadLayersModel reads models with layers, and this one is a graph model.",
        remedies=(advice("Use tf.loadGraphModel.", "await tf.loadGraphModel(url)"),),
        source="tfjs-layers/src/models.ts",
        examples=(
            Example(
                "TypeError: Cannot read property 'model_config' of null", subject="loadLayersModel"
            ),
        ),
    ),
    Rule(
        name="web-graph-cut",
        said=(
            r"Cannot read propert(?:y|ies)[^\n]{0,40}'children'",
            r"Cannot read propert(?:y|ies)(?s:.{0,200}?)OperationMapper\.\w+",
        ),
        certainty=LIKELY,
        cause=Cause.EXPORT_DEFECT,
        subject="graph",
        explanation="The graph of the web model names nodes that it does not have.",
        remedies=(
            advice("Convert the model again, without --skip_op_check and with its outputs."),
        ),
        source="tfjs-converter/src/operations/operation_mapper.ts",
        examples=(
            Example("TypeError: Cannot read property 'children' of undefined", subject="graph"),
        ),
    ),
    Rule(
        name="web-layers-model-to-convert",
        said=(r"Improper config format: ?\{'(?:node|versions|library)'",),
        named=(r"(?P<path>[^\s'\"]+\.json)\b",),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path|web model}",
        explanation="The web model is a graph model. Keras, and the converter to Keras, read only "
        "models with layers.",
        remedies=(
            advice("Use the model from which the graph model was made, or convert it as a graph."),
        ),
        source="tensorflowjs/converters/keras_tfjs_loader.py",
        examples=(
            Example(
                "ValueError: Improper config format: {'node': [{'name': 'input', 'op': "
                "'Placeholder'}]}",
                subject="web model",
            ),
        ),
        counter_examples=(Example("ValueError: Improper config format: {'l2': 0.1}"),),
    ),
    Rule(
        name="no-web-model",
        said=(
            r"The JSON from HTTP path (?P<path>\S+) contains neither model topology",
            r"Failed to parse model JSON of response from (?:path )?(?P<path>\S+\w)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation="What `{path}` returns is not the model.json of a web model.",
        remedies=(advice("Open the address in a browser, and correct it."),),
        source="tfjs-core/src/io/http.ts",
        examples=(
            Example(
                "Error: Failed to parse model JSON of response from /m/model.json. Please make "
                "sure the server is serving valid JSON for this request.",
                subject="/m/model.json",
            ),
        ),
    ),
)
