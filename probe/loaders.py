"""The ways to load a model: each is a context that gives a function, which lists what to call.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loaders.
"""

import contextlib


class Signature:
    """Something to call: `inputs` are (name, dtype, shape), `function` takes arrays by name.

    A shape is a list with None for unknown dimensions, or None where even the rank is unknown.
    """

    def __init__(self, name, inputs, function):
        self.name = name
        self.inputs = inputs
        self.function = function


class NotAKerasModel(Exception):
    pass


class NothingToCall(Exception):
    pass


@contextlib.contextmanager
def saved_model(path, tags):
    """`tf.saved_model.load`; `tags` is None where the file has one graph only."""
    import tensorflow as tf

    if is_tf1(tf):
        tf.compat.v1.enable_v2_behavior()
        loaded = tf.compat.v2.saved_model.load(path, tags=tags)
    else:
        loaded = tf.saved_model.load(path, tags=tags)

    def signatures():
        found = []
        for name, function in sorted(loaded.signatures.items()):
            specs = input_specs(function)
            inputs = [
                (key, spec.dtype, shape_list(spec.shape)) for key, spec in sorted(specs.items())
            ]
            found.append(Signature(name, inputs, by_keyword(tf, function, specs)))
        return callable_or_nothing(found, "it has no signatures")

    yield signatures


@contextlib.contextmanager
def session(path, tags):
    """`tf.compat.v1.saved_model.load`: the graph itself, tables and variables initialised."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with v1.Session(graph=graph, config=config) as running:
            meta_graph = v1.saved_model.load(running, tags or [], path)
            # What TensorFlow 2 keeps its initialisers under is a signature in name only.
            definitions = [
                (name, one)
                for name, one in sorted(meta_graph.signature_def.items())
                if not name.startswith("__saved_model_")
            ]

            def signatures():
                plain = [
                    (name, one) for name, one in definitions if one.outputs and only_tensors(one)
                ]
                found = [in_session(running, name, one) for name, one in plain]
                return callable_or_nothing(found, "it has no signatures of plain tensors")

            yield signatures


@contextlib.contextmanager
def keras(path, compile):
    """`tf.keras.models.load_model`: Keras 2 up to TensorFlow 2.15, Keras 3 from 2.16 on."""
    import tensorflow as tf

    yield keras_model(tf.keras.models.load_model(path, compile=compile), tf)


@contextlib.contextmanager
def tf_keras(path, compile):
    """`tf_keras.models.load_model`: Keras 2 for TensorFlow 2.16 and later, a package of its own."""
    import tensorflow as tf
    import tf_keras as package

    yield keras_model(package.models.load_model(path, compile=compile), tf)


LOADERS = {"saved_model": saved_model, "session": session, "keras": keras, "tf_keras": tf_keras}


def keras_model(model, tf):
    # Up to 2.15 load_model returns an AutoTrackable or _UserObject for what is not a Keras model.
    if not (hasattr(model, "predict") and hasattr(model, "layers")):
        raise NotAKerasModel("load_model returned a %s, not a Keras model" % type(model).__name__)

    def signatures():
        tensors = list(getattr(model, "inputs", None) or [])
        if not tensors:
            raise NothingToCall("the model does not say what inputs it takes")
        names = all_different(getattr(model, "input_names", None), tensors, "input")
        inputs = [
            (name, tf.as_dtype(tensor.dtype), shape_list(tensor.shape))
            for name, tensor in zip(names, tensors)
        ]
        return [Signature("call", inputs, keras_call(tf, model, tensors, names))]

    return signatures


def keras_call(tf, model, tensors, names):
    def function(arrays):
        values = [arrays[name] for name in names]
        if tf.executing_eagerly():
            values = [tf.convert_to_tensor(value) for value in values]
            result = model(arranged(tf, model, tensors, values), training=False)
        else:
            result = model.predict(arranged(tf, model, tensors, values))
        flat = tf.nest.flatten(result)
        if isinstance(result, dict) and len(flat) == len(result):
            return result
        named = all_different(getattr(model, "output_names", None), flat, "output")
        return dict(zip(named, flat))

    return function


def arranged(tf, model, tensors, values):
    """Values in the structure the model was built with: Keras 3 insists on its dicts."""
    structure = getattr(model, "_inputs_struct", None)
    if structure is not None:
        known = {id(tensor): value for tensor, value in zip(tensors, values)}
        if all(id(tensor) in known for tensor in tf.nest.flatten(structure)):
            return tf.nest.map_structure(lambda tensor: known[id(tensor)], structure)
    return values[0] if len(values) == 1 else values


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


def input_specs(function):
    """What a restored signature takes: {name: something with a dtype and a shape}."""
    structured = function.structured_input_signature
    if structured is not None:
        return structured[1]
    # Up to 2.2 signatures of graphs from TensorFlow 1 have none. What they capture comes last.
    return dict(zip(function._arg_keywords, function.inputs))  # noqa: SLF001 - nothing else says


def by_keyword(tf, function, specs):
    def call_with(arrays):
        tensors = {key: tf.constant(value, specs[key].dtype) for key, value in arrays.items()}
        result = function(**tensors)
        return result if isinstance(result, dict) else {"output": result}

    return call_with


def in_session(running, name, definition):
    inputs, feeds = [], {}
    for key, info in sorted(definition.inputs.items()):
        # Not the shape of the signature: exporters before 1.1 left it out, and then it says scalar.
        tensor = running.graph.get_tensor_by_name(info.name)
        inputs.append((key, tensor.dtype.base_dtype, shape_list(tensor.shape)))
        feeds[key] = info.name
    fetches = {key: info.name for key, info in definition.outputs.items()}

    def function(arrays):
        return running.run(fetches, {feeds[key]: value for key, value in arrays.items()})

    return Signature(name, inputs, function)


def only_tensors(definition):
    infos = list(definition.inputs.values()) + list(definition.outputs.values())
    return all(info.WhichOneof("encoding") == "name" for info in infos)


def callable_or_nothing(found, why):
    if not found:
        raise NothingToCall("nothing can be called: %s" % why)
    return found


def is_tf1(tf):
    return tf.__version__.startswith("1.")


def shape_list(shape):
    if isinstance(shape, (list, tuple)):
        return list(shape)
    return None if shape.rank is None else shape.as_list()
