"""Models that cannot be exported, or whose export lacks a part."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.raised_by import RaisedBy
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_DEFECT = Cause.EXPORT_DEFECT
_SAVING = "tensorflow.python.saved_model."
# Parts of files that load as well: what these functions raise is about saving.
_OF_KERAS_AND_SAVERS = (
    RaisedBy("*keras*saved_model_experimental", "_save_*"),
    RaisedBy("*keras*saved_model_experimental", "_export_*"),
    RaisedBy("*keras*saving.utils_v1.*"),
    RaisedBy("*keras*serialized_attributes", "*.set_and_validate_*"),
    RaisedBy("*keras*serialized_attributes", "*.new"),
    RaisedBy("*keras*hdf5_format", "save_*"),
    RaisedBy("*keras*layers.serialization", "serialize"),
    RaisedBy("*keras*saving_lib", "save_*"),
    RaisedBy("*keras*saving_lib", "_upload_*"),
    RaisedBy("*keras*saving_lib", "ShardedH5IOStore.__setitem__"),
    RaisedBy("tensorflow.core.function.trace_type.serialization", "serialize"),
    RaisedBy("tensorflow.python.saved_model.nested_structure_coder", "*_map_structure"),
    RaisedBy("tensorflow.python.*saveable_object_util*", "op_list_to_dict"),
    RaisedBy("tensorflow.python.*saveable_object_util*", "saveable_objects_for_op"),
)

EXPORTING = (
    Rule(
        name="untracked",
        said=(
            r"captures tensor (?P<name>[^\n]{1,120}?) which is unsupported or not reachable",
            r"Tried to export a function which references (?:an )?['\"]?untracked",
            r"references an? ['\"]?untracked (?:object|resource)",
            r"Found an untracked dependency",
        ),
        named=(
            r"Tensor\(\"(?P<name>[^\"\n]+)\"",
            r"captures tensor <tf\.Tensor '?(?P<name>[\w/:.-]+)",
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{name}",
        explanation=(
            "The exported function uses an object that is not an attribute of the model, so it "
            "was not saved."
        ),
        remedies=(
            advice("Make the object an attribute of the exported module, and export again."),
        ),
        source="tensorflow/python/saved_model/save.py; "
        "tensorflow/python/saved_model/function_serialization.py",
        examples=(
            Example(
                "AssertionError: Tried to export a function which references untracked resource "
                'Tensor("12:0", shape=(), dtype=resource).',
                subject="12:0",
            ),
        ),
    ),
    Rule(
        name="not-exportable",
        raised_by=tuple(
            RaisedBy(_SAVING + module)
            for module in (
                *("save", "builder_impl", "function_serialization", "signature_serialization"),
                *("signature_def_utils_impl", "model_utils.*", "tracing_utils", "save_options"),
            )
        )
        + _OF_KERAS_AND_SAVERS,
        certainty=LIKELY,
        cause=_DEFECT,
        subject="export",
        explanation="TensorFlow cannot export the model as it is.",
        remedies=(advice("Change what the sentence names, and export the model again."),),
        source="tensorflow/python/saved_model/save.py",
        examples=(
            Example(
                "ValueError: Functions that expect tf.Variable inputs cannot be exported as "
                "signatures.",
                subject="export",
            ),
            Example(
                "ValueError: Slices must all be from the same tensor: a != b", subject="export"
            ),
            Example(
                "ValueError: Function call_and_return_all missing from serialized function dict.",
                subject="export",
            ),
        ),
    ),
    Rule(
        name="function-of-another-writer",
        said=(r"KeyError: u?['\"](?P<name>__(?:inference|forward|backward)_\w+)",),
        certainty=ONE_OF,
        cause=_DEFECT,
        subject="{name}",
        explanation="The SavedModel names the function `{name}`, which its graph does not have.",
        remedies=(advice("Export the model again from the code that made it."),),
        alternatives=(
            Alternative(
                cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
                explanation="A newer TensorFlow wrote the SavedModel than reads it.",
                decides="tensorflow_version in saved_model.pb, compared with tf.__version__",
            ),
        ),
        source="tensorflow/python/saved_model/function_deserialization.py",
        examples=(
            Example(
                "KeyError: '__inference_conv_call_fn_12'", subject="__inference_conv_call_fn_12"
            ),
        ),
    ),
    Rule(
        name="function-not-in-the-graph",
        said=(
            r"Function (?P<name>\S+) was not found\. Please make sure the FunctionDef",
            r"ValueError: (?P<name>\S+) function not found\.",
            r"Expected exactly one SavedModel init op\. Found(?P<name> \d+)?",
            r"Encountered a cycle in the deserialization dependencies",
            r"(?P<name>\d+) nodes in a cycle",
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{name}",
        explanation="The graph was exported incorrectly: its functions and nodes do not fit.",
        remedies=(advice("Export the model again from the code that made it."),),
        source="tensorflow/python/framework/function_def_to_graph.py; "
        "tensorflow/python/saved_model/loader_impl.py",
        examples=(
            Example(
                "ValueError: Function __inference_f_12 was not found. Please make sure the "
                "FunctionDef `fdef` is correct.",
                subject="__inference_f_12",
            ),
        ),
    ),
)
