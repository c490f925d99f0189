"""Checkpoints that hold something else than what a program asks of them."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import as_new_as_writer
from reports.diagnosis.raised_by import RaisedBy
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISMATCH = Cause.WEIGHTS_MISMATCH
_SAME_PROGRAM = advice("Build the model exactly as it was when its checkpoint was saved.")

CONTENTS = (
    Rule(
        name="checkpoint-by-name",
        said=(
            r"Weights may only be loaded based on topology into Models when loading "
            r"TensorFlow-formatted weights \(got (?P<what>by_name=True)",
            r"(?P<what>by_name)[^\n]{0,80}(?:only|not) supported[^\n]{0,80}(?:HDF5|h5|checkpoint)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{what}",
        explanation=(
            "The weights are a TensorFlow checkpoint, and Keras loads weights by name from HDF5 "
            "files only."
        ),
        remedies=(
            advice(
                "Leave out by_name, or save the weights as HDF5: a name that ends in .weights.h5."
            ),
        ),
        source="keras/engine/training.py (Keras 2)",
        examples=(
            Example(
                "NotImplementedError: Weights may only be loaded based on topology into Models "
                "when loading TensorFlow-formatted weights (got by_name=True to load_weights).",
                subject="by_name=True",
            ),
        ),
    ),
    Rule(
        name="checkpoint-of-tf1",
        said=(
            r"The specified checkpoint \"(?P<path>[^\"\n]*)\" does not appear to be object-based",
            r"Checkpoint in (?P<path>[^\n]{1,300}?) not an object-based checkpoint",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "`{path}` is a checkpoint of TensorFlow 1, which has names of variables and no objects."
        ),
        remedies=(
            advice(
                "Restore it with tf.compat.v1.train.Saver, or read its variables one by one.",
                "tf.train.load_checkpoint(path).get_tensor(name)",
            ),
        ),
        source="tensorflow/python/checkpoint/checkpoint.py",
        examples=(
            Example(
                'ValueError: The specified checkpoint "m" does not appear to be object-based '
                '(saved with TF2) since it is missing the key "_CHECKPOINTABLE_OBJECT_GRAPH".',
                subject="m",
            ),
        ),
    ),
    Rule(
        name="graph-without-variables",
        said=(r"ValueError: (?P<what>No variables to (?:save|restore))",),
        certainty=ONE_OF,
        cause=_MISMATCH,
        subject="{what}",
        explanation=(
            "The graph has no variables to restore: the model was not built before the Saver was "
            "made, or it was frozen."
        ),
        remedies=(advice("Build the model, or import its .meta file, before you make the Saver."),),
        alternatives=(
            Alternative(
                cause=Cause.API_REMOVED,
                explanation="Under TensorFlow 2 variables are not collected in a graph.",
                decides="whether tf.executing_eagerly() is True",
            ),
        ),
        source="tensorflow/python/training/saver.py",
        examples=(Example("ValueError: No variables to save", subject="No variables to save"),),
    ),
    Rule(
        name="checkpoint-list-unreadable",
        said=(
            r"ParseError: [^\n]{0,40}model_checkpoint_path",
            r"(?P<path>[^\s:]*[\w.]): Checkpoint ignored",
        ),
        certainty=LIKELY,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        subject="{path|checkpoint}",
        explanation="The text file `checkpoint` beside the checkpoints cannot be read.",
        remedies=(advice("Restore by the prefix of one checkpoint instead of by its folder."),),
        source="tensorflow/python/training/checkpoint_management.py",
        examples=(
            Example(
                "WARNING:tensorflow:ParseError: 1:24 : 'model_checkpoint_path: None': Expected "
                "string but found: 'None'\nWARNING:tensorflow:./m/checkpoint: Checkpoint ignored",
                subject="./m/checkpoint",
            ),
        ),
    ),
    Rule(
        name="checkpoint-too-new",
        said=(r"Unable to load checkpoint saved in future version of TensorFlow",),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        subject="checkpoint",
        explanation="The checkpoint was saved by a newer TensorFlow than the one that reads it.",
        remedies=(as_new_as_writer,),
        source="tensorflow/python/checkpoint/restore.py",
        examples=(
            Example(
                "ValueError: Forward compatibility load error: Unable to load checkpoint saved in "
                "future version of TensorFlow.",
                subject="checkpoint",
            ),
        ),
    ),
    Rule(
        name="saved-by-a-registered-saver",
        said=(
            r"saved (?:using a|with the) registered saver named '(?P<name>[^'\n]+)'",
            r"uses the saver registered with the name (?P<name>\S+\w)",
            r"The \w+ registry does not have name '(?P<name>[^'\n]+)' registered",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name}",
        explanation=(
            "The program that saved the model registered `{name}` for it, and this program does "
            "not know it."
        ),
        remedies=(advice("Import the code that registers it before you load the model."),),
        source="tensorflow/python/saved_model/registration/registration.py",
        examples=(
            Example(
                "ValueError: Error when restoring object x from checkpoint. This object was saved "
                "using a registered saver named 'my.Saver', but this saver cannot be found in the "
                "current context.",
                subject="my.Saver",
            ),
        ),
    ),
    Rule(
        name="checkpoint-of-another-program",
        said=(
            r"Found (?P<count>\d+) Python objects that were not bound to checkpointed values",
            r"Object (?P<name>[^\n]{1,120}?) not assigned a value from checkpoint",
            r"Unresolved slot restorations: (?P<name>[^\n]{1,120})",
            r"attributes (?:exist in the checkpoint but|which) were not restored"
            r"(?::?\s*<tf\.Variable '(?P<name>[^'\n]+))?",
            r"Unresolved object in checkpoint:? (?P<name>\S+\w)",
            r"Tensor (?P<name>\S+) \([^\n]{1,200}\) is not found in \S+ checkpoint",
            r"Shape of variable (?P<name>\S+) \([^\n]{1,80}\) doesn't match with shape of tensor",
            r"Existing variables not in the checkpoint: (?P<name>[^\n]{1,120})",
            r"does not match the shape stored in checkpoint",
        ),
        raised_by=(
            RaisedBy("tensorflow.python.checkpoint.restore", "restore_nodes"),
            RaisedBy("tensorflow.python.checkpoint.checkpoint", "*LoadStatus.assert*"),
            RaisedBy("tensorflow.python.training.checkpoint_utils", "*_init_from_checkpoint*"),
        ),
        certainty=LIKELY,
        cause=_MISMATCH,
        subject="{name|checkpoint}",
        explanation="The checkpoint was saved by a program with other objects or variables.",
        remedies=(_SAME_PROGRAM,),
        source="tensorflow/python/checkpoint/checkpoint.py; tensorflow/python/training/saver.py",
        examples=(
            Example(
                "AssertionError: Object <tf.Variable 'w:0'> not assigned a value from checkpoint.",
                subject="<tf.Variable 'w:0'>",
            ),
            Example(
                "AssertionError: Nothing to load. No dependencies have been added to "
                "<tf.train.Checkpoint> yet.",
                subject="checkpoint",
            ),
        ),
    ),
)
