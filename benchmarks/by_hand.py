"""The noxfile a user writes by hand, to compare with: virtualenv, pip, a fresh process per load.

It gets the right interpreters and, so that its environments can import at all, our pins: without
them 12 of 23 releases end at the import, and a failure is no time to compare with.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from matrix.catalogue.releases import Release, catalogue
from matrix.environments.programs.interpreters import installed

MINORS = os.environ["BY_HAND_MINORS"].split()
MODEL = os.environ["BY_HAND_MODEL"]
LOADS = (
    "tf.saved_model.load(path)",
    "tf.compat.v1.saved_model.load(tf.compat.v1.Session(graph=tf.Graph()), ['serve'], path)",
    "tf.keras.models.load_model(path)",
    "tf.keras.models.load_model(path, compile=False)",
)


def _parameters() -> list[nox.param]:
    known = {f"{one.minor[0]}.{one.minor[1]}": one for one in catalogue()}
    return [nox.param(_python(known[m]), known[m], id=str(known[m].version)) for m in MINORS]


def _python(release: Release) -> str:
    here = installed()
    return str(here[[python for python in release.pythons if python in here][-1]].path)


@nox.session(venv_backend="virtualenv")
@nox.parametrize("python,release", _parameters())
def load(session: nox.Session, release: Release) -> None:
    """Load the model in one release, every way there is."""
    session.install(f"tensorflow=={release.version}", *release.pins)
    for load in LOADS:
        code = f"import tensorflow as tf; path = {MODEL!r}; {load}"
        session.run("python", "-c", code, success_codes=[0, 1])
