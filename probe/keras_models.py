"""Keras models, whole or as an architecture with weights beside it, for any package of Keras.

Part of the probe (see `probe.py`): Python 3.7 syntax. The loaders hand in TensorFlow and Keras.
"""

import inspect

from .custom import offered
from .signatures import NothingToCall, all_different
from .structures import outputs_by_name, signature, with_places


class NotAKerasModel(Exception):
    pass


def from_package(tf, package, path, options):
    """`load_model`, or `model_from_json` for the kind "json", and then its weights are loaded.

    `objects` are those of companions, `custom` is the module of the caller's own; `safe_mode`
    false lets be made what Keras takes from trusted sources only.
    """
    known, objects = {}, dict(options.get("objects", ()))
    if options.get("custom") is not None:
        objects.update(offered(options["custom"], package))
    if objects:
        known["custom_objects"] = objects
    if options.get("safe_mode") is False:
        unsafe(package)
    if options.get("kind") != "json":
        load_model = package.models.load_model
        if options.get("safe_mode") is False and has_argument(load_model, "safe_mode"):
            known["safe_mode"] = False
        model = checked(load_model(path, compile=options["compile"], **known), "load_model")
        return lambda: keras_signatures(tf, model)
    with open(path, encoding="utf-8") as file:
        model = checked(package.models.model_from_json(file.read(), **known), "model_from_json")
    if options.get("weights") is None:
        return architecture_alone
    model.load_weights(options["weights"])
    return lambda: keras_signatures(tf, model)


def unsafe(package):
    """Lambdas may be made in this process, also where no argument says so."""
    for place in ("config", "__internal__"):
        allow = getattr(getattr(package, place, None), "enable_unsafe_deserialization", None)
        if allow is not None:
            allow()


def has_argument(function, name):
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def architecture_alone():
    raise NothingToCall("not called: a model without weights computes random numbers")


def checked(model, name):
    # Up to 2.15 load_model returns an AutoTrackable or _UserObject for what is not a Keras model,
    # and Keras 3 returns a dict for an architecture in a dialect it does not know.
    if not (hasattr(model, "predict") and hasattr(model, "layers")):
        raise NotAKerasModel("%s returned a %s, not a Keras model" % (name, type(model).__name__))
    return model


def keras_signatures(tf, model):
    tensors = list(getattr(model, "inputs", None) or [])
    if not tensors:
        return [of_save_spec(tf, model)]
    names = all_different(getattr(model, "input_names", None), tensors, "input")
    by_tensor = {id(tensor): name for tensor, name in zip(tensors, names)}
    structure = structure_of(tf, model, tensors)
    ordered = [by_tensor[id(tensor)] for tensor in tf.nest.flatten(structure)]
    found = signature("call", structure, lambda x: called(tf, model, x), model, ordered)
    return [with_places(found, structure)]


def structure_of(tf, model, tensors):
    """The structure that the model was built with: Keras 3 insists on its dicts."""
    structure = getattr(model, "_inputs_struct", None)
    if structure is not None:
        known = [id(tensor) for tensor in tensors]
        if sorted(id(leaf) for leaf in tf.nest.flatten(structure)) == sorted(known):
            return structure
    return tensors[0] if len(tensors) == 1 else tensors


def of_save_spec(tf, model):
    """A model of a class of its own: Keras 2 keeps what it was called with when it was saved."""
    known = getattr(model, "save_spec", None)
    # Up to 2.4 the inputs alone.
    only = getattr(model, "_saved_model_inputs_spec", None)
    structure = known() if callable(known) else only and ((only,), {})
    structure = structure or of_build_config(tf, model)
    if structure is None:
        raise NothingToCall("the model does not say what inputs it takes")

    def call(filled):
        positional, named = filled
        # Whether it trains is among the arguments, or else it does not.
        return named_outputs(tf, model, model(*positional, **named))

    return with_places(signature("call", structure, call, model), structure, pair=True)


def of_build_config(tf, model):
    """What a model was built with, which Keras from 2.12 on keeps in `.keras` files; None else."""
    config = getattr(model, "get_build_config", lambda: None)() or {}
    shape = config.get("input_shape")
    if not shape:
        return None
    dtype = getattr(model, "compute_dtype", None) or "float32"
    return ((specs_of(tf, shape, dtype),), {})


def specs_of(tf, shape, dtype):
    """A shape, or a structure of shapes, as specs."""
    if isinstance(shape, dict):
        return {key: specs_of(tf, one, dtype) for key, one in shape.items()}
    if all(size is None or isinstance(size, int) for size in shape):
        return tf.TensorSpec(list(shape), dtype)
    return [specs_of(tf, one, dtype) for one in shape]


def called(tf, model, values):
    if not tf.executing_eagerly():
        return named_outputs(tf, model, model.predict(values))
    return named_outputs(tf, model, model(values, training=False))


def named_outputs(tf, model, result):
    names = all_different(getattr(model, "output_names", None), tf.nest.flatten(result), "output")
    return outputs_by_name(tf, result, names)
