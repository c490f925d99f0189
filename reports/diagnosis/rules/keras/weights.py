"""Weights that do not match the model, and state that was not initialized."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.report.cause import Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH
_STATE = Cause.LOOKUP_TABLE_OR_RESOURCE_INIT
_SAME_MODEL = advice("Build the model exactly as it was when its weights were saved.")

MISMATCH = (
    Rule(
        name="layer-count",
        said=(
            (
                r"weight file (?:containing|with) (?P<saved_layers>\d+) layers into a model "
                r"with (?P<layers>\d+)"
            ),
            (
                r"Layer count mismatch[^\n]*expected (?P<wanted>\d+) layers, found "
                r"(?P<found>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{saved_layers}{found} layers into {layers}{wanted}",
        explanation=(
            "The file has weights for {saved_layers}{found} layers, but the model has "
            "{layers}{wanted} layers: the architecture is different."
        ),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                (
                    "You are trying to load a weight file containing 3 layers into a model "
                    "with 4 layers."
                ),
                subject="3 layers into 4",
            ),
        ),
    ),
    Rule(
        name="layer-variables",
        said=(
            (
                r"Layer '?(?P<layer>[^'\n]{1,80}?)'? (?:expected (?P<wanted>\d+) variables, "
                r"but received (?P<found>\d+) variables during loading|was never "
                r"built[^\n]*(?:lists (?P<listed>\d+) variables)?)"
            ),
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="layer {layer}",
        explanation=(
            "The variables of layer `{layer}` do not match the file. Keras 2.13 to 3.x lose "
            "variables of nested layers when they save or load a model, so the file may be "
            "intact."
        ),
        remedies=(
            advice(
                "Load it with the Keras version that saved it, or build the model in code and "
                "load the weights."
            ),
        ),
        source="",
        examples=(
            Example(
                ("Layer 'd' expected 2 variables, but received 0 variables during loading."),
                subject="layer d",
            ),
        ),
    ),
    Rule(
        name="layer-weights",
        said=(
            (
                r"[Ll]ayer (?:#\d+ )?\(?(?:named )?['\"]?(?P<layer>[\w/.-]+)['\"]?[^\n]{0,12"
                r"0}?expects (?P<wanted>\d+) weight\(?s?\)?[^\n]{0,60}?(?:saved weights "
                r"have|received|saved with) (?P<found>\d+)"
            ),
            r"Weight count mismatch[^\n]*",
            (
                r"weight list of length (?P<given>\d+), but the (?:layer|optimizer) was "
                r"expecting (?P<need>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="layer {layer}",
        explanation=(
            "The file has a different number of weights for a layer than the model expects."
        ),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                (
                    'Layer #2 (named "c") expects 2 weight(s), but the saved weights have '
                    "1 element(s)."
                ),
                subject="layer c",
            ),
        ),
    ),
    Rule(
        name="objects-not-loaded",
        said=(
            r"weight data has no target variable: (?P<tensor>\S+)",
            (
                r"total of \d+ objects could not be loaded[^\n]*?(?:<(?P<object>\w+) "
                r"name=(?P<name>[\w/.-]+))?"
            ),
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{object} {name}{tensor}",
        explanation=("The file has no weights with the names that the model looks for."),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                "A total of 3 objects could not be loaded.",
                subject="total of 3 objects could not be loaded",
            ),
        ),
    ),
    Rule(
        name="shape-of-a-weight",
        said=(
            r"[Ss]hape mismatch in layer[^\n]*?['\"]?(?P<layer>\w+)?",
            r"weight shape \(?(?P<shape>[\d, ]+)\)? (?:is )?not compatible with provided",
            r"Shapes? \(?(?P<a>[\d, ?]+)\)? and \(?(?P<b>[\d, ?]+)\)? are incompatible",
            r"Cannot assign value to variable '(?P<variable>[^']+)': Shape mismatch",
            r"Cannot assign to variable(?P<to> [\w/:.-]+)? due to variable shape",
            r"axes don't match array",
            r"shape of the target variable and the shape of the target value",
            (
                r"Dimension \d+ in both shapes must be equal, but are \d+ and "
                r"\d+[^\n]*(?:Assign|assign)"
            ),
            r"Assign requires shapes of both tensors to match[^\n]*",
            (r"(?i:tensor'?s? shape[^\n]*does not match|incompatible tensor with shape)[^\n]*"),
            r"tensor_name ?= ?(?P<tensor>[\w/.-]+); (?:expected )?shape",
            r"shape in checkpoint",
            r"shape mismatch[^\n]*(?:checkpoint|variable)",
            r"cannot reshape array of size \d+ into shape",
            r"could not broadcast input array from shape",
            (
                r"(?:expected|expects) (?:weight )?shape[^\n]*(?:saved|loaded|provided) "
                r"(?:weight )?shape"
            ),
        ),
        facts=(Fact("TODO", lambda s: s.stage != "run"),),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{layer}{variable}{tensor}{shape}",
        explanation=("A weight in the file has a different shape than in the model."),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                "ValueError: Shapes (3, 3) and (4, 4) are incompatible",
                subject="Shapes (3, 3) and (4, 4) are incompatible",
            ),
        ),
    ),
    Rule(
        name="name-not-in-checkpoint",
        said=(
            (r"(?:Tensor name|Key) ['\"]?(?P<tensor>[^\s'\"]+)['\"]? not found in checkpoint"),
            r"Unresolved object in checkpoint[^\n]*?(?P<object>\(root\)[^\s:]*)?",
            r"Nothing except the root object matched",
            r"variable name or other graph key that is missing from the checkpoint",
            r"No (?:matching|such) (?:variable|tensor)s?[^\n]*checkpoint",
            r"Variable (?P<variable>\S+) (?:does not exist|not found)[^\n]*checkpoint",
            r"[Ss]ome Python objects were not bound to checkpointed values",
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{tensor}{object}{variable}",
        explanation=(
            "The checkpoint has no tensor with the name that the model looks for: different "
            "code or a different saver wrote it."
        ),
        remedies=(
            advice(
                "List the names in the checkpoint and compare them.",
                "tf.train.list_variables(path)",
            ),
        ),
        source="",
        examples=(
            Example(
                "NotFoundError: Key dense/kernel not found in checkpoint", subject="dense/kernel"
            ),
        ),
    ),
    Rule(
        name="graph-and-checkpoint",
        said=(r"mismatch between the current graph and the graph from the checkpoint",),
        facts=(
            Fact("TODO", lambda s: "No OpKernel" not in s.text and "assign a device" not in s.text),
        ),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="checkpoint",
        explanation=(
            "The checkpoint belongs to a different graph: tensors with the same name have "
            "different shapes or types."
        ),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                (
                    "most likely due to a mismatch between the current graph and the graph "
                    "from the checkpoint."
                ),
                subject="checkpoint",
            ),
        ),
    ),
    Rule(
        name="group-not-in-file",
        said=(
            r"have not yet been created",
            r"has not created its variables",
            (
                r"(?:Unable to (?:synchronously )?open object|"
                r"[Oo]bject)[^\n]*?['\"]?(?P<name>[\w/:.-]+)['\"]? doesn't exist"
            ),
            r"optimizer cannot recognize variable",
            r"No such layer: (?P<layer>\S+)",
            r"Layer \S+ not found in (?:saved|file)",
        ),
        facts=(Fact("TODO", lambda s: "component not found" not in s.text),),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{name}{layer}",
        explanation=(
            "The file has no entry with the name `{name}{layer}`, which the model looks for."
        ),
        remedies=(_SAME_MODEL,),
        source="",
        examples=(
            Example(
                "KeyError: \"Unable to open object (object 'dense_1' doesn't exist)\"",
                subject="dense_1",
            ),
        ),
    ),
)

STATE = (
    Rule(
        name="table-not-initialized",
        said=(
            r"FailedPrecondition[^\n]*Table not initialized",
            r"Table (?:already |)(?:not|un)[ -]?initialized",
            r"(?i:lookup ?table)[^\n]*not initialized",
            r"Table not initialized\.[^\n]*?(?P<table>[\w/]*table[\w/]*)?",
        ),
        certainty=CERTAIN,
        cause=_STATE,
        subject="lookup table {table}",
        explanation=("A lookup table of the graph was not initialized in this session."),
        remedies=(
            advice(
                "Run the table initializer first.",
                "session.run(tf.compat.v1.tables_initializer())",
            ),
        ),
        source="",
        examples=(
            Example("FailedPreconditionError: Table not initialized.", subject="lookup table"),
        ),
    ),
    Rule(
        name="variable-not-initialized",
        said=(
            r"Attempting to use uninitialized value (?P<name>\S+)",
            r"Error while reading resource variable (?P<read>\S+) from",
            r"Resource (?P<resource>\S+?)(?:/class \S+)? does not exist",
            r"Could not find variable (?P<lost>\S+)\. This could mean",
            r"Container (?P<container>\S+) does not exist",
            (
                r"(?i:variable)s? [^\n]{0,60}(?:is|are|was|were) (?:uninitialized|not "
                r"initialized)"
            ),
            r"FailedPrecondition[^\n]*(?:uninitialized|initial)",
        ),
        certainty=CERTAIN,
        cause=_STATE,
        subject="variable {name}{read}{resource}{lost}",
        explanation=(
            "A variable has no value in this session: it was not restored, or it was restored "
            "in another session or thread."
        ),
        remedies=(advice("Restore and run the model in the same session and graph."),),
        source="",
        examples=(
            Example(
                "Attempting to use uninitialized value dense/kernel",
                subject="variable dense/kernel",
            ),
        ),
    ),
    Rule(
        name="tensor-of-another-graph",
        said=(
            r"'_thread\._local' object has no attribute",
            r"Tensor[^\n]{0,200}is not an element of this graph",
            r"must be from the same graph",
            r"Tensor\S* is not an element",
        ),
        certainty=CERTAIN,
        cause=_STATE,
        subject="graph",
        explanation=("The model was loaded in one graph, thread or session and called in another."),
        remedies=(
            advice(
                "Keep the graph and the session in which the model was loaded, and use them for "
                "the call."
            ),
        ),
        source="",
        examples=(
            Example(
                "ValueError: Tensor Tensor(x) is not an element of this graph.", subject="graph"
            ),
        ),
    ),
)
