"""Weights that do not match the model, and state that was not initialized."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import answer, rule
from reports.report.cause import Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH
_STATE = Cause.LOOKUP_TABLE_OR_RESOURCE_INIT
_SAME_MODEL = advice("Build the model exactly as it was when its weights were saved.")

MISMATCH = (
    rule(
        "layer-count",
        r"weight file (?:containing|with) (?P<saved_layers>\d+) layers into a model with "
        r"(?P<layers>\d+)|"
        r"Layer count mismatch[^\n]*expected (?P<wanted>\d+) layers, found (?P<found>\d+)",
        answer(
            _WEIGHTS,
            "{saved_layers}{found} layers into {layers}{wanted}",
            "The file has weights for {saved_layers}{found} layers, but the model has "
            "{layers}{wanted} layers: the architecture is different.",
            _SAME_MODEL,
        ),
    ),
    rule(
        "layer-variables",
        r"Layer '?(?P<layer>[^'\n]{1,80}?)'? (?:expected (?P<wanted>\d+) variables, but received "
        r"(?P<found>\d+) variables during loading|was never built[^\n]*"
        r"(?:lists (?P<listed>\d+) variables)?)",
        answer(
            _WEIGHTS,
            "layer {layer}",
            "The variables of layer `{layer}` do not match the file. Keras 2.13 to 3.x lose "
            "variables of nested layers when they save or load a model, so the file may be "
            "intact.",
            advice(
                "Load it with the Keras version that saved it, or build the model in code and "
                "load the weights."
            ),
        ),
    ),
    rule(
        "layer-weights",
        r"[Ll]ayer (?:#\d+ )?\(?(?:named )?['\"]?(?P<layer>[\w/.-]+)['\"]?[^\n]{0,120}?"
        r"expects (?P<wanted>\d+) weight\(?s?\)?[^\n]{0,60}?(?:saved weights have|received|"
        r"saved with) "
        r"(?P<found>\d+)|Weight count mismatch[^\n]*|"
        r"weight list of length (?P<given>\d+), but the (?:layer|"
        r"optimizer) was expecting (?P<need>\d+)",
        answer(
            _WEIGHTS,
            "layer {layer}",
            "The file has a different number of weights for a layer than the model expects.",
            _SAME_MODEL,
        ),
    ),
    rule(
        "objects-not-loaded",
        r"weight data has no target variable: (?P<tensor>\S+)|"
        r"total of \d+ objects could not be loaded[^\n]*?(?:<(?P<object>\w+) name=(?P<name>[\w/"
        r".-]+))?",
        answer(
            _WEIGHTS,
            "{object} {name}{tensor}",
            "The file has no weights with the names that the model looks for.",
            _SAME_MODEL,
        ),
    ),
    rule(
        "shape-of-a-weight",
        r"[Ss]hape mismatch in layer[^\n]*?['\"]?(?P<layer>\w+)?|"
        r"weight shape \(?(?P<shape>[\d, ]+)\)? (?:is )?not compatible with provided|"
        r"Shapes? \(?(?P<a>[\d, ?]+)\)? and \(?(?P<b>[\d, ?]+)\)? are incompatible|"
        r"Cannot assign value to variable '(?P<variable>[^']+)': Shape mismatch|"
        r"Cannot assign to variable(?P<to> [\w/:.-]+)? due to variable shape|"
        r"axes don't match array|"
        r"shape of the target variable and the shape of the target value|"
        r"Dimension \d+ in both shapes must be equal, but are \d+ and \d+[^\n]*(?:Assign|assign)|"
        r"Assign requires shapes of both tensors to match[^\n]*|"
        r"(?i:tensor'?s? shape[^\n]*does not match|incompatible tensor with shape)[^\n]*|"
        r"tensor_name ?= ?(?P<tensor>[\w/.-]+); (?:expected )?shape|"
        r"shape in checkpoint|shape mismatch[^\n]*(?:checkpoint|variable)|"
        r"cannot reshape array of size \d+ into shape|"
        r"could not broadcast input array from shape|"
        r"(?:expected|expects) (?:weight )?shape[^\n]*(?:saved|loaded|"
        r"provided) (?:weight )?shape",
        answer(
            _WEIGHTS,
            "{layer}{variable}{tensor}{shape}",
            "A weight in the file has a different shape than in the model.",
            _SAME_MODEL,
        ),
        when=lambda s: s.stage != "run",
    ),
    rule(
        "name-not-in-checkpoint",
        r"(?:Tensor name|Key) ['\"]?(?P<tensor>[^\s'\"]+)['\"]? not found in checkpoint|"
        r"Unresolved object in checkpoint[^\n]*?(?P<object>\(root\)[^\s:]*)?|"
        r"Nothing except the root object matched|"
        r"variable name or other graph key that is missing from the checkpoint|"
        r"No (?:matching|such) (?:variable|tensor)s?[^\n]*checkpoint|"
        r"Variable (?P<variable>\S+) (?:does not exist|not found)[^\n]*checkpoint|"
        r"[Ss]ome Python objects were not bound to checkpointed values",
        answer(
            _WEIGHTS,
            "{tensor}{object}{variable}",
            "The checkpoint has no tensor with the name that the model looks for: different "
            "code or a different saver wrote it.",
            advice(
                "List the names in the checkpoint and compare them.",
                "tf.train.list_variables(path)",
            ),
        ),
    ),
    rule(
        "graph-and-checkpoint",
        r"mismatch between the current graph and the graph from the checkpoint",
        answer(
            _WEIGHTS,
            "checkpoint",
            "The checkpoint belongs to a different graph: tensors with the same name have "
            "different shapes or types.",
            _SAME_MODEL,
        ),
        when=lambda s: "No OpKernel" not in s.text and "assign a device" not in s.text,
    ),
    rule(
        "group-not-in-file",
        r"have not yet been created|has not created its variables|"
        r"(?:Unable to (?:synchronously )?open object|"
        r"[Oo]bject)[^\n]*?['\"]?(?P<name>[\w/:.-]+)['\"]? "
        r"doesn't exist|optimizer cannot recognize variable|"
        r"No such layer: (?P<layer>\S+)|Layer \S+ not found in (?:saved|file)",
        answer(
            _WEIGHTS,
            "{name}{layer}",
            "The file has no entry with the name `{name}{layer}`, which the model looks for.",
            _SAME_MODEL,
        ),
        when=lambda s: "component not found" not in s.text,
    ),
)

STATE = (
    rule(
        "table-not-initialized",
        r"Table (?:already |)(?:not|un)[ -]?initialized|(?i:lookup ?table)[^\n]*not initialized|"
        r"Table not initialized\.[^\n]*?(?P<table>[\w/]*table[\w/]*)?",
        answer(
            _STATE,
            "lookup table {table}",
            "A lookup table of the graph was not initialized in this session.",
            advice(
                "Run the table initializer first.",
                "session.run(tf.compat.v1.tables_initializer())",
            ),
        ),
    ),
    rule(
        "variable-not-initialized",
        r"Attempting to use uninitialized value (?P<name>\S+)|"
        r"Error while reading resource variable (?P<read>\S+) from|"
        r"Resource (?P<resource>\S+?)(?:/class \S+)? does not exist|"
        r"Could not find variable (?P<lost>\S+)\. This could mean|"
        r"Container (?P<container>\S+) does not exist|"
        r"(?i:variable)s? [^\n]{0,60}(?:is|are|was|were) (?:uninitialized|not initialized)|"
        r"FailedPrecondition[^\n]*(?:uninitialized|initial)",
        answer(
            _STATE,
            "variable {name}{read}{resource}{lost}",
            "A variable has no value in this session: it was not restored, or it was restored "
            "in another session or thread.",
            advice("Restore and run the model in the same session and graph."),
        ),
    ),
    rule(
        "tensor-of-another-graph",
        r"'_thread\._local' object has no attribute|Tensor[^\n]{0,200}is not an element of this"
        r" graph|must be from the same graph|"
        r"Tensor\S* is not an element",
        answer(
            _STATE,
            "graph",
            "The model was loaded in one graph, thread or session and called in another.",
            advice(
                "Keep the graph and the session in which the model was loaded, and use them for "
                "the call."
            ),
        ),
    ),
)
