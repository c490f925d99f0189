"""The ways to load a model, by name: what a check asks for, with its options as keywords.

Each is a context that takes the path and the options and gives a function, which lists what to
call (`signatures.py`). The same loader with other options is another entry of a request, not of
this table. Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside
the loaders.
"""

from .checkpoints import checkpoint
from .graphs import graph
from .keras_models import keras, tf_keras, tfsm_layer
from .lite import tflite
from .saved_models import saved_model, session
from .scripts import script

LOADERS = {
    "saved_model": saved_model,
    "session": session,
    "keras": keras,
    "tf_keras": tf_keras,
    "tfsm_layer": tfsm_layer,
    "graph": graph,
    "checkpoint": checkpoint,
    "tflite": tflite,
    "script": script,
}
