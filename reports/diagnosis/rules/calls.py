"""The model loads, but the call does not match it."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import answer, rule
from reports.report.cause import Cause

_CALL = Cause.CALL_INPUT_MISMATCH
_LOOK = advice(
    "Check which inputs the signature takes.", "print(model.signatures['serving_default'])"
)

CALLS = (
    rule(
        "no-keras-api",
        r"'(?:_UserObject|AutoTrackable|\w*Trackable\w*|_WrapperFunction|\w*ConcreteFunction|"
        r"_RestoredModel|dict|_SignatureMap)' object (?:has no attribute '(?P<name>\w+)'|"
        r"is not callable)",
        answer(
            _CALL,
            "{name}",
            "tf.saved_model.load does not return a Keras model: the object has signatures, "
            "but no `{name}`.",
            advice(
                "Call a signature of the loaded model.", "model.signatures['serving_default'](...)"
            ),
        ),
    ),
    rule(
        "no-concrete-function",
        r"Could not find matching (?:concrete )?function to call|"
        r"Could not find matching function|"
        r"Binding inputs to tf\.function|Python inputs incompatible with input_signature|"
        r"Signature specifies|expected these arguments to match",
        answer(
            _CALL,
            "inputs",
            "The model loads, but the arguments of the call do not match the saved functions "
            "(names, shapes or types).",
            _LOOK,
        ),
    ),
    rule(
        "signature-arguments",
        r"Expected argument names[^\n]*|signature_wrapper\([^)]*\)[^\n]*(?:takes|missing|"
        r"unexpected|got)[^\n]*|"
        r"(?:Expected|missing|unexpected)[^\n]*(?:signature|"
        r"concrete function)[^\n]*argument[^\n]*|"
        r"got (?:some )?unexpected (?:keyword )?arguments?[^\n]*|"
        r"missing (?:a )?(?:\d+ )?required (?:positional )?arguments?:? ?'?(?P<name>\w+)?",
        answer(
            _CALL,
            "{name}",
            "A signature was called without one of its inputs, or with an input name that "
            "it does not have.",
            _LOOK,
        ),
    ),
    rule(
        "input-of-a-layer",
        r"Input \d+ (?:of|with name \S+ of) layer \"?(?P<layer>[\w/.-]+)\"? is incompatible[^\n"
        r"]*|"
        r"Input \d+ is incompatible with layer (?P<other>[\w/.-]+)[^\n]*|"
        r"Error when checking (?:input|target|model input)[^\n]*|"
        r"Layer \"?(?P<third>\w+)\"? expects \d+ input(?:\(s\)|s), but it received|"
        r"Unrecognized data type|"
        r"Missing data for input|No data provided for \"(?P<input>[^\"]+)\"|"
        r"expected (?P<shaped>\w+) to have (?:shape|\d+ dim)[^\n]*",
        answer(
            _CALL,
            "{layer}{other}{third}{input}{shaped}",
            "The model loads, but the input has a different shape than the input layer takes.",
            _LOOK,
        ),
    ),
    rule(
        "feeds",
        r"Cannot feed value of shape[^\n]*|You must feed a value for placeholder tensor "
        r"'?(?P<name>[\w/]+)|"
        r"Cannot interpret feed_dict key[^\n]*|Fetch argument[^\n]*cannot be interpreted[^\n]*|"
        r"The name '(?P<tensor>[^']+)' refers to a Tensor which does not exist|"
        r"The name '(?P<operation>[^']+)' refers to an Operation(?: which does not exist|"
        r", not a Tensor)|"
        r"Attempted to map inputs that were not found in graph_def: (?P<mapped>[^\n]*)|"
        r"(?:Feed|Input) tensor[^\n]*not found|(?:FeedInputs|input_map)[^\n]*not found",
        answer(
            _CALL,
            "{name}{tensor}{operation}{mapped}",
            "The graph was loaded, but the names or shapes used to run it are not in it.",
            _LOOK,
        ),
    ),
    rule(
        "types-and-ranges",
        r"was expected to be an? (?P<want>\w+) tensor but is an? (?P<got>\w+)|"
        r"Expects arg\[\d+\] to be \w+ but|indices\[[\d,]*\] = (?P<index>-?\d+) is not in \[[^"
        r"\n]*|Matrix size-incompatible|"
        r"Incompatible shapes:|Dimensions must be equal|Inputs to operation[^\n]*must have|"
        r"input must be \d-dimensional|Expected [^\n]*tensor[^\n]*(?:but )?(?:got|"
        r"received)[^\n]*|"
        r"ConcatOp : Dimensions|logits and labels|Input to reshape is a tensor with|"
        r"Key: (?P<feature>\S+)\. +(?:Can't parse|Data types don't match)|"
        r"Could not parse example input|"
        r"expected shape=\(|found shape=\(|Shape mismatch|Invalid input shape|"
        r"(?:slice|begin|index) \d+ (?:of dimension|out of)|tensor size mismatch|"
        r"Expected multiples|Need minimum|rank \d+ (?:but|instead)|Invalid argument: +Expected|"
        r"can't (?:convert|parse)[^\n]*(?:tensor|serialized)",
        answer(
            _CALL,
            "inputs",
            "The model loads and starts to compute, but the input values do not match what it "
            "expects.",
            _LOOK,
        ),
    ),
)
