"""Makes hostile models with the TensorFlow of the environment it is started in.

    python make.py REQUEST ANSWER

REQUEST is JSON: {"models": {NAME: {"module": M, "function": F, "path": PATH, "facts": {...}}}}.
`facts` say where the marker, the secret and the listener of this model are: all that it may touch
lies in a folder of the harness. ANSWER gets {NAME: {"path": PATH} or {"error": TEXT}}.

Nothing of the project is imported: this runs in old releases, in Python 3.7 syntax. Making a model
has no effect but the model.
"""

import importlib
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def main(request_path, answer_path):
    with open(request_path) as file:
        models = json.load(file)["models"]
    import tensorflow  # noqa: F401 - imported once, before the forks

    answers = {}
    for name, wanted in sorted(models.items()):
        answers[name] = forked(wanted, answer_path + ".part")
    with open(answer_path, "w") as file:
        json.dump(answers, file)


def forked(wanted, part):
    """One model, made in a process of its own: Keras keeps names of the one before."""
    pid = os.fork()
    if pid == 0:
        try:
            answer = {"path": made(wanted)}
        except BaseException:
            answer = {"error": traceback.format_exc()[-2000:]}
        with open(part, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.waitpid(pid, 0)
    try:
        with open(part) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"error": "its process died"}
    finally:
        if os.path.exists(part):
            os.unlink(part)


def made(wanted):
    function = getattr(importlib.import_module(wanted["module"]), wanted["function"])
    os.makedirs(os.path.dirname(wanted["path"]), exist_ok=True)
    return function(wanted["path"], wanted["facts"])


if __name__ == "__main__":
    main(*sys.argv[1:])
