"""Models that Keras cannot save, and calls that Keras 3 no longer has for saving and loading."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_DEFECT = Cause.EXPORT_DEFECT
_WRONG = Cause.WRONG_FORMAT_OR_PATH
# What writes a file of that ending.
_WRITES = {
    ".keras": "model.save('model.keras')",
    ".weights.h5": "model.save_weights('model.weights.h5')",
    ".weights.json": "model.save_weights('model.weights.json', max_shard_size=1)",
}
_CALLBACKS = {
    ".keras": "keras.callbacks.ModelCheckpoint('best.keras')",
    ".weights.h5": "keras.callbacks.ModelCheckpoint('best.weights.h5', save_weights_only=True)",
}


def _named_as_asked(symptom: Symptom, match: Match) -> Iterator[Advice]:
    """The ending that the message itself demands, in the call that made it."""
    ending = match["ending"]
    of_callback = "ModelCheckpoint" in symptom.text or " provided must" in match.text
    shown = _CALLBACKS.get(ending) if of_callback else None
    yield advice(f"Give a name that ends in {ending}.", shown or _WRITES.get(ending, ""))


SAVING = (
    Rule(
        name="not-serializable",
        said=(
            r"Not JSON Serializable:?['\",]* ?(?P<what>[^\n]{1,80})",
            r"Unable to serialize [^\n]{1,300}? to JSON",
            r"passed non-JSON-serializable arguments",
            r"Object of type (?P<type>\w*Tensor|\w*Variable|ListWrapper) is not JSON serializable",
        ),
        named=(
            r"Layer (?P<layer>[\w/.-]+) was passed non-JSON",
            r"Unrecognized type <class '(?:\w+\.)*(?P<type>\w+)'>",
        ),
        certainty=LIKELY,
        cause=_DEFECT,
        subject="{layer}{type}{what}",
        explanation=(
            "The model cannot be saved: its config has a value, such as a tensor, that cannot be "
            "written as text."
        ),
        remedies=(
            advice(
                "Put the value into a layer of its own, or save only the weights.",
                "model.save_weights('model.weights.h5')",
            ),
        ),
        source="keras/saving/saved_model/json_utils.py, keras/engine/node.py (Keras 2)",
        examples=(
            Example(
                "TypeError: Unable to serialize 2.0896919 to JSON. Unrecognized type <class "
                "'tensorflow.python.framework.ops.EagerTensor'>.",
                subject="EagerTensor",
            ),
        ),
    ),
    Rule(
        name="model-cannot-be-saved",
        said=(
            r"Model (?P<name>[^\n]{1,100}?) cannot be saved (?:either )?because the input shape",
            r"saving a model that has not yet been built",
            r"Optimizers loaded from (?:a )?SavedModel cannot be saved",
            r"cannot be saved to HDF5 file because they are larger than \d+ bytes",
            r"Save or restore weights that is not an instance of `tf\.Variable`",
        ),
        certainty=LIKELY,
        cause=_DEFECT,
        subject="{name}",
        explanation="Keras cannot save the model in this state, so there is no complete file.",
        remedies=(
            advice(
                "Call the model once on real inputs, and save it without the optimizer.",
                "model.save(path, include_optimizer=False)",
            ),
        ),
        source="keras/saving/saving_utils.py, keras/saving/hdf5_format.py, keras/src/saving",
        examples=(
            Example(
                "ValueError: Model my_model cannot be saved because the input shapes have not been "
                "set.",
                subject="my_model",
            ),
        ),
    ),
    Rule(
        name="format-to-save-in",
        said=(
            r"Saving the model to (?P<argument>HDF5) format requires the model to be",
            r"Unknown `?(?P<argument>save_format|weights_format)`? argument",
            r"Unknown format\. Received: `(?P<argument>save_format)`",
            r"Provided `(?P<argument>save_format)` is inconsistent",
            r"save_weights got (?P<argument>save_format)=",
            r"`(?P<argument>zipped)=False`, the `filepath` argument should not",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{argument}",
        explanation="Keras cannot save this model in that format, or under a name of that form.",
        remedies=(advice("Save it as .keras, or as a SavedModel.", "model.save('model.keras')"),),
        source="keras/saving/legacy/save.py, keras/saving/saving_api.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Unknown `save_format` argument. Expected one of 'keras', 'tf', or "
                "'h5'. Received: save_format=pb",
                subject="save_format",
            ),
            Example(
                "NotImplementedError: Saving the model to HDF5 format requires the model to be a "
                "Functional model or a Sequential model.",
                subject="HDF5",
            ),
        ),
    ),
    Rule(
        name="weights-by-name",
        said=(
            r"`(?P<argument>by_name)` only supports loading legacy",
            r"(?P<argument>skip_mismatch) can only be set to True when by_name",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{argument}",
        explanation="Only weights in an HDF5 file can be loaded by name.",
        remedies=(
            advice("Load the weights without by_name, or save them as .h5.", "load_weights(path)"),
        ),
        source="keras/engine/training.py (Keras 2), keras/src/saving/saving_api.py (Keras 3)",
        examples=(
            Example(
                "ValueError: `by_name` only supports loading legacy '.h5' or '.hdf5' files. "
                "Received: w.weights.h5",
                subject="by_name",
            ),
        ),
    ),
    Rule(
        name="saved-model-for-weights",
        said=(
            r"filepath (?P<path>\S{1,300}) appears to be a SavedModel directory, but checkpoint",
            r"(?P<path>model\.weights)\.h5 or model\.weights\.npz file",
            r"Checkpoint does not contain (?P<path>model configuration)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation="What is at the path does not contain the weights or the config asked for.",
        remedies=(
            advice("Load a whole model with load_model, and weights alone with load_weights."),
        ),
        source="keras/saving/legacy/save.py (Keras 2), keras/src/saving (Keras 3)",
        examples=(
            Example(
                "ValueError: Unable to load weights. filepath m/1 appears to be a SavedModel "
                "directory, but checkpoint either doesn't exist, or is incorrectly formatted.",
                subject="m/1",
            ),
        ),
    ),
    Rule(
        name="removed-from-keras",
        said=(
            r"Method `(?:model\.)?(?P<name>\w+)(?:\(\))?` has been removed",
            r"`(?P<name>keras\.[\w.]+)` is not supported in Keras 3",
            r"Layer `(?P<name>add_metric)\(\)` method is deprecated",
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        subject="{name}",
        explanation="The code uses `{name}`, which {keras} no longer has.",
        remedies=(
            advice(
                "Update the code for this version, or run it with the version it was written for."
            ),
        ),
        source="keras/saving/model_config.py (2.6 and newer), keras/src/optimizers/__init__.py",
        examples=(
            Example(
                "RuntimeError: Method `model_from_yaml()` has been removed due to security risk of "
                "arbitrary code execution.",
                subject="model_from_yaml",
            ),
            Example(
                "ImportError: `keras.optimizers.legacy` is not supported in Keras 3. When using "
                "`tf.keras`, to continue using a `tf.keras.optimizers.legacy` optimizer, you can "
                "install the `tf_keras` package",
                subject="keras.optimizers.legacy",
            ),
        ),
    ),
    Rule(
        name="ending-of-a-file-to-save",
        said=(
            r"filename must end in `?(?P<ending>\.weights\.(?:h5|json))",
            r"file(?:name|path)(?: provided)? must end in "
            r"`?(?P<ending>\.keras|\.weights\.(?:h5|json))",
        ),
        named=(r"[Rr]eceived: (?:filepath|path|filename)=['\"]?(?:\.{3,})?(?P<path>[^\s'\"]+\w)",),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        subject="{path|ending}",
        explanation="Keras 3 takes only a name that ends in `{ending}` here; `{path|the name}` "
        "does not. Keras 2 took other names as well.",
        remedies=(_named_as_asked,),
        source="keras/src/saving/saving_api.py, keras/src/callbacks/model_checkpoint.py (Keras 3)",
        examples=(
            Example(
                "ValueError: The filename must end in `.weights.h5`. Received: filepath=w.hdf5",
                subject="w.hdf5",
            ),
            Example(
                "ValueError: When using `save_weights_only=True` in `ModelCheckpoint`, the "
                "filepath provided must end in `.weights.h5` (Keras weights format). Received: "
                "filepath=best.h5",
                subject="best.h5",
            ),
            Example(
                "ValueError: The filepath provided must end in `.keras` (Keras model format). "
                "Received: filepath=best.h5",
                subject="best.h5",
            ),
        ),
    ),
    Rule(
        name="name-of-a-file-to-save",
        said=(
            r"Invalid filepath extension for saving",
            r"Please add either a `?\.keras`? extension",
        ),
        named=(r"[Rr]eceived: filepath=(?:\.{3,})?(?P<path>[^\s'\"]+\w)",),
        certainty=ONE_OF,
        cause=Cause.API_REMOVED,
        subject="{path}",
        explanation="The code saves under a name that Keras 2 took: Keras 3 writes only .keras, "
        ".h5 and .weights.h5 files, and the extension decides the format.",
        remedies=(
            advice("Save as .keras, or use model.export for a SavedModel.", "model.export(path)"),
        ),
        alternatives=(
            Alternative(
                cause=Cause.KERAS3_FORMAT_UNSUPPORTED,
                explanation="The format that is wanted, such as a SavedModel, is one that Keras 3 "
                "does not write.",
                decides="Whether the name may change, or the format is needed.",
            ),
        ),
        source="keras/src/saving/saving_api.py (Keras 3)",
        examples=(
            Example(
                "ValueError: Invalid filepath extension for saving. Please add either a `.keras` "
                "extension for the native Keras format (recommended) or a `.h5` extension. "
                "Received: filepath=out/model.",
                subject="out/model",
            ),
        ),
    ),
)
