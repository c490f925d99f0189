"""Weights in a Keras file that do not fit the model."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.report.cause import Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH
SAME_MODEL = advice("Build the model exactly as it was when its weights were saved.")
NOT_IN_A_CALL = Fact("the model was not yet being called", lambda s: s.stage != "run")
LAYER = r"['\"]?(?P<layer>[\w/.:-]+)['\"]?"

WEIGHTS = (
    Rule(
        name="model-without-layers",
        said=(
            r"weight file (?:containing|with) (?P<found>\d+) layers into a model with 0\b",
            r"Layer count mismatch[^\n]*expected 0 layers, found (?P<found>\d+)",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{found} layers into a model with 0 layers",
        explanation=(
            "The model has no layer with weights when they are loaded: its layers are not built, "
            "as in a Sequential model that does not know the shape of its input."
        ),
        remedies=(
            advice(
                "Give the first layer its input_shape, or call the model once, before the weights "
                "are loaded. A file for load_model has to be saved again in that way."
            ),
        ),
        source="keras/saving/hdf5_format.py; public report",
        examples=(
            Example(
                "ValueError: You are trying to load a weight file containing 1 layers into a model "
                "with 0 layers",
                subject="1 layers into a model with 0 layers",
            ),
        ),
        counter_examples=(
            Example(
                "You are trying to load a weight file containing 3 layers into a model "
                "with 4 layers."
            ),
        ),
    ),
    Rule(
        name="layer-count",
        said=(
            r"weight file (?:containing|with) (?P<found>\d+) layers into a model with "
            r"(?P<wanted>\d+)",
            r"Layer count mismatch[^\n]*expected (?P<wanted>\d+) layers, found (?P<found>\d+)",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{found} layers into a model with {wanted} layers",
        explanation=(
            "The file has weights for {found} layers, but the model has {wanted} layers: the "
            "architecture is different."
        ),
        remedies=(SAME_MODEL,),
        source="keras/saving/hdf5_format.py, keras/src/legacy/saving/legacy_h5_format.py",
        examples=(
            Example(
                "You are trying to load a weight file containing 3 layers into a model "
                "with 4 layers.",
                subject="3 layers into a model with 4 layers",
            ),
        ),
    ),
    Rule(
        name="layer-variables",
        said=(
            r"Layer ['\"]?(?P<layer>[^'\"\n]{1,80}?)['\"]? expected (?P<wanted>\d+) variables, but "
            r"received (?P<found>\d+) variables",
            r"Layer ['\"]?(?P<layer>[^'\"\n]{1,80}?)['\"]? was never built and thus it doesn't "
            r"have",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="layer {layer}",
        explanation=(
            "The variables of layer `{layer}` do not match the file. The file may be intact: Keras "
            "2.14 and 2.15 changed where a .keras file has its weights, and Keras 2.13 to 3.x lose "
            "variables of nested layers when they save or load a model."
        ),
        remedies=(
            advice(
                "Load it with the Keras version that saved it, or build the model in code and "
                "load the weights."
            ),
        ),
        source="keras/src/layers/layer.py, keras/engine/base_layer.py (Keras 2.11 and newer)",
        examples=(
            Example(
                "Layer 'd' expected 2 variables, but received 0 variables during loading.",
                subject="layer d",
            ),
            Example(
                "ValueError: Layer 'd' was never built and thus it doesn't have any variables. "
                "However the weights file lists 2 variables for this layer.",
                subject="layer d",
            ),
        ),
    ),
    Rule(
        name="weights-from-a-path",
        said=(
            rf"on layer {LAYER} with a weight list of length \d+, but the layer was expecting \d+ "
            r"weights?\. Provided weights: (?P<path>['\"]?[\w./~\\][^\n\[\]]*)",
        ),
        certainty=CERTAIN,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="layer {layer}",
        explanation="set_weights takes a list of arrays, and was given a path.",
        remedies=(advice("Load a file with load_weights.", "model.load_weights(path)"),),
        source="keras/engine/base_layer.py (Keras 2)",
        examples=(
            Example(
                'ValueError: You called `set_weights(weights)` on layer "net" with a weight list '
                "of length 14, but the layer was expecting 6 weights. Provided weights: /tmp/w.h5",
                subject="layer net",
            ),
        ),
        counter_examples=(
            Example(
                'ValueError: You called `set_weights(weights)` on layer "net" with a weight list '
                "of length 4, but the layer was expecting 6 weights. Provided weights: [array(["
            ),
        ),
    ),
    Rule(
        name="layer-weights",
        said=(
            rf"[Ll]ayer (?:#\d+ )?\(?(?:named )?{LAYER}[^\n]{{0,160}}? expects (?P<wanted>\d+) "
            r"weight\(?s?\)?[^\n]{0,60}?(?:saved weights have|[Rr]eceived|saved with) "
            r"(?P<found>\d+)",
            rf"Weight count mismatch for layer #\d+ \(named {LAYER}",
            r"Weight count mismatch for (?P<layer>top-level) weights",
            rf"on (?:layer|optimizer) {LAYER} with a weight list of length (?P<found>\d+), but "
            rf"the "
            r"(?:layer|optimizer) was expecting (?P<wanted>\d+)",
            rf"Skipping loading (?:of )?weights for layer (?:#\d+ )?\(?(?:named )?{LAYER}\)? due "
            r"to mismatch in (?:number of weights|shape)",
            r"specified weight list \(\d+\) does not match the number of weights of the "
            r"(?P<layer>optimizer)",
            r"Weight handler for trackable <?(?P<layer>\S+) [^\n]*number of weights",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="layer {layer}",
        explanation=(
            "The file has a different number of weights for a layer than the model expects."
        ),
        remedies=(SAME_MODEL,),
        source="keras/saving/hdf5_format.py, keras/engine/base_layer.py, keras/src/layers/layer.py",
        examples=(
            Example(
                'Layer #2 (named "c") expects 2 weight(s), but the saved weights have '
                "1 element(s).",
                subject="layer c",
            ),
            Example(
                "WARNING:tensorflow:Skipping loading of weights for layer conv2d_1 due to mismatch "
                "in shape ((3, 3, 512, 256) vs (512, 2048, 3, 3)).",
                subject="layer conv2d_1",
            ),
            Example(
                'ValueError: You called `set_weights(weights)` on layer "conv2d_9" with a weight '
                "list of length 1, but the layer was expecting 2 weights. Provided weights: [array",
                subject="layer conv2d_9",
            ),
            Example(
                "ValueError: Weight count mismatch for layer #1 (named conv1 in the current model, "
                "conv1_7x7 in the save file). Layer expects 1 weight(s). Received 2 saved "
                "weight(s)",
                subject="layer conv1",
            ),
        ),
    ),
    Rule(
        name="objects-not-loaded",
        said=(
            r"total of \w+ objects could not be loaded",
            r"weight data has no target variable: (?P<name>\S+)",
        ),
        named=(r"(?:for object|loaded: \[) ?<(?P<object>\w+) name=(?P<name>[\w/.-]+)",),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{object} {name}",
        explanation="The file has no weights with the names that the model looks for.",
        remedies=(SAME_MODEL,),
        source="keras/src/saving/saving_lib.py (Keras 3), tfjs-layers",
        examples=(
            Example(
                "A total of 3 objects could not be loaded. Example error message for object <Dense "
                "name=dense_2, built=True>:\n\nLayer 'dense_2' has no variables",
                subject="Dense dense_2",
            ),
        ),
    ),
    Rule(
        name="weights-before-the-model-is-built",
        said=(
            r"loading weights into a model that has not yet been built",
            r"(?:into a subclassed [Mm]odel which )?has not (?:yet )?created its variables",
            r"(?P<name>[\w/]+)? ?have not yet been created",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="model not built",
        explanation="The model has no variables yet, so the weights of the file have no place.",
        remedies=(
            advice(
                "Build the model or call it once, then load the weights.",
                "model.build(input_shape)\nmodel.load_weights(path)",
            ),
        ),
        source="keras/src/saving/saving_lib.py, keras/engine/training.py",
        examples=(
            Example(
                "ValueError: You are loading weights into a model that has not yet been built.",
                subject="model not built",
            ),
            Example(
                "ValueError: Unable to load weights saved in HDF5 format into a subclassed Model "
                "which has not created its variables yet. Call the Model first, then load the "
                "weights.",
                subject="model not built",
            ),
        ),
    ),
    Rule(
        name="group-not-in-file",
        said=(
            r"(?:Unable to (?:synchronously )?open object|[Oo]bject)[^\n]{0,40}?['\"]?"
            r"(?P<name>[\w/:.-]+)['\"]? doesn't exist",
            r"optimizer cannot recognize variable (?P<name>[\w/.:-]+\w)",
            r"No such layer: (?P<name>[\w/-]+(?:\.\w+)*)",
            r"Layer (?P<name>\S+) not found in (?:saved|file)",
            r"Key '(?P<name>[^'\n]+)' not found in any of the shards",
        ),
        unless=(r"component not found", r"'(?:model_config|layer_names|model_weights)'"),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{name}",
        explanation="The file has no entry with the name `{name}`, which the model looks for.",
        remedies=(SAME_MODEL,),
        source="h5py/h5o.pyx, keras/optimizers/optimizer.py, keras/src/saving/saving_lib.py",
        examples=(
            Example(
                "KeyError: \"Unable to open object (object 'dense_1' doesn't exist)\"",
                subject="dense_1",
            ),
        ),
    ),
    Rule(
        name="state-of-an-optimizer",
        said=(
            r"Skipping variable loading for optimizer ['\"]?(?P<name>[\w/.-]+)['\"]?, because it "
            r"has (?P<wanted>\d+) variables whereas the saved optimizer has (?P<found>\d+)",
            r"Error in loading the saved optimizer state",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="optimizer {name}",
        explanation="The file has another number of variables for the optimizer than the model "
        "expects. The weights of the layers are loaded, and training starts without its state.",
        remedies=(
            advice("To predict, nothing is to be done. To train on, use the Keras that saved it."),
        ),
        source="keras/src/optimizers/base_optimizer.py, keras/src/legacy/saving",
        examples=(
            Example(
                "UserWarning: Skipping variable loading for optimizer 'adam', because it has 2 "
                "variables whereas the saved optimizer has 30 variables.",
                subject="optimizer adam",
            ),
            Example(
                "WARNING:absl:Error in loading the saved optimizer state. As a result, your model "
                "is starting with a freshly initialized optimizer.",
                subject="optimizer",
            ),
        ),
    ),
)
