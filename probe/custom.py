"""The caller's own Python: layers, losses and functions that a model names and a loader asks for.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported by the caller's file
only. It is imported in the process of a check, never in the one that forks.
"""

import importlib
import importlib.util
import inspect
import os
import re
import sys

# What Keras builds from a saved config: (module, class), the module empty for Keras itself.
_KINDS = (
    ("layers", "Layer"),
    ("", "Model"),
    ("metrics", "Metric"),
    ("losses", "Loss"),
    ("optimizers", "Optimizer"),
    ("optimizers.legacy", "Optimizer"),
    ("optimizers.experimental", "Optimizer"),
    ("optimizers.schedules", "LearningRateSchedule"),
    ("initializers", "Initializer"),
    ("regularizers", "Regularizer"),
    ("constraints", "Constraint"),
)

_DEFINED = r"^(?:class[ \t]+|def[ \t]+)?([^\W\d]\w*)[ \t]*[(:=]"
# How TensorFlow and Keras name what they lack; `{` begins a configuration, which names everything.
_MISSED = (
    r"(?:\b(?:[Uu]nknown|locate|restore|deserialize class)\b[^\n{}]{0,60}[\s'\"`:>]"
    r"|parent module |No module named ')(?:%s)\b"
)


class CustomObjectsError(Exception):
    """The caller's file does not import here: that says nothing of the model."""


def imported(source):
    """The module of a file (a path) or of a name.

    Raises:
        CustomObjectsError: from whatever its import raised.
    """
    try:
        is_file = source.endswith(".py")
        return of_file(source) if is_file else importlib.import_module(source)
    except Exception as error:
        raise CustomObjectsError(
            "%s does not import here: %s: %s"
            % (os.path.basename(source), type(error).__name__, error)
        ) from error


def is_missed(source, error):
    """Whether an error is about something that the caller's file defines, or that module itself."""
    own = "|".join(sorted(map(re.escape, defined(source))))
    text = "%s: %s" % (type(error).__name__, error)
    return re.search(_MISSED % own, text) is not None


def defined(source):
    """The names that a file gives to classes, functions and others, and that of the module."""
    name = os.path.basename(source)
    if not name.endswith(".py"):
        return {source, source.split(".")[0]}
    with open(source, encoding="utf-8", errors="replace") as file:
        found = re.findall(_DEFINED, file.read(), re.MULTILINE)
    return {name[: -len(".py")]}.union(found)


def of_file(path):
    """A file as the module its author would import: under its name, within its packages."""
    folder, name = os.path.split(path)
    names = [] if name == "__init__.py" else [name[: -len(".py")]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    # At the end: what lies beside the file must not stand in for TensorFlow or its packages.
    sys.path.append(folder)
    known = importlib.util.find_spec(names[0])
    if len(names) > 1 or (known is not None and known.origin == path):
        return importlib.import_module(".".join(names))
    # It is called like a module that is installed: that one keeps its name.
    spec = importlib.util.spec_from_file_location("loadmatrix_custom_objects", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def offered(module, package):
    """{name: object} for the `custom_objects` of a Keras: what is defined there and is of it."""
    found = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") or not is_own(module, value) or not fits(value, package):
            continue
        for known in names_of(name, value, package):
            found[known] = value
    return found


def is_own(module, value):
    """Whether it is defined in the module, or within the package that the module is."""
    if not inspect.isclass(value) and not is_function(value):
        return False
    place = getattr(value, "__module__", None) or ""
    listed = getattr(value, "__name__", None) in (getattr(module, "__all__", None) or ())
    return listed or place == module.__name__ or place.startswith(module.__name__ + ".")


def is_function(value):
    # What `tf.function` makes is no function for Python.
    return inspect.isfunction(value) or hasattr(type(value), "python_function")


def fits(value, package):
    """Functions fit every Keras, and so does a class that is of none; others fit their own."""
    if not inspect.isclass(value):
        return True
    if issubclass(value, kinds(package)):
        return True
    others = [sys.modules[name] for name in ("keras", "tf_keras") if name in sys.modules]
    return not any(issubclass(value, kinds(other)) for other in others)


def kinds(package):
    found = []
    for place, name in _KINDS:
        module = package
        for part in place.split(".") if place else ():
            module = getattr(module, part, None)
        kind = getattr(module, name, None)
        if inspect.isclass(kind):
            found.append(kind)
    return tuple(found)


def names_of(name, value, package):
    """Its own name, the one it goes by in the file, the registered one, and Keras's usual one."""
    own = getattr(value, "__name__", name)
    yield from (name, own, "Custom>" + own)
    for place in ("saving", "utils"):
        registered = getattr(getattr(package, place, None), "get_registered_name", None)
        if registered is not None:
            yield registered(value)
            return
