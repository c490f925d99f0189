"""Inputs that a Keras model or one of its layers does not take."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.rules.calls.signatures import LOOK
from reports.report.cause import Cause

_CALL = Cause.CALL_INPUT_MISMATCH

LAYERS = (
    Rule(
        name="model-not-compiled",
        said=(
            r"You must (?P<call>compile) (?:a|your|the) model before",
            r"[Mm]odel must be (?P<call>compile)d before",
            r"[Yy]ou must call `(?P<call>compile)\(\)` before",
        ),
        certainty=LIKELY,
        cause=_CALL,
        subject="{call}",
        explanation="The model loads without an optimizer and losses, so it can predict, but it "
        "cannot be trained or evaluated.",
        remedies=(
            advice("Compile it after loading.", "model.compile(optimizer='adam', loss=loss)"),
        ),
        source="keras/engine/training.py, keras/src/trainers/trainer.py",
        examples=(
            Example(
                "RuntimeError: You must compile your model before training/testing. Use "
                "`model.compile(optimizer, loss)`.",
                subject="compile",
            ),
        ),
    ),
    Rule(
        name="input-of-a-layer",
        said=(
            r"of [Ll]ayer \W{0,2}(?P<layer>[\w/.-]+)\W{0,2} is incompatible with the layer",
            r"Input \d+ is incompatible with layer (?P<layer>[\w/.-]*\w)",
            r"Layer \W?(?P<layer>[\w/.-]+)\W? expect(?:s|ed) \w{1,9} (?:named )?input",
            r"Inputs to a layer should be tensors",
            r"Data cardinality is ambiguous",
            r"[Aa]ll (?P<layer>\w+) arrays[^\n]{0,20} should have the same number of samples",
            r"[Ee]xpected (?P<layer>\w+) to have (?:shape|\d+ dim)",
            r"Error when checking (?:model )?(?:input|target): expected (?P<layer>\w+) to",
            r"Error when checking (?:model )?(?:input|target)",
            r"The model expects \d+ (?:input )?(?:arrays?|tensors?)[^\n]*(?:received|got)",
            r"Expected to see \d+ (?:array|tensor)",
            r"Unrecognized data type",
            r"The `(?P<layer>\w+)` argument must not be specified for the given input type",
            r"Failed to find data adapter that can handle",
            r"Missing data for input \"?(?P<layer>[\w/.-]+)",
            r"No data provided for \"(?P<layer>[^\"]+)\"",
            r"The (?P<layer>channel dimension|last dimension) of the inputs",
            r"please provide (?:as )?model inputs (?:either|as)",
            r"Please provide as model inputs",
            r"was created with [^\n]{0,100}inputs?, but (?:got|received)",
            r"(?:Expected|expected) `?inputs`? to (?:have|be) ",
            r"Layer (?P<layer>[\w/.-]+) was called with an input that isn't a symbolic tensor",
            r"got unrecognized input type",
            r"\d(?:st|nd|rd|th)? dimension of the input does not match",
            r"The structure of `inputs` doesn't match the expected structure",
        ),
        named=(
            r"(?:[Ee]xpected|for input) \"?(?P<layer>\w+)\"? to have",
            r"layer \"(?P<layer>[\w/.-]+)\"",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{layer}",
        explanation="The model loads, but the input does not have the form that it takes.",
        remedies=(LOOK,),
        source="keras/engine/input_spec.py (Keras 2), keras/src/layers/input_spec.py (Keras 3)",
        examples=(
            Example(
                'Input 0 of layer "dense" is incompatible with the layer: expected axis -1',
                subject="dense",
            ),
            Example(
                "ValueError: Error when checking input: expected dense_1_input to have shape (4,) "
                "but got array with shape (5,)",
                subject="dense_1_input",
            ),
            Example(
                "ValueError: Layer model expects 2 input(s), but it received 1 input tensors.",
                subject="model",
            ),
            Example(
                "ValueError: The model expects 2 arrays, but only received one array. Found: array",
                subject="The model expects 2 arrays, but only received",
            ),
        ),
    ),
)
