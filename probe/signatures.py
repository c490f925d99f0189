"""What a loaded model offers to call, in the form that every loader gives.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""


class Signature:
    """Something to call: `inputs` are (name, dtype, shape), `function` takes arrays by name.

    A shape is a list with None for unknown dimensions, or None where even the rank is unknown.
    `source` is the model, the function or the session behind it, where that may have a state of
    its own. `groups` are inputs that belong together, as parts of ragged or sparse ones
    (`values.py`). `places` say where each input is among the arguments of a call: `[0]` is the
    first one, `[0, "user"]` is in the dict that is the first one, `["x"]` is named; None where
    that is not known, or all are named as the inputs are.
    """

    def __init__(self, name, inputs, function, source=None, groups=()):
        self.name = name
        self.inputs = inputs
        self.function = function
        self.source = source
        self.groups = groups
        self.places = None


class NothingToCall(Exception):
    pass


def callable_or_nothing(found, why):
    if not found:
        raise NothingToCall("it cannot be called: %s" % why)
    return found


def shape_list(shape):
    if isinstance(shape, (list, tuple)):
        return list(shape)
    return None if shape.rank is None else shape.as_list()


def all_different(names, tensors, kind):
    """A name for each tensor: Keras 3 repeats that of a layer with several, Keras 2 counts them."""
    names = list(names or [])
    if len(names) != len(tensors):
        return ["%s_%d" % (kind, number) for number in range(len(tensors))]
    found = []
    for place, name in enumerate(names):
        before = names[:place].count(name)
        found.append("%s_%d" % (name, before) if before else name)
    return found


def in_session(running, name, inputs, outputs, groups=()):
    """A signature of a graph that a session runs: both are {what to call it: name of a tensor}."""
    specs = []
    for key, tensor_name in inputs.items():
        # Not the shape of a signature: exporters before 1.1 left it out, and then it says scalar.
        tensor = running.graph.get_tensor_by_name(tensor_name)
        specs.append((key, tensor.dtype.base_dtype, shape_list(tensor.shape)))

    def function(arrays):
        return running.run(outputs, {inputs[key]: value for key, value in arrays.items()})

    return Signature(name, specs, function, running, groups)


def of_definitions(running, definitions):
    """The signatures a MetaGraph names itself, ragged and sparse inputs as plain tensors."""
    found = []
    for name, one in sorted(definitions.items()):
        # What TensorFlow 2 keeps its initialisers under is a signature in name only.
        if one.outputs and not name.startswith("__saved_model_"):
            inputs, outputs = {}, {}
            for key, info in sorted(one.inputs.items()):
                inputs.update(zip(names_of(key, info), tensors_of(info)))
            for key, info in sorted(one.outputs.items()):
                for number, tensor in enumerate(tensors_of(info)):
                    outputs["%s_%d" % (key, number) if number else key] = tensor
            groups = [group_of(key, info) for key, info in sorted(one.inputs.items())]
            groups = [group for group in groups if group is not None]
            found.append(in_session(running, name, inputs, outputs, groups))
    return found


def tensors_of(info):
    """The names of the tensors that an input or output of a definition stands for."""
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        parts = info.coo_sparse
        return [parts.indices_tensor_name, parts.values_tensor_name, parts.dense_shape_tensor_name]
    if encoding == "composite_tensor":
        return [part.name for part in info.composite_tensor.components]
    return [info.name]


def names_of(key, info):
    """What TensorFlow 2 calls the same inputs when it loads such a file."""
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        return ["%s_%s" % (key, part) for part in ("indices", "values", "dense_shape")]
    if encoding == "composite_tensor":
        count = len(info.composite_tensor.components)
        return ["%s_component_%d" % (key, number) for number in range(count)]
    return [key]


def group_of(key, info):
    encoding = info.WhichOneof("encoding")
    if encoding not in ("coo_sparse", "composite_tensor"):
        return None
    sizes = [dim.size if dim.size >= 0 else None for dim in info.tensor_shape.dim]
    kind = "sparse"
    if encoding == "composite_tensor":
        spec = info.composite_tensor.type_spec
        ragged = spec.type_spec_class == spec.RAGGED_TENSOR_SPEC
        if not ragged and spec.type_spec_class != spec.SPARSE_TENSOR_SPEC:
            return None
        kind = "ragged" if ragged else "sparse"
    shape = None if info.tensor_shape.unknown_rank else sizes
    return {"kind": kind, "names": names_of(key, info), "shape": shape}
