"""What each class of Keras writes into a configuration, and what it takes from one.

    python -I configurations.py written NAMESPACES RESULT
    python -I configurations.py taken NAMESPACES RESULT QUESTIONS

`written` saves small models and writes what stands in their files, as one JSON object:

    {"tensorflow": VERSION, "keras": {NAMESPACE: VERSION}, "written": {NAMESPACE: {FORM: {CLASS:
     {"whole": [CONFIG], "values": {KEY: {TOKEN: VALUE}}}}}}}

NAMESPACES are those that are asked, `keras`, `tf_keras` or both with a comma between them; FORM is
`h5` or `keras`, after the file. A TOKEN says what kind of value it is (`configs/asking.py`).
QUESTIONS has the same form, of all releases together, with the `whole` of this one. `taken` puts
each value into the configuration of this release and asks Keras for the object:

    {"taken": {NAMESPACE: {FORM: {CLASS: {"refused": {KEY: [TOKEN]}, "accepted": {KEY: [TOKEN]},
     "required": [KEY], "open": BOOLEAN, "never": true}}}}}

`open` is a class that takes keys that nobody knows, `never` one that is not made even of what this
release wrote. For maintainers: `nox -s releases` starts it in every release. Python 3.7 syntax,
like everything in this folder; `configs/` has the models.
"""

import importlib
import json
import os
import sys
import tempfile
import types
import zipfile

PACKAGE = "loadmatrix_configs"
FORMS = ("h5", "keras")
# What no class is asked for: it is the same everywhere, or stands for other objects.
ASIDE = ("name",)
WHOLE_MODELS = ("Sequential", "Functional", "Model", "Lambda", "TFOpLambda", "SlicingOpLambda")
MOST_WHOLE = 3


def beside(name):
    """A module of `configs/`, which `-I` keeps off the path."""
    package = sys.modules.setdefault(PACKAGE, types.ModuleType(PACKAGE))
    here = os.path.dirname(os.path.abspath(__file__))
    package.__path__ = [os.path.join(here, "configs")]
    return importlib.import_module("%s.%s" % (PACKAGE, name))


def spaces(asked):
    if "keras" in asked:
        import tensorflow as tf

        yield "keras", tf.keras
    if "tf_keras" in asked:
        import tf_keras

        yield "tf_keras", tf_keras


def documents(keras, make):
    """The form and the configuration of each file that a model can be saved to.

    The model is made for each: one that was saved as HDF5 keeps writing its configuration so.
    """
    for form in FORMS:
        if reader(keras, form) is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model." + form)
            try:
                keras.backend.clear_session()
                make().save(path)
                # Keras 2.12 writes HDF5 whatever the name is.
                if form == "keras" and not zipfile.is_zipfile(path):
                    make().save(path, save_format="keras")
                document = read(form, path)
            except Exception:
                continue
            yield form, document


def read(form, path):
    if form == "h5":
        import h5py

        with h5py.File(path, "r") as file:
            return json.loads(file.attrs["model_config"])
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json").decode("utf-8"))


def objects(document):
    """Every object in a configuration: class, configuration, and where the class is from."""
    if isinstance(document, list):
        for item in document:
            for found in objects(item):
                yield found
    elif isinstance(document, dict):
        name, config = document.get("class_name"), document.get("config")
        known = isinstance(name, str) and isinstance(config, dict)
        module = document.get("module")
        # An operation of Keras 3 has the name of a layer.
        apart = name in WHOLE_MODELS or str(module).startswith("keras.src.ops")
        if known and not apart and not name.startswith("__"):
            yield name, config, module
        for key, value in document.items():
            if key not in ("inbound_nodes", "build_config", "compile_config"):
                for found in objects(value):
                    yield found


def written(keras, numpy):
    found = {form: {} for form in FORMS}
    for make in beside("recipes").models(keras, numpy):
        for form, document in documents(keras, make):
            for name, config, module in objects(document):
                note(found[form].setdefault(name, {"whole": [], "values": {}}), config, module)
    return found


def note(entry, config, module):
    known = {key: value for key, value in config.items() if key not in ASIDE}
    if len(entry["whole"]) < MOST_WHOLE and known not in entry["whole"]:
        entry["whole"].append(known)
    if module is not None:
        entry["module"] = module
    token = beside("asking").token
    for key, value in known.items():
        values = entry["values"].setdefault(key, {})
        kind = token(value)
        # The shortest says least beside its kind.
        if kind not in values or len(json.dumps(value)) < len(json.dumps(values[kind])):
            values[kind] = value


def reader(keras, form):
    """A function that makes an object as loading a file of that form does."""
    root = keras.layers.Layer.__module__.partition(".src.")[0].partition(".engine.")[0]
    root = root.partition(".layers.")[0]
    source = root if root not in ("keras", "tf_keras") else root + ".src"
    if form == "keras":
        library = first(source + ".saving.serialization_lib", root + ".saving.serialization_lib")
        if library is None:
            return None
        return lambda name, config, module: library.deserialize_keras_object(
            {"class_name": name, "config": config, "module": module, "registered_name": None}
        )
    legacy = first(source + ".legacy.saving.saving_utils")
    return lambda name, config, module: from_hdf5(keras, legacy, name, config, module)


def from_hdf5(keras, legacy, name, config, module):
    document = {"class_name": name, "config": config}
    if module is not None:
        document["module"] = module
        document["registered_name"] = None
    for place in (keras.initializers, keras.regularizers, keras.constraints):
        if hasattr(place, name):
            return place.get(document)
    if legacy is None:
        return layer_of_keras_2(keras, document)
    options = first("keras.src.legacy.saving.saving_options")
    library = first("keras.src.saving.serialization_lib")
    with options.keras_option_scope(use_legacy_config=True), library.SafeModeScope(True):
        return legacy.model_from_config(document)


def layer_of_keras_2(keras, document):
    try:
        return keras.layers.deserialize(document, use_legacy_format="module" not in document)
    except TypeError as error:
        if "use_legacy_format" not in str(error):
            raise
        return keras.layers.deserialize(document)


def first(*names):
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def taken(keras, questions):
    found = {}
    for form in FORMS:
        read = reader(keras, form)
        if read is None:
            continue
        own = questions["whole"].get(form, {})
        for name, values in questions["values"].get(form, {}).items():
            if name in own:
                asked = beside("asking").Class(read, name, own[name].get("module"))
                found.setdefault(form, {})[name] = asked.answers(own[name]["whole"], values)
    return found


def main(mode, names, result, questions=None):
    import numpy

    asked = names.split(",")

    if mode == "written":
        import tensorflow as tf

        answer = {space: written(keras, numpy) for space, keras in spaces(asked)}
        versions = {space: str(getattr(keras, "__version__", "")) for space, keras in spaces(asked)}
        document = {"tensorflow": tf.__version__, "keras": versions, "written": answer}
    else:
        with open(questions, encoding="utf-8") as file:
            known = json.load(file)
        document = {"taken": {s: taken(keras, known[s]) for s, keras in spaces(asked)}}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(document, file, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
