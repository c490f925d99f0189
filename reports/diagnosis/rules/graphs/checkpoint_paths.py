"""Checkpoints that are not where the path says: absent, or named by a part of them."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.files import OR_DAMAGED, OR_MISSING, OR_OTHER_KIND, missing
from reports.report.cause import Alternative, Cause

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE
_NO_MATCH = r"(?i:failed to (?:find any|get)\s+matching\s+files\s+(?:for|on))"
_FOLDER = (
    r"(?:save_path is not a valid checkpoint:|Restore called with invalid save path:?|"
    r"Failed to find any matching files for) ['\"]?(?P<path>[^\n'\"]{1,300}?[/\\])['\"]?\s*$"
)
_OR_SUFFIX = Alternative(
    cause=_WRONG,
    explanation="The checkpoint exists, but its name ends in a number that is missing in the path.",
    decides="ls PATH*: the names in that folder",
)

PATHS_OF_CHECKPOINTS = (
    Rule(
        name="checkpoint-reader-without-words",
        said=(
            r"(?s)checkpoint_reader\.py.{0,160}NewCheckpointReader.{0,160}(?P<kind>\w+Error)\W*$",
        ),
        certainty=ONE_OF,
        cause=_MISSING,
        subject="NewCheckpointReader",
        explanation="The checkpoint could not be opened; the text ends before it says why.",
        remedies=(advice("Look for the whole message, and for files at the path."),),
        alternatives=(OR_OTHER_KIND, OR_DAMAGED),
        source="tensorflow/python/training/py_checkpoint_reader.py",
        examples=(
            Example(
                'File "a/tensorflow/python/training/py_checkpoint_reader.py", line 95, in '
                "NewCheckpointReader\n    return CheckpointReader(filepattern)\nValueError",
                subject="NewCheckpointReader",
            ),
        ),
    ),
    Rule(
        name="part-of-a-checkpoint-given",
        said=(
            r"(?:save_path is not a valid checkpoint:|Restore called with invalid save path:?|"
            r"Failed to find any matching files for) ['\"]?"
            r"(?P<path>[^\n'\"]{0,300}?\.(?:data-\d+-of-\d+|index|meta))\b",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation="`{path}` is one file of a checkpoint: a checkpoint is named by what its "
        "files have in common.",
        remedies=(advice("Give the path without `.data-...`, `.index` or `.meta`."),),
        source="tensorflow/python/training/saver.py; tensorflow/core/util/tensor_slice_reader.cc",
        examples=(
            Example(
                "ValueError: The passed save_path is not a valid checkpoint: "
                "m.ckpt-60.data-00000-of-00001",
                subject="m.ckpt-60.data-00000-of-00001",
            ),
        ),
        counter_examples=(
            Example("ValueError: The passed save_path is not a valid checkpoint: m.ckpt-60"),
        ),
    ),
    Rule(
        name="checkpoint-without-path",
        said=(rf"{_NO_MATCH}\s*(?:$|\n|Not found|\[\[)", r"is not a valid checkpoint:\s*$"),
        certainty=LIKELY,
        cause=_MISSING,
        subject="checkpoint path",
        explanation="The path of the checkpoint is empty: none was given, or none was found.",
        remedies=(
            advice(
                "Print the path. tf.train.latest_checkpoint(folder) is None where there is none."
            ),
        ),
        source="tensorflow/core/util/tensor_slice_reader.cc",
        examples=(
            Example(
                "Not found: Unsuccessful TensorSliceReader constructor: Failed to find any "
                "matching files for \n\t [[Node: save/RestoreV2 = RestoreV2[dtypes=[DT_FLOAT]]]]",
                subject="checkpoint path",
            ),
        ),
        counter_examples=(Example("Failed to find any matching files for ./model-0"),),
    ),
    Rule(
        name="folder-for-a-checkpoint",
        said=(_FOLDER,),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{path}",
        explanation="`{path}` is a folder: a checkpoint is named by what its files have in common.",
        remedies=(
            advice(
                "Give the path of the newest checkpoint in it.",
                "tf.train.latest_checkpoint(folder)",
            ),
        ),
        alternatives=(OR_MISSING,),
        source="tensorflow/python/training/saver.py",
        examples=(
            Example("ValueError: The passed save_path is not a valid checkpoint: m/", subject="m/"),
        ),
        counter_examples=(
            Example("ValueError: The passed save_path is not a valid checkpoint: m/model"),
        ),
    ),
    Rule(
        name="checkpoint-absent",
        said=(
            rf"{_NO_MATCH}\s+(?!Not found|\[\[|\d{{4}}-\d\d-)(?P<path>[^\s'\"]+)",
            r"Couldn't match files for checkpoint\s+(?P<path>[^\s'\"]+)",
            r"save_path is not a valid checkpoint: (?![\"' ])(?P<path>[^\n'\"]+)",
            r"['\"](?P<path>[^'\"\n]{1,300})['\"] is not a valid checkpoint",
            r"(?i:is not a valid checkpoint):? ['\"]?(?P<path>[^\s'\"]*)",
            r"Restore called with invalid save path:? ['\"]?(?P<path>[^\n'\"%]+)",
            r"(?i:(?:could not|couldn't|cannot|can't|unable to) find (?:any |a |the )?"
            r"(?:trained model|checkpoint|model director(?:y|ie)|weight file)s?)[^\n:]*?"
            r"(?:\bin|\bat|\bunder|:)(?: model_dir| (?:the )?director\w+| folder)?:? "
            r"['\"]?(?P<path>[^\s'\"]*)",
            r"Couldn't find 'checkpoint' file or checkpoints in given directory (?P<path>\S+)",
        ),
        unless=(_FOLDER,),
        certainty=CERTAIN,
        cause=_MISSING,
        explain=missing,
        source="tensorflow/core/util/tensor_slice_reader.cc; tensorflow/python/training/saver.py",
        examples=(
            Example("Failed to find any matching files for ./model-0", subject="./model-0"),
            Example(
                "InvalidArgumentError: Unsuccessful TensorSliceReader constructor: Failed to get "
                "matching files on m/model.ckpt-14: Not found: m",
                subject="m/model.ckpt-14",
            ),
            Example(
                'raise ValueError("The passed save_path is not a valid checkpoint: " +\n'
                "ValueError: The passed save_path is not a valid checkpoint: /my drive/m.ckpt",
                subject="/my drive/m.ckpt",
            ),
            Example(
                "ValueError: Restore called with invalid save path: 'm.ckpt-15'. File path is: "
                "'m.ckpt-15'",
                subject="m.ckpt-15",
            ),
        ),
    ),
    Rule(
        name="checkpoint-without-number",
        said=(
            r"Error when restoring from checkpoint or SavedModel at (?P<path>[^\n]{1,300}?): ",
            r"You may be missing the checkpoint suffix",
        ),
        certainty=LIKELY,
        cause=_MISSING,
        explain=missing,
        alternatives=(_OR_SUFFIX,),
        source="tensorflow/python/checkpoint/checkpoint.py",
        examples=(
            Example(
                "NotFoundError: Error when restoring from checkpoint or SavedModel at m/ckpt: x "
                "Please double-check that the path is correct. You may be missing the checkpoint "
                "suffix (e.g. the '-1' in 'path/to/ckpt-1').",
                subject="m/ckpt",
            ),
        ),
    ),
    Rule(
        name="checkpoint-path-with-brackets",
        said=(rf"{_NO_MATCH}\s+(?P<path>[^\s'\"]*\[[^\s'\"]*\][^\s'\"]*)",),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation=(
            "TensorFlow reads the brackets in `{path}` as a pattern, and finds no file that it "
            "matches."
        ),
        remedies=(advice("Rename the folder or the file, without brackets."),),
        source="tensorflow/core/util/tensor_slice_reader.cc (GetMatchingPaths); public report",
        examples=(Example("Failed to find any matching files for m/[1]/x", subject="m/[1]/x"),),
    ),
    Rule(
        name="no-checkpoint-named",
        said=(
            r"Can't load save_path when it is None",
            r"[Nn]o checkpoint (?:found|specified|file)[^\n]{0,80}",
            r"'NoneType' object has no attribute 'model_checkpoint_path'",
        ),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="checkpoint",
        explanation="No checkpoint was found in the folder that was searched.",
        remedies=(
            advice(
                "Give the folder that has the `checkpoint` file. "
                "tf.train.latest_checkpoint(folder) is None where it has none."
            ),
        ),
        source="tensorflow/python/training/saver.py; tensorflow/python/checkpoint/checkpoint.py",
        examples=(
            Example("ValueError: Can't load save_path when it is None.", subject="checkpoint"),
            Example(
                "AssertionError: No checkpoint specified (save_path=None); nothing is being "
                "restored.",
                subject="checkpoint",
            ),
        ),
    ),
)
