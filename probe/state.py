"""Recurrent and counting models start afresh: what calls left behind is taken back.

Nothing is ever reset to what a class thinks is its beginning, for that wipes what a layer has
learnt: Keras calls adapted layers and metrics stateful too. What variables held before the first
call is kept, and put back where a call has changed it. What no call changes is never written.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the
functions.
"""

import contextlib

# Elements; states are small, and weights are not copied for nothing.
MOST_COPIED = 2**16
# Ops that hold a variable in a graph of TensorFlow 1.
_REFERENCES = ("Variable", "VariableV2")


def resetting(source):
    """A function that brings a model, a restored function or a session to its state of now."""
    takers = []
    for find in (of_model, of_function, of_session):
        try:
            takers += find(source)
        except Exception:
            # Names inside TensorFlow change; then calls simply follow each other.
            pass

    def reset():
        for take in takers:
            # What cannot be put back shows where the model is called twice; it is no failed call.
            with contextlib.suppress(Exception):
                take()

    return reset


def put_back_where_changed(read, write):
    """Keeps what `read` gives now; later calls `write` with it where something else is read."""
    kept = copied(read())

    def take():
        if changed(kept, copied(read())):
            write(kept)

    return take


def copied(value):
    import numpy

    return numpy.array(value, dtype=object if isinstance(value, bytes) else None)


def changed(kept, now):
    if kept.dtype == object:
        return kept.tolist() != now.tolist()
    # By their bytes: NaN is no change of NaN.
    return kept.shape != now.shape or kept.tobytes() != now.tobytes()


# --- Keras models --------------------------------------------------------------------------------


def of_model(model):
    """The small variables of a Keras model and the states of its recurrent layers."""
    import tensorflow as tf

    layers, found = layers_of(model), []
    states = [one for layer in layers for one in states_of(tf, layer)]
    known = {id(one): one for one in list(model.variables) + states}
    for variable in known.values():
        if is_variable(tf, variable) and is_small(variable) and not is_seed(variable):
            # One that was never initialised cannot be read.
            with contextlib.suppress(Exception):
                found.append(put_back_where_changed(*reader_and_writer(tf, variable)))
    return found + [zeroed_once_made(tf, layer) for layer in layers if has_no_states_yet(tf, layer)]


def layers_of(model):
    """The layers of a model, those of nested models and wrappers included."""
    if hasattr(model, "_flatten_layers"):
        return list(model._flatten_layers())  # noqa: SLF001 - Keras 2.3 and later, Keras 3
    return [model] + list(getattr(model, "submodules", None) or model.layers)


def states_of(tf, layer):
    """The variables of recurrent states; Keras 2 does not count them as those of the layer."""
    try:
        states = tf.nest.flatten(getattr(layer, "states", None))
    except Exception:
        return []
    return [one for one in states if is_variable(tf, one)]


def is_variable(tf, thing):
    """A variable of TensorFlow or of Keras 3; Keras 2.3 lists tables among them as well."""
    return isinstance(thing, tf.Variable) or (
        hasattr(thing, "assign") and hasattr(thing, "numpy") and hasattr(thing, "shape")
    )


def is_small(variable):
    size = 1
    for dim in tuple(variable.shape):
        size *= MOST_COPIED + 1 if dim is None else int(dim)
    return size <= MOST_COPIED


def is_seed(variable):
    """Keras 3 counts its random numbers in a variable: they go on, or all would look steady."""
    names = [str(getattr(variable, name, "")) for name in ("path", "name")]
    return any("seed_generator_state" in name for name in names)


def reader_and_writer(tf, variable):
    if tf.executing_eagerly():
        return variable.numpy, variable.assign
    backend = tf.keras.backend
    return (
        lambda: backend.get_value(variable),
        lambda value: backend.set_value(variable, value),
    )


def has_no_states_yet(tf, layer):
    recurrent = hasattr(layer, "cell") and getattr(layer, "stateful", False) is True
    return recurrent and not states_of(tf, layer)


def zeroed_once_made(tf, layer):
    """A recurrent layer that makes its states in its first call begins with zeros each time."""

    def take():
        states = [reader_and_writer(tf, one) for one in states_of(tf, layer)]
        for read, write in states:
            write(read() * 0)

    return take


# --- restored functions --------------------------------------------------------------------------


def of_function(function):
    """The small variables that a function holds."""
    import tensorflow as tf

    found = []
    for handle in function.captured_inputs:
        dtype = type_of_small_variable(tf, handle)
        if dtype is not None:
            # One that was never initialised cannot be read.
            with contextlib.suppress(Exception):
                found.append(put_back_where_changed(*of_handle(tf, handle, dtype)))
    return found


def type_of_small_variable(tf, handle):
    """The type of what a captured resource holds; None where that is no small variable."""
    known = getattr(handle, "_handle_data", None) if handle.dtype == tf.resource else None
    kinds = list(known.shape_and_type) if known is not None and known.is_set else []
    # A table is no variable.
    if len(kinds) != 1 or kinds[0].dtype == tf.string.as_datatype_enum:
        return None
    return tf.as_dtype(kinds[0].dtype) if size_of(kinds[0].shape) <= MOST_COPIED else None


def size_of(shape):
    """How many elements a TensorShapeProto has; too many where it does not say."""
    size = 1
    for dim in shape.dim:
        size *= dim.size if dim.size >= 0 else MOST_COPIED + 1
    return MOST_COPIED + 1 if shape.unknown_rank else size


def of_handle(tf, handle, dtype):
    def read():
        return tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype).numpy()

    def write(value):
        tf.raw_ops.AssignVariableOp(resource=handle, value=tf.constant(value, dtype))

    return read, write


# --- sessions ------------------------------------------------------------------------------------


def of_session(source):
    """The small variables of a session's graph."""
    import tensorflow as tf

    run, graph, raw = source.run, source.graph, tf.raw_ops
    handles = [op for op in graph.get_operations() if is_small_variable(op)]
    if not handles:
        return []
    with graph.as_default():
        # Some are never restored: then nothing reads them either.
        ready = run([initialized(raw, op) for op in handles])
        handles = [op for op, is_ready in zip(handles, ready) if is_ready]
        reads = [value_of(tf, op) for op in handles]
        kept = [copied(one) for one in run(reads)]
        writes = [written(tf, op, value) for op, value in zip(handles, kept)]

    def take():
        values = zip(writes, kept, run(reads))
        run([write for write, before, now in values if changed(before, copied(now))])

    return [take]


def is_small_variable(op):
    known = op.type == "VarHandleOp" or op.type in _REFERENCES
    return known and size_of(op.get_attr("shape")) <= MOST_COPIED


def initialized(raw, op):
    if op.type in _REFERENCES:
        return raw.IsVariableInitialized(ref=op.outputs[0])
    return raw.VarIsInitializedOp(resource=op.outputs[0])


def value_of(tf, op):
    if op.type in _REFERENCES:
        return tf.identity(op.outputs[0])
    return tf.raw_ops.ReadVariableOp(resource=op.outputs[0], dtype=op.get_attr("dtype"))


def written(tf, op, value):
    kept = tf.constant(value, op.get_attr("dtype"))
    if op.type in _REFERENCES:
        return tf.raw_ops.Assign(ref=op.outputs[0], value=kept, use_locking=True).op
    return tf.raw_ops.AssignVariableOp(resource=op.outputs[0], value=kept)
