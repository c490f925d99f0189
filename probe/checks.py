"""One check from its imports to the outputs of its model.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import contextlib
import importlib
import importlib.util
import time

from . import custom, handover, inputs, loaders, state, tensors
from .events import described, peak_mb, say


def run_check(check, events):
    """Loads and runs; what comes of it is in the events."""
    identity = check["check"]
    stage = "import"
    started, used = time.time(), time.process_time()
    scopes, lost = contextlib.ExitStack(), None
    try:
        import_companions(identity, check.get("imports", ()), events)
        handed = handover.entered(check.get("handover"), scopes)
        stage, started, used = "load", time.time(), time.process_time()
        say("check=%s stage=load" % identity)
        events.emit("stage", check=identity, stage=stage)
        loader = loaders.named(check["loader"])
        options, lost = with_custom_objects(check, loader)
        options.update(handed)
        inputs.seeded(graph=getattr(loader, "SEEDS_GRAPH", True))
        with loader.load(check["path"], **options) as model:
            scopes.close()
            without = {"without_objects": True} if lost else {}
            events.emit("loaded", check=identity, **dict(spent(started, used), **without))
            stage = "run"
            say("check=%s stage=run" % identity)
            events.emit("stage", check=identity, stage=stage)
            calls = called(inputs.chosen(list(model()), check.get("signature")), check)
        events.emit("ran", check=identity, calls=calls, **spent(started, used))
    except BaseException as error:
        if (
            stage == "load"
            and lost is not None
            and custom.is_missed(check["custom_objects"], error)
        ):
            error = lost
        events.emit(
            "failed", check=identity, stage=stage, error=described(error), **spent(started, used)
        )


def spent(started, used):
    """What was taken since a time on the clock, and since some CPU seconds of this process."""
    return {
        "seconds": time.time() - started,
        "cpu_seconds": time.process_time() - used,
        "peak_mb": peak_mb(),
    }


def with_custom_objects(check, loader):
    """The options of a check, with the caller's module for a loader that takes it.

    Also the error of a module that does not import. It is no loss to many models: the load tells.
    """
    options, source = dict(check["options"]), check.get("custom_objects")
    if source is None:
        return options, None
    say("check=%s imports %s" % (check["check"], source))
    try:
        module = custom.imported(source)
    except custom.CustomObjectsError as error:
        say(str(error))
        return options, error
    if getattr(loader, "TAKES_CUSTOM_OBJECTS", False):
        options["custom"] = module
    return options, None


def called(signatures, check):
    """Every signature called, each from the state that the model was loaded in."""
    feed = inputs.Feed(check.get("inputs", ()), check.get("rules"))
    stored = tensors.Stored(check.get("outputs"))
    # Signatures of one session share it.
    resets = {id(one.source): one.source for one in signatures}
    resets = {key: state.resetting(source) for key, source in resets.items()}
    calls = [
        tensors.call(signature, feed, stored, resets[id(signature.source)], described)
        for signature in signatures
    ]
    stored.write()
    return calls


def import_companions(identity, imports, events):
    """What registers its ops and classes when it is imported. Never in the process that forks."""
    if imports:
        events.emit("stage", check=identity, stage="import")
    for name in imports:
        module = name.rstrip("?")
        if name != module and importlib.util.find_spec(module) is None:
            continue
        say("check=%s imports %s" % (identity, module))
        importlib.import_module(module)
