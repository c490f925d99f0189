"""The model loads, but the call does not match it."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.report.cause import Cause

_CALL = Cause.CALL_INPUT_MISMATCH
_LOOK = advice(
    "Check which inputs the signature takes.", "print(model.signatures['serving_default'])"
)

CALLS = (
    Rule(
        name="no-keras-api",
        said=(
            (
                r"'(?:_UserObject|AutoTrackable|\w*Trackable\w*|_WrapperFunction|"
                r"\w*ConcreteFunction|_RestoredModel|dict|_SignatureMap)' object (?:has no "
                r"attribute '(?P<name>\w+)'|is not callable)"
            ),
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation=(
            "tf.saved_model.load does not return a Keras model: the object has signatures, "
            "but no `{name}`."
        ),
        remedies=(
            advice(
                "Call a signature of the loaded model.", "model.signatures['serving_default'](...)"
            ),
        ),
        source="",
        examples=(
            Example(
                "AttributeError: '_UserObject' object has no attribute 'predict'", subject="predict"
            ),
        ),
    ),
    Rule(
        name="no-concrete-function",
        said=(
            r"Could not find matching (?:concrete )?function to call",
            r"Could not find matching function",
            r"Binding inputs to tf\.function",
            r"Python inputs incompatible with input_signature",
            r"Signature specifies",
            r"expected these arguments to match",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="inputs",
        explanation=(
            "The model loads, but the arguments of the call do not match the saved functions "
            "(names, shapes or types)."
        ),
        remedies=(_LOOK,),
        source="",
        examples=(
            Example(
                "ValueError: Could not find matching concrete function to call loaded",
                subject="inputs",
            ),
        ),
    ),
    Rule(
        name="signature-arguments",
        said=(
            r"Expected argument names[^\n]*",
            r"signature_wrapper\([^)]*\)[^\n]*(?:takes|missing|unexpected|got)[^\n]*",
            (
                r"(?:Expected|missing|unexpected)[^\n]*(?:signature|concrete "
                r"function)[^\n]*argument[^\n]*"
            ),
            r"got (?:some )?unexpected (?:keyword )?arguments?[^\n]*",
            (
                r"missing (?:a )?(?:\d+ )?required (?:positional )?arguments?:? "
                r"?'?(?P<name>\w+)?"
            ),
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation=(
            "A signature was called without one of its inputs, or with an input name that "
            "it does not have."
        ),
        remedies=(_LOOK,),
        source="",
        examples=(
            Example(
                "TypeError: signature_wrapper(*, x) missing required arguments: x",
                subject="x",
            ),
        ),
    ),
    Rule(
        name="input-of-a-layer",
        said=(
            (
                r"Input \d+ (?:of|with name \S+ of) layer \"?(?P<layer>[\w/.-]+)\"? is "
                r"incompatible[^\n]*"
            ),
            r"Input \d+ is incompatible with layer (?P<other>[\w/.-]+)[^\n]*",
            r"Error when checking (?:input|target|model input)[^\n]*",
            r"Layer \"?(?P<third>\w+)\"? expects \d+ input(?:\(s\)|s), but it received",
            r"Unrecognized data type",
            r"Missing data for input",
            r"No data provided for \"(?P<input>[^\"]+)\"",
            r"expected (?P<shaped>\w+) to have (?:shape|\d+ dim)[^\n]*",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{layer}{other}{third}{input}{shaped}",
        explanation=(
            "The model loads, but the input has a different shape than the input layer takes."
        ),
        remedies=(_LOOK,),
        source="",
        examples=(
            Example(
                ('Input 0 of layer "dense" is incompatible with the layer: expected axis -1'),
                subject="dense",
            ),
        ),
    ),
    Rule(
        name="feeds",
        said=(
            r"Cannot feed value of shape[^\n]*",
            r"You must feed a value for placeholder tensor '?(?P<name>[\w/]+)",
            r"Cannot interpret feed_dict key[^\n]*",
            r"Fetch argument[^\n]*cannot be interpreted[^\n]*",
            r"The name '(?P<tensor>[^']+)' refers to a Tensor which does not exist",
            (
                r"The name '(?P<operation>[^']+)' refers to an Operation(?: which does not "
                r"exist|, not a Tensor)"
            ),
            (r"Attempted to map inputs that were not found in graph_def: (?P<mapped>[^\n]*)"),
            r"(?:Feed|Input) tensor[^\n]*not found",
            r"(?:FeedInputs|input_map)[^\n]*not found",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}{tensor}{operation}{mapped}",
        explanation=("The graph was loaded, but the names or shapes used to run it are not in it."),
        remedies=(_LOOK,),
        source="",
        examples=(
            Example(
                ("Cannot feed value of shape (3,) for Tensor 'x:0', which has shape '(?, 4)'"),
                subject="Cannot feed value of shape (3,) for Tensor 'x:0', which has…",
            ),
        ),
    ),
    Rule(
        name="types-and-ranges",
        said=(
            r"was expected to be an? (?P<want>\w+) tensor but is an? (?P<got>\w+)",
            r"Expects arg\[\d+\] to be \w+ but",
            r"indices\[[\d,]*\] = (?P<index>-?\d+) is not in \[[^\n]*",
            r"Matrix size-incompatible",
            r"Incompatible shapes:",
            r"Dimensions must be equal",
            r"Inputs to operation[^\n]*must have",
            r"input must be \d-dimensional",
            r"Expected [^\n]*tensor[^\n]*(?:but )?(?:got|received)[^\n]*",
            r"ConcatOp : Dimensions",
            r"logits and labels",
            r"Input to reshape is a tensor with",
            r"Key: (?P<feature>\S+)\. +(?:Can't parse|Data types don't match)",
            r"Could not parse example input",
            r"expected shape=\(",
            r"found shape=\(",
            r"Shape mismatch",
            r"Invalid input shape",
            r"(?:slice|begin|index) \d+ (?:of dimension|out of)",
            r"tensor size mismatch",
            r"Expected multiples",
            r"Need minimum",
            r"rank \d+ (?:but|instead)",
            r"Invalid argument: +Expected",
            r"can't (?:convert|parse)[^\n]*(?:tensor|serialized)",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="inputs",
        explanation=(
            "The model loads and starts to compute, but the input values do not match what it "
            "expects."
        ),
        remedies=(_LOOK,),
        source="",
        examples=(Example("indices[0,0] = 5 is not in [0, 5)", subject="inputs"),),
    ),
)
