"""Detectors of Darknet in Keras: their weights, their anchors and their classes."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH

DARKNET = (
    Rule(
        name="weights-of-darknet",
        said=(
            r"(?s)(?P<what>buffer is too small for requested array|cannot reshape array of size "
            r"\d+ into shape).{0,400}(?:weights_file|conv_shape|darknet|\.weights\b)",
            r"(?s)(?:weights_file|conv_shape|darknet|\.weights\b).{0,400}(?P<what>buffer is too "
            r"small for requested array|cannot reshape array of size \d+ into shape)",
        ),
        certainty=ONE_OF,
        cause=Cause.CORRUPT_OR_TRUNCATED,
        subject="{what}",
        explanation="The Darknet weights end before all layers have theirs: the file is "
        "incomplete.",
        remedies=(advice("Download the file of weights again, and compare its size."),),
        alternatives=(
            Alternative(
                cause=_WEIGHTS,
                explanation="The .cfg file describes another network than the weights belong to.",
                decides="The size of the file, compared with that of the original.",
            ),
        ),
        source="public report",
        examples=(
            Example(
                'File "convert.py", line 143, in _main\n    buffer=weights_file.read(n * 4))\n'
                "TypeError: buffer is too small for requested array",
                subject="buffer is too small for requested array",
            ),
        ),
        counter_examples=(Example("ValueError: cannot reshape array of size 5 into shape (2,2)"),),
    ),
    Rule(
        name="settings-of-a-detector",
        said=(r"[Mm]ismatch between model and (?P<given>given anchors? and class sizes?)",),
        certainty=LIKELY,
        cause=_WEIGHTS,
        subject="{given}",
        explanation="The outputs of the model in the file do not fit the anchors and the classes "
        "that the program was given.",
        remedies=(
            advice("Give the anchors and the list of classes with which the model was trained."),
        ),
        source="public report",
        examples=(
            Example(
                "AssertionError: Mismatch between model and given anchor and class sizes",
                subject="given anchor and class sizes",
            ),
        ),
    ),
)
