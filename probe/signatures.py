"""What a loaded model offers to call, in the form that every loader gives.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""


class Signature:
    """Something to call: `inputs` are (name, dtype, shape), `function` takes arrays by name.

    A shape is a list with None for unknown dimensions, or None where even the rank is unknown.
    `source` is the model, the function or the session behind it, where that may have a state of
    its own.
    """

    def __init__(self, name, inputs, function, source=None):
        self.name = name
        self.inputs = inputs
        self.function = function
        self.source = source


class NothingToCall(Exception):
    pass


def callable_or_nothing(found, why):
    if not found:
        raise NothingToCall("nothing can be called: %s" % why)
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


def in_session(running, name, inputs, outputs):
    """A signature of a graph that a session runs: both are {what to call it: name of a tensor}."""
    specs = []
    for key, tensor_name in sorted(inputs.items()):
        # Not the shape of a signature: exporters before 1.1 left it out, and then it says scalar.
        tensor = running.graph.get_tensor_by_name(tensor_name)
        specs.append((key, tensor.dtype.base_dtype, shape_list(tensor.shape)))

    def function(arrays):
        return running.run(outputs, {inputs[key]: value for key, value in arrays.items()})

    return Signature(name, specs, function, running)


def of_definitions(running, definitions):
    """The signatures a MetaGraph names itself, as far as they take and give plain tensors."""
    found = []
    for name, one in sorted(definitions.items()):
        infos = list(one.inputs.values()) + list(one.outputs.values())
        plain = all(info.WhichOneof("encoding") == "name" for info in infos)
        # What TensorFlow 2 keeps its initialisers under is a signature in name only.
        if one.outputs and plain and not name.startswith("__saved_model_"):
            inputs, outputs = (
                {key: info.name for key, info in side.items()} for side in (one.inputs, one.outputs)
            )
            found.append(in_session(running, name, inputs, outputs))
    return found
