"""Names that are fed to a graph, and values that its ops do not take."""

from __future__ import annotations

from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.calls.signatures import LOOK
from reports.report.cause import Alternative, Cause

_CALL = Cause.CALL_INPUT_MISMATCH
_DOES_NOT_FIT = (
    "The model loads and starts to compute, but the input values do not match what it expects."
)
_NODE = (r"\{\{node (?P<node>[\w/.-]+)", r"Node: '(?P<node>[\w/.-]+)")

FEEDS = (
    Rule(
        name="feeds",
        said=(
            r"Cannot feed value of shape[^\n]*?for Tensor '?u?'?(?P<name>[\w/.-]+)",
            r"You must feed a value for placeholder tensor '?(?P<name>[\w/.-]+)",
            r"Cannot interpret feed_dict key[^\n]*?(?:Tensor\(\"?|')(?P<name>[\w/:.-]+)",
            r"Cannot interpret feed_dict key",
            r"(?P<name>[\w/:.-]+) is both fed and fetched",
            r"Fetch argument[^\n]*?(?:'|\(\")(?P<name>[\w/:.-]+)[^\n]*cannot be interpreted",
            r"Attempted to map inputs that were not found in graph_def: \[?'?(?P<name>[\w/:.-]+)",
            r"(?:Feed|Input) tensor '?(?P<name>[\w/:.-]+)[^\n]*not found",
            r"FeedInputs: unable to find feed output (?P<name>[\w/:.-]*\w)",
            r"FetchOutputs node (?P<name>[\w/:.-]+)[^\n]*: not found",
            r"(?:FeedInputs|input_map)[^\n]*not found",
            r"Operation (?:name: )?\"?(?P<name>[\w/.-]*\w)(?s:.{0,400}?) is not an element of this "
            r"graph",
            r"Unable to get element from the feed",
        ),
        certainty=CERTAIN,
        cause=_CALL,
        subject="{name}",
        explanation="The graph was loaded, but the names or shapes used to run it are not in it.",
        remedies=(LOOK,),
        source="tensorflow/python/client/session.py",
        examples=(
            Example(
                "Cannot feed value of shape (3,) for Tensor 'x:0', which has shape '(?, 4)'",
                subject="x",
            ),
        ),
    ),
    Rule(
        name="name-not-in-the-graph",
        said=(
            r"The name '(?P<name>[^']+)' refers to a Tensor which does not exist",
            r"The name '(?P<name>[^']+)' refers to an Operation(?: which does not "
            r"exist|, not a Tensor|[^\n]{0,20} not in the graph)",
        ),
        certainty=ONE_OF,
        cause=_CALL,
        subject="{name}",
        explanation="The graph was loaded, but the name with which it is called is not in it.",
        remedies=(LOOK,),
        alternatives=(
            Alternative(
                cause=Cause.WRONG_FORMAT_OR_PATH,
                explanation="Another model was loaded than the one that the code is for.",
                decides="The names in the graph: are they those of the model that was meant?",
            ),
        ),
        source="tensorflow/python/framework/ops.py",
        examples=(
            Example(
                "KeyError: \"The name 'input:0' refers to a Tensor which does not exist.\"",
                subject="input:0",
            ),
        ),
    ),
)

VALUES = (
    Rule(
        name="values-of-an-op",
        said=(
            r"was expected to be an? \w+ tensor but is an? \w+",
            r"Expects arg\[\d+\] to be \w+ but",
            r"indices\[[\d,]*\] = -?\d+ is not in \[",
            r"Matrix size-incompatible",
            r"Inputs to operation[^\n]*must have",
            r"input must be \d-dimensional",
            r"ConcatOp : Dimensions",
            r"logits and labels",
            r"Input to reshape is a tensor with",
            r"Key: (?P<node>\S+)\. +(?:Can't parse|Data types don't match)",
            r"Could not parse example input",
            r"(?:slice|begin|index) \d+ (?:of dimension|out of)",
            r"Expected multiples",
            r"Invalid argument: +Expected",
            r"Cast \w+ to \w+ is not supported",
        ),
        named=_NODE,
        certainty=CERTAIN,
        cause=_CALL,
        subject="{node}",
        explanation=_DOES_NOT_FIT,
        remedies=(LOOK,),
        source="tensorflow/core/kernels",
        examples=(
            Example(
                "indices[0,0] = 5 is not in [0, 5)\n\t [[{{node embedding/lookup}}]]",
                subject="embedding/lookup",
            ),
            Example(
                "InvalidArgumentError: Key: image.  Can't parse serialized Example.",
                subject="image",
            ),
        ),
    ),
    Rule(
        name="shapes-in-a-call",
        said=(
            r"Incompatible shapes:",
            r"Dimensions must be equal",
            r"Expected [^\n]*tensor[^\n]*(?:but )?(?:got|received)[^\n]*",
            r"expected shape=\(",
            r"found shape=\(",
            r"Shape mismatch",
            r"Invalid input shape",
            r"tensor size mismatch",
            r"Need minimum",
            r"rank \d+ (?:but|instead)",
            r"can't (?:convert|parse)[^\n]*(?:tensor|serialized)",
        ),
        named=_NODE,
        certainty=LIKELY,
        cause=_CALL,
        subject="{node}",
        explanation=_DOES_NOT_FIT,
        remedies=(LOOK,),
        source="tensorflow/core/framework/common_shape_fns.cc",
        examples=(
            Example(
                "InvalidArgumentError: Incompatible shapes: [1,3] vs. [1,4]\n"
                "\t [[{{node model/add}}]]",
                subject="model/add",
            ),
        ),
    ),
)
