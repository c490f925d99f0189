"""Graphs without a SavedModel around them: GraphDefs, frozen or not, and MetaGraphs.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..signatures import NothingToCall, in_session, of_definitions

# An end of the graph that is no result: it changes or saves something, or is half of a loop.
_NO_RESULTS = (
    "Apply",
    "Assign",
    "Assert",
    "Enter",
    "LoopCond",
    "NextIteration",
    "Placeholder",
    "Queue",
    "Restore",
    "Save",
    "Scatter",
    "Summary",
    "Switch",
)
_VALUES = ("Const", "VarHandleOp", "Variable", "VariableV2")


@contextlib.contextmanager
def load(path, kind="graph_def", text=False, weights=None):
    """`tf.import_graph_def`, or `import_meta_graph` for a MetaGraph, in TensorFlow 1's manner.

    `weights` is the checkpoint that a MetaGraph is restored from, where there is one.
    """
    import tensorflow as tf

    v1 = tf.compat.v1
    # What a graph computes does not depend on the device its nodes name.
    config = v1.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, allow_soft_placement=True
    )
    with tf.Graph().as_default() as built:
        if kind == "meta_graph":
            definition = message(v1.MetaGraphDef(), path, text)
            saver = v1.train.import_meta_graph(definition)
        else:
            definition = message(v1.GraphDef(), path, text)
            tf.import_graph_def(definition, name="")
        with v1.Session(graph=built, config=config) as running:
            if weights is not None and saver is not None:
                saver.restore(running, weights)

            def signatures():
                running.run(v1.tables_initializer())
                found = of_definitions(running, getattr(definition, "signature_def", {}))
                return found or [from_ends(running)]

            yield signatures


def message(empty, path, text):
    with open(path, "rb") as file:
        content = file.read()
    if text:
        from google.protobuf import text_format

        return text_format.Parse(content.decode("utf-8"), empty)
    empty.ParseFromString(content)
    return empty


def from_ends(running):
    """From all placeholders to everything that depends on them and that nothing else takes."""
    operations = running.graph.get_operations()
    inputs = {op.name: op.outputs[0].name for op in operations if op.type == "Placeholder"}
    fed = [op for op in operations if op.type.startswith("Placeholder")]
    # A graph without inputs computes something all the same.
    starts = fed or [op for op in operations if op.type in _VALUES]
    ends = [op for op in reached(starts) if is_result(op)]
    outputs = {}
    for op in ends:
        for tensor in op.outputs:
            name = op.name if len(op.outputs) == 1 else tensor.name
            outputs[name] = tensor.name
    if not outputs:
        raise NothingToCall("it cannot be called: no output of the graph gives a tensor")
    inputs = dict(sorted(inputs.items()))
    return in_session(running, "graph", inputs, outputs, sparse_groups(inputs))


def sparse_groups(inputs):
    """The placeholders that `tf.compat.v1.sparse_placeholder` makes of one, by their names."""
    bases = [name[: -len("/indices")] for name in inputs if name.endswith("/indices")]
    parts = [[base + part for part in ("/indices", "/values", "/shape")] for base in bases]
    return [
        {"kind": "sparse", "names": names, "shape": None}
        for names in parts
        if all(name in inputs for name in names)
    ]


def reached(starts):
    """What depends on some operations, themselves left out, in the order of the graph."""
    known, waiting = set(), list(starts)
    found = []
    while waiting:
        for tensor in waiting.pop().outputs:
            for op in tensor.consumers():
                if op.name not in known:
                    known.add(op.name)
                    waiting.append(op)
                    found.append(op)
    return found


def is_result(op):
    if any(part in op.type for part in _NO_RESULTS) or is_pivot(op):
        return False
    plain = all(tensor.dtype.name not in ("resource", "variant") for tensor in op.outputs)
    return bool(op.outputs) and plain and not any(tensor.consumers() for tensor in op.outputs)


def is_pivot(op):
    """Whether it stands for a branch of a condition: it has no value where the other is taken."""
    switch = op.inputs[0].op if op.type == "Identity" else None
    return switch is not None and switch.type == "Switch" and switch.inputs[0] is switch.inputs[1]
