"""Structures of tensors, ragged and sparse ones too, as plain tensors by name and back.

A ragged tensor `x` is its values and row_splits under `x`, `x_1`, ...; a sparse one its indices,
values and dense_shape: in the order and under the names in which TensorFlow itself takes them apart
in a signature. Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only
inside the functions.
"""

from .signatures import Signature, all_different, shape_list


def signature(name, structure, function, source, names=None):
    """A signature that takes `structure` (of specs and whatever else), as `function` does.

    `names` are those of its tensors in the order of `tf.nest.flatten`, where the specs have none.
    """
    import tensorflow as tf

    leaves = tf.nest.flatten(structure)
    places = [place for place, leaf in enumerate(leaves) if is_spec(tf, leaf)]
    names = names or [name_of(leaves[place], number) for number, place in enumerate(places)]
    named = dict(zip(places, all_different(names, places, "input")))
    inputs, groups = [], []
    for place in places:
        parts, group = taken_apart(tf, named[place], leaves[place])
        inputs += parts
        groups += [group] if group else []

    def call(arrays):
        filled = list(leaves)
        for place, own in named.items():
            # Where TensorFlow 1 does not turn eager, models are given arrays.
            plain = not tf.executing_eagerly() and kind_of(tf, leaves[place]) is None
            filled[place] = arrays[own] if plain else assembled(tf, own, leaves[place], arrays)
        return function(tf.nest.pack_sequence_as(structure, filled))

    return Signature(name, inputs, call, source, groups)


def with_places(found, structure, pair=False):
    """The signature of a structure, with the places of its inputs among the arguments of a call.

    The structure is the only argument, or a `pair` of those by position and by name. Where
    something else is among them too, nothing is said.
    """
    import tensorflow as tf

    leaves = tf.nest.flatten(structure)
    ways = list(places_in(structure))
    specs = [is_spec(tf, leaf) for leaf in leaves]
    others = [leaf for leaf, known in zip(leaves, specs) if not known and leaf is not None]
    if not found.groups and not others and len(ways) == len(leaves) and None not in ways:
        own = [way for way, known in zip(ways, specs) if known]
        # The first step tells arguments by position from those by name.
        found.places = [way[1:] if pair else [0] + way for way in own]
    return found


def places_in(structure):
    """The way to each leaf, in the order of `tf.nest.flatten`; None on it where it has no name."""
    if isinstance(structure, dict):
        if not all(isinstance(key, str) for key in structure):
            yield None
            return
        parts = [(key, structure[key]) for key in sorted(structure)]
    elif isinstance(structure, (list, tuple)):
        parts = list(enumerate(structure))
    else:
        yield []
        return
    for key, part in parts:
        for place in places_in(part):
            yield None if place is None else [key] + place


def is_spec(tf, leaf):
    known = (tf.TensorSpec, tf.RaggedTensorSpec, tf.SparseTensorSpec)
    return isinstance(spec_of(leaf), known) or (hasattr(leaf, "dtype") and hasattr(leaf, "shape"))


def name_of(spec, number):
    return getattr(spec, "name", None) or "input_%d" % number


def taken_apart(tf, name, spec):
    """The plain inputs that a spec stands for, and what says that they belong together, if any."""
    kind, spec = kind_of(tf, spec), spec_of(spec)
    dtype = tf.as_dtype(first_of(spec, "dtype", "_dtype"))
    shape = shape_list(first_of(spec, "shape", "_shape"))
    if kind is None:
        return [(name, dtype, shape)], None
    if kind == "ragged":
        parts = ragged_parts(name, spec, dtype, shape)
    else:
        rank = None if shape is None else len(shape)
        parts = [(name, tf.int64, [None, rank]), (name + "_1", dtype, [None])]
        parts.append((name + "_2", tf.int64, [rank]))
    return parts, {"kind": kind, "names": [one[0] for one in parts], "shape": shape}


def kind_of(tf, leaf):
    """Whether it stands for a ragged or a sparse tensor; None for a plain one."""
    spec = spec_of(leaf)
    # Keras 3 says so itself.
    for kind in ("ragged", "sparse"):
        if getattr(spec, kind, False) is True:
            return kind
    if isinstance(spec, tf.RaggedTensorSpec):
        return "ragged" if ragged_rank(spec) else None
    return "sparse" if isinstance(spec, tf.SparseTensorSpec) else None


def spec_of(leaf):
    """What a spec, a symbolic tensor or a tensor of Keras stands for."""
    return getattr(leaf, "type_spec", None) or getattr(leaf, "_type_spec", None) or leaf


def ragged_parts(name, spec, dtype, shape):
    rank = ragged_rank(spec)
    inner = None if shape is None else [None] + shape[1 + rank :]
    rows = shape[0] + 1 if shape and shape[0] is not None else None
    splits = splits_type(spec)
    parts = [(name, dtype, inner), (name + "_1", splits, [rows])]
    return parts + [("%s_%d" % (name, n), splits, [None]) for n in range(2, 1 + rank)]


def splits_type(spec):
    import tensorflow as tf

    # Keras 3 leaves both open.
    return tf.as_dtype(first_of(spec, "row_splits_dtype", "_row_splits_dtype") or tf.int64)


def ragged_rank(spec):
    rank = first_of(spec, "ragged_rank", "_ragged_rank")
    return 1 if rank is None else rank


def first_of(spec, *names):
    # Up to 2.2 what specs say has names of its own.
    return next(getattr(spec, name) for name in names if hasattr(spec, name))


def assembled(tf, name, spec, arrays):
    kind, spec = kind_of(tf, spec), spec_of(spec)
    dtype = tf.as_dtype(first_of(spec, "dtype", "_dtype"))
    if kind is None:
        return tf.constant(arrays[name], dtype)
    if kind == "ragged":
        splits = [arrays["%s_%d" % (name, n)] for n in range(1, 1 + ragged_rank(spec))]
        return tf.RaggedTensor.from_nested_row_splits(tf.constant(arrays[name], dtype), splits)
    return tf.SparseTensor(
        arrays[name], tf.constant(arrays[name + "_1"], dtype), arrays[name + "_2"]
    )


def outputs_by_name(tf, result, names=None):
    """{name: plain tensor} of whatever a call gave; `names` are those of its tensors in order."""
    if isinstance(result, dict):
        # Signatures give theirs in the order of a hash table, another in each process.
        parts = sorted(((str(key), value) for key, value in result.items()), key=lambda one: one[0])
    else:
        parts = [("output", result)]
    found = {}
    for key, value in parts:
        flat = tf.nest.flatten(value)
        own = [key if len(flat) == 1 else "%s_%d" % (key, n) for n in range(len(flat))]
        if names is not None and len(names) == len(flat) and not isinstance(result, dict):
            own = names
        for name, one in zip(own, flat):
            for number, tensor in enumerate(tf.nest.flatten(one, expand_composites=True)):
                found["%s_%d" % (name, number) if number else name] = tensor
    return found
