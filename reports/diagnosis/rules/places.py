"""What a sentence means by where it was raised, for sentences that no other rule knows.

Each place in the sources of TensorFlow and Keras has a purpose: what it raises is about that.
All of these are likely, none is certain, and a rule that knows the sentence itself goes first.
"""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import as_new_as_writer, same_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import BY_LOADER
from reports.diagnosis.raised_by import RaisedBy
from reports.diagnosis.rule import LIKELY, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

# As little as the place itself: a rule that knows the sentence goes first.
_BY_LOADER = replace(BY_LOADER, weight=0)
_CALLED = Fact("the model was called", lambda s: s.stage == "run")

PLACES = (
    Rule(
        name="raised-while-reading-weights",
        raised_by=(
            RaisedBy("*hdf5_format", "*load_weights*"),
            RaisedBy("*hdf5_format", "*preprocess_weights*"),
            RaisedBy("*hdf5_format", "*convert_*"),
            RaisedBy("*h5_format", "*load_weights*"),
            RaisedBy("*h5_format", "_set_weights"),
            RaisedBy("*saving_lib", "_raise_loading_failure"),
            RaisedBy("*saving_lib", "load_weights_only"),
            RaisedBy("*saving_lib", "ShardedH5IOStore.*"),
            RaisedBy("*", "*.set_weights"),
            RaisedBy("*", "*.load_own_variables"),
            RaisedBy("tensorflow.python.*saveable_object_util*"),
            RaisedBy("tensorflow.python.*", "*Status.assert_*"),
        ),
        certainty=LIKELY,
        cause=Cause.WEIGHTS_MISMATCH,
        subject="{hole|weights}",
        explanation="The error comes from the code that reads weights into the model: the "
        "weights in the file do not match its layers.",
        remedies=(advice("Build the model exactly as it was when its weights were saved."),),
        source="keras/src/legacy/saving/legacy_h5_format.py",
        examples=(
            Example(
                "ValueError: Weight expects shape (1,). Received saved weight with shape (2,)",
                subject="weights",
            ),
        ),
    ),
    Rule(
        name="raised-while-reading-a-config",
        raised_by=(
            RaisedBy("*keras*serialization*"),
            RaisedBy("*keras*model_config"),
            RaisedBy("*keras*saving_utils", "*config*"),
            RaisedBy("*keras*", "*from_config*"),
            RaisedBy("*keras*models.functional", "*deserialize*"),
            RaisedBy("*keras*models.functional", "Functional.__init__"),
            RaisedBy("*keras*engine.*", "*_validate_graph*"),
            RaisedBy("*keras*engine.*", "*_init_graph_network"),
            RaisedBy("*keras*engine.*", "*_map_*"),
            RaisedBy("*keras*.sequential", "Sequential.add"),
            RaisedBy("*keras*.sequential", "Sequential.build"),
            RaisedBy("*keras*saved_model.load*"),
            RaisedBy("*keras*serialized_attributes"),
            RaisedBy("*keras*json_utils"),
            RaisedBy("*keras*.layers.*", "*.__init__"),
            RaisedBy("*keras*.base_layer*", "*.__init__"),
            RaisedBy("*keras*.input_layer", "*.__init__"),
            RaisedBy("*keras*initializers*", "*.__init__"),
            RaisedBy("*keras*optimizers*", "*.__init__"),
            RaisedBy("*keras*", "get"),
            RaisedBy("*keras*", "deserialize"),
        ),
        certainty=LIKELY,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="{hole|config}",
        explanation="The error comes from the code that builds a model from its config: most often "
        "another version of Keras wrote the config.{saved}",
        remedies=(same_keras,),
        source="keras/src/saving/serialization_lib.py",
        examples=(
            Example(
                "ValueError: Cannot deserialize the model (invalid config data?)", subject="config"
            ),
        ),
    ),
    Rule(
        name="raised-while-opening-a-model",
        raised_by=(
            RaisedBy("*keras*saving.saving_api"),
            RaisedBy("*keras*saving*.save", "load_*"),
            RaisedBy("*keras*saving_lib", "load_model"),
            RaisedBy("*keras*saving_lib", "_load_model_from_*"),
            RaisedBy("*keras*saving_lib", "*H5*"),
            RaisedBy("*keras*saving_lib", "safe_get_*"),
            RaisedBy("*keras*h5_format", "load_model_*"),
            RaisedBy("*keras*hdf5_format", "load_model_*"),
            RaisedBy("*keras*orbax_util"),
            RaisedBy("tensorflow.python.saved_model.loader*"),
            RaisedBy("tensorflow.python.saved_model.load", "load*"),
            RaisedBy("tensorflow.python.saved_model.load_v1_in_v2"),
            RaisedBy("tensorflow.python.training.saver", "*restore*"),
            RaisedBy("tensorflow.python.training.saver", "saver_from_*"),
            RaisedBy("tensorflow.python.*checkpoint*", "*.restore"),
            RaisedBy("tensorflow.python.*checkpoint*", "object_metadata"),
        ),
        named=(
            r"filepath=['\"]?(?P<path>[^\s'\"]+?)['\"]?[.,;]?(?=\s|$)",
            r"\b(?:at|file|path) ['\"`]?(?P<path>[\w./\\:~-]*[/\\][\w./\\:~-]*\w)",
        ),
        certainty=LIKELY,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        subject="{path|model}",
        explanation="The error comes from the code that opens a model: what is at the path is not "
        "what this loader reads.",
        remedies=(advice("Use the loader for this kind of file, or give the path of the model."),),
        source="keras/src/saving/saving_api.py",
        examples=(
            Example(
                "ValueError: Load weights is not implemented with TPUStrategy with "
                "`steps_per_run` greater than 1. The `steps_per_run` is 2",
                subject="model",
            ),
        ),
    ),
    Rule(
        name="raised-while-restoring-functions",
        raised_by=(
            RaisedBy("tensorflow.python.saved_model.function_deserialization"),
            RaisedBy("tensorflow.python.saved_model.nested_structure_coder"),
            RaisedBy("tensorflow.python.saved_model.load", "Loader.*"),
            RaisedBy("tensorflow.python.*checkpoint.restore"),
            RaisedBy("tensorflow.core.function.trace_type.serialization"),
        ),
        certainty=LIKELY,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        subject="{hole|functions}",
        explanation="The error comes from the code that restores the objects of a SavedModel: most "
        "often another TensorFlow version wrote it.{saved}",
        remedies=(as_new_as_writer,),
        source="tensorflow/python/saved_model/load.py",
        examples=(Example("ValueError: Unable to find node layers.", subject="layers"),),
    ),
    Rule(
        name="raised-while-calling",
        raised_by=(
            RaisedBy("*keras*input_spec", "assert_*"),
            RaisedBy("*keras*data_adapter*"),
            RaisedBy("*keras*training*", "*standardize*"),
            RaisedBy("*keras*training*", "*check_*"),
            RaisedBy("*keras*functional", "*_assert_input*"),
            RaisedBy("*keras*functional", "*_adjust_*"),
            RaisedBy("*keras*functional", "*_standardize*"),
            RaisedBy("*keras*functional", "*_flatten*"),
            RaisedBy("tensorflow.python.eager.*function*", "*"),
            RaisedBy("tensorflow.core.function.*"),
            RaisedBy("tensorflow.lite.python.interpreter"),
            RaisedBy("tensorflow.python.client.session"),
        ),
        certainty=LIKELY,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="{hole|inputs}",
        explanation="The error comes from the code that checks the inputs of a call: they do not "
        "match what the model takes.",
        remedies=(advice("Call it with the names, shapes and types of its signature."),),
        source="keras/src/layers/input_spec.py",
        examples=(Example("ValueError: Expected input data to be non-empty.", subject="inputs"),),
    ),
    Rule(
        name="raised-by-a-layer-in-a-call",
        raised_by=(
            RaisedBy("*keras*.layers.*", "*.call"),
            RaisedBy("*keras*.layers.*", "*.build"),
            RaisedBy("*keras*.layers.*", "*.compute_output_shape"),
        ),
        facts=(_CALLED,),
        certainty=LIKELY,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="{hole|inputs}",
        explanation="A layer rejects what it was called with: the inputs do not match what the "
        "model takes.",
        remedies=(advice("Call it with the names, shapes and types of its signature."),),
        source="keras/src/layers",
        examples=(
            Example(
                Symptom(
                    kind="ValueError",
                    message="A merge layer should be called on a list of inputs. Received: "
                    "input_shape=(None, 3) (not a list of shapes)",
                    stage="run",
                ),
                subject="inputs",
            ),
        ),
    ),
    Rule(
        name="raised-by-keras-while-loading",
        raised_by=(RaisedBy("*keras*"),),
        facts=(_BY_LOADER,),
        certainty=LIKELY,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="{hole|config}",
        explanation="Keras refused something of the model while it loaded it: most often another "
        "version of Keras wrote the config.",
        remedies=(same_keras,),
        source="keras/src/saving/serialization_lib.py",
        examples=(
            Example(
                Symptom(
                    kind="ValueError",
                    message="`sampling_rate` must be greater than 0, received -1",
                    stage="load",
                ),
                subject="config",
            ),
        ),
    ),
)
