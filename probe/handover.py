"""What companions know and a loader has to be given: found by the names in a request.

Part of the probe (see `probe.py`): Python 3.7 syntax. It is used in the process of a check only,
after the companions were imported.
"""

import importlib

_EVERYTHING = ".*"


class HandoverError(Exception):
    """What was to be handed over is not there or does not work: that says nothing of the model."""


def entered(wanted, scopes):
    """The options of a loader that come of it; `scopes` (an ExitStack) is entered where it asks.

    Raises:
        HandoverError: from whatever was raised.
    """
    options = {}
    for kind, names in sorted((wanted or {}).items()):
        for name in names:
            try:
                given = _KINDS[kind](name, scopes)
            except Exception as error:
                raise HandoverError(
                    "%s cannot be passed to the loader: %s: %s"
                    % (name, type(error).__name__, error)
                ) from error
            if given:
                options.setdefault(kind, []).extend(given)
    return options


def _scope(name, scopes):
    scopes.enter_context(found(name)())
    return []


def _objects(name, _):
    if name.endswith(_EVERYTHING):
        return list(vars(found(name[: -len(_EVERYTHING)])).items())
    return [(name.rpartition(".")[2], found(name))]


def _registerers(name, _):
    return list(found(name))


def _touch(name, _):
    found(name)
    return []


_KINDS = {
    "scopes": _scope,
    "objects": _objects,
    "registerers": _registerers,
    "touches": _touch,
}


def found(name):
    """What a dotted name stands for: attributes of the longest module in front."""
    parts = name.split(".")
    module = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], 2):
        if hasattr(module, part):
            module = getattr(module, part)
        else:
            # A package may take submodules out of its own names: they are imported all the same.
            module = importlib.import_module(".".join(parts[:number]))
    return module
