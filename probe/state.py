"""Recurrent and counting models start afresh: what calls left behind is taken back.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the
functions.
"""

# Elements; states are small, and weights are not copied for nothing.
MOST_COPIED = 2**16
# Ops that hold a variable in a graph of TensorFlow 1.
_REFERENCES = ("Variable", "VariableV2")


def resetting(source):
    """A function that brings a model, a restored function or a session to its state of now."""
    takers = []
    for find in (of_layers, of_variables, of_session):
        try:
            takers += find(source)
        except Exception:
            # Names inside TensorFlow change; then calls simply follow each other.
            pass

    def reset():
        for take in takers:
            take()

    return reset


def of_layers(model):
    """The states of stateful layers, nested models included."""
    layers = model._flatten_layers() if hasattr(model, "_flatten_layers") else model.layers  # noqa: SLF001
    stateful = [layer for layer in layers if getattr(layer, "stateful", False) is True]
    found = [
        getattr(layer, "reset_states", None) or getattr(layer, "reset_state", None)
        for layer in stateful
        # A model says it is stateful where one of its layers is.
        if not hasattr(layer, "layers")
    ]
    return [one for one in found if one is not None]


def of_variables(function):
    """The small variables that a function holds, as they are now."""
    import numpy
    import tensorflow as tf

    found = []
    for handle in function.captured_inputs:
        known = getattr(handle, "_handle_data", None) if handle.dtype == tf.resource else None
        kinds = list(known.shape_and_type) if known is not None and known.is_set else []
        # A table is no variable.
        if len(kinds) != 1 or kinds[0].dtype == tf.string.as_datatype_enum:
            continue
        sizes = [dim.size for dim in kinds[0].shape.dim]
        if min(sizes, default=0) < 0 or numpy.prod(sizes) > MOST_COPIED:
            continue
        dtype = tf.as_dtype(kinds[0].dtype)
        value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype).numpy().copy()
        found.append(assigning(tf, handle, tf.constant(value, dtype)))
    return found


def of_session(source):
    """One run that puts the small variables of a session's graph back, as they are now."""
    import tensorflow as tf

    run, graph, raw = source.run, source.graph, tf.raw_ops
    handles = [op for op in graph.get_operations() if is_small_variable(op)]
    if not handles:
        return []
    with graph.as_default():
        # Some are never restored: then nothing reads them either.
        ready = run([initialized(raw, op) for op in handles])
        handles = [op for op, is_ready in zip(handles, ready) if is_ready]
        values = run([value_of(tf, op) for op in handles])
        back = tf.group(*[put_back(tf, op, value) for op, value in zip(handles, values)])
    return [lambda: run(back)]


def is_small_variable(op):
    if op.type != "VarHandleOp" and op.type not in _REFERENCES:
        return False
    shape = op.get_attr("shape")
    size = 1
    for dim in shape.dim:
        size *= dim.size if dim.size >= 0 else MOST_COPIED + 1
    return not shape.unknown_rank and size <= MOST_COPIED


def initialized(raw, op):
    if op.type in _REFERENCES:
        return raw.IsVariableInitialized(ref=op.outputs[0])
    return raw.VarIsInitializedOp(resource=op.outputs[0])


def value_of(tf, op):
    if op.type in _REFERENCES:
        return tf.identity(op.outputs[0])
    return tf.raw_ops.ReadVariableOp(resource=op.outputs[0], dtype=op.get_attr("dtype"))


def put_back(tf, op, value):
    kept = tf.constant(value, op.get_attr("dtype"))
    if op.type in _REFERENCES:
        return tf.raw_ops.Assign(ref=op.outputs[0], value=kept, use_locking=True).op
    return tf.raw_ops.AssignVariableOp(resource=op.outputs[0], value=kept)


def assigning(tf, handle, value):
    return lambda: tf.raw_ops.AssignVariableOp(resource=handle, value=tf.identity(value))
