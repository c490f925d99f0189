"""Code around a model that was written for another version of TensorFlow or Keras."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.api_history import api_history
from reports.diagnosis.advising.advice import Advice, Releases, advice
from reports.diagnosis.advising.direction import spans_of
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, ONE_OF, Example, Rule
from reports.diagnosis.rules.code.tf1_names import TF1_NAMES
from reports.diagnosis.rules.environment.imports import EVERYWHERE
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_API = Cause.API_REMOVED
_OTHER_VERSION = (
    "The code was written for a different version of TensorFlow or Keras: {here} has no "
    "`{module}.{name}`. The model itself is not the problem."
)
_UPDATE = advice("Update the code for this version, or run it with the version it was written for.")
_TENSORFLOW_1 = Releases(last="1.15")
# Modules that no release has any more, or that moved, and the releases that have them: looked up
# in the environments of all releases.
_MODULES = (
    ("tensorflow.contrib", _TENSORFLOW_1),
    ("tensorflow.compat.v1.contrib", _TENSORFLOW_1),
    ("tensorflow.examples", _TENSORFLOW_1),
    ("tensorflow_core", Releases(last="2.1")),
    ("tensorflow.python.keras", Releases(first="2.2")),
    ("keras.src.engine", Releases(first="2.13", last="2.15")),
    ("keras.engine", Releases(first="2.5", last="2.12")),
    ("keras.utils.vis_utils", Releases(first="2.5", last="2.12")),
    ("keras.utils.generic_utils", Releases(first="2.5", last="2.12")),
    ("keras.utils.np_utils", Releases(first="2.5", last="2.12")),
    ("keras.saving.hdf5_format", Releases(first="2.5", last="2.11")),
)
# What the path before a name is where it stands for the top of TensorFlow.
_TOPS = ("tensorflow", "tf")


def _where_it_is(symptom: Symptom, match: Match) -> Iterator[Advice]:
    """What to write instead, or the releases that have it, where either is known."""
    module, name = match["module"], match["name"]
    whole = f"{module}.{name}".strip(".")
    whole = f"tensorflow.{name}" if module == "tf" else whole
    spans = tuple(span for start, span in _MODULES if f"{whole}.".startswith(f"{start}."))
    if module in _TOPS and name in TF1_NAMES:
        text = f"In TensorFlow 2 it is tf.compat.v1.{name}."
        yield advice(text, "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()")
        spans = (_TENSORFLOW_1,)
    elif not spans and name:
        spans = spans_of(api_history().class_releases(name))
    for span in spans:
        if symptom.tf is None or symptom.tf not in span:
            yield Advice(text=f"Run the code with {span}, which has it.", releases=span)
            return
    yield _UPDATE


def _with_argument(_symptom: Symptom, match: Match) -> Iterator[Advice]:
    yield advice("Leave the argument out, if its default will do.")
    if match["name"] == "safe_mode":
        span = Releases(first="2.12")
        yield Advice(text=f"Run the code with {span}, which has it.", releases=span)


MODULES = (
    Rule(
        name="contrib",
        said=(
            r"(?:No module named|cannot import)[^\n]*?(?P<module>tensorflow)\."
            r"(?P<name>contrib[\w.]*)",
            r"(?:module )?['\"]?(?P<module>tf|tensorflow[\w.]*)['\"]? has no attribute "
            r"['\"]?(?P<name>contrib)",
            # Python 2 does not name the module.
            r"\b(?P<module>tf)\.(?P<name>contrib)[^\n]*\n\s*AttributeError: 'module' object has no "
            r"attribute 'contrib'",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation="TensorFlow 2 has no `tf.contrib`. The model itself is not the problem.",
        remedies=(_where_it_is,),
        source="tensorflow_core/contrib (TensorFlow 1.15)",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.contrib'",
                subject="tensorflow.contrib",
            ),
            Example(
                "    slim = tf.contrib.slim\n"
                "AttributeError: 'module' object has no attribute 'contrib'",
                subject="tf.contrib",
            ),
        ),
    ),
    Rule(
        name="keras-without-src",
        said=(r"No module named ['\"]?(?P<module>(?:tf_)?keras\.src)['\"]?(?![\w.])",),
        certainty=ONE_OF,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{module}",
        explanation=(
            "What is read or run needs `{module}`, which Keras has since 2.13: the Keras of this "
            "environment is older, or its installation is incomplete."
        ),
        remedies=(advice("Install the Keras with which the model was saved."),),
        alternatives=(
            Alternative(
                cause=_API,
                explanation="Only code beside the model imports it.",
                decides="the line of the traceback that imports it; pip show keras",
            ),
        ),
        source="keras/src (Keras 2.13)",
        examples=(
            Example("ModuleNotFoundError: No module named 'keras.src'", subject="keras.src"),
        ),
        counter_examples=(Example("No module named 'keras.src.engine'"),),
    ),
    Rule(
        name="module-moved",
        said=(
            r"No module named ['\"]?(?P<module>(?:tensorflow|keras|tensorflow_core)\.[\w.]*\w)",
            r"import (?P<module>keras\.(?:engine|backend\.tensorflow_backend|layers\.\w+)[\w.]*)",
        ),
        unless=(
            r"No module named ['\"]?(?:tf_)?keras\.src['\"]?(?![\w.])",
            rf"No module named ['\"]?{EVERYWHERE}['\"]?(?![\w.])",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}",
        explanation=(
            "The code was written for a different version of TensorFlow or Keras: {here} has no "
            "module `{module}`. The model itself is not the problem."
        ),
        remedies=(_where_it_is,),
        source="keras/engine (Keras 2.12), keras/src/engine (Keras 2.15)",
        examples=(
            Example("ModuleNotFoundError: No module named 'keras.engine'", subject="keras.engine"),
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.keras.engine'",
                subject="tensorflow.keras.engine",
            ),
        ),
    ),
    Rule(
        name="name-moved",
        said=(
            r"cannot import name \W{0,4}(?P<name>\w+)['\"]? from "
            r"['\"]?(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*)",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_where_it_is,),
        source="public report",
        examples=(
            Example(
                "ImportError: cannot import name 'Layer' from 'keras.engine.topology'",
                subject="keras.engine.topology.Layer",
            ),
        ),
        counter_examples=(Example("ImportError: cannot import name 'Config' from 'config'"),),
    ),
    Rule(
        name="name-moved-in-old-python",
        said=(r"cannot import name \W{0,4}(?P<name>\w+)",),
        named=(r"\bfrom (?P<module>(?:tensorflow|keras|tf_keras)[\w.]*) import",),
        unless=(r"cannot import name \W{0,4}\w+\W{0,4} from",),
        facts=(
            Fact(
                "the line that imports asks TensorFlow or Keras",
                lambda s: "from keras" in s.text or "from tensorflow" in s.text,
            ),
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_where_it_is,),
        source="public report",
        examples=(
            Example(
                "from keras.layers.normalization import LRN2D\n"
                "ImportError: **cannot import name LRN2D**",
                subject="keras.layers.normalization.LRN2D",
            ),
        ),
        counter_examples=(Example("ImportError: cannot import name 'main'"),),
    ),
)

ATTRIBUTES = (
    Rule(
        name="attribute-removed",
        said=(
            r"module ['\"]?(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*)['\"]? has no attribute "
            r"['\"]?(?!__version__|python\b|keras\b)(?P<name>\w+)",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_where_it_is,),
        source="tensorflow/__init__.py",
        examples=(
            Example(
                "AttributeError: module 'tensorflow' has no attribute 'Session'",
                subject="tensorflow.Session",
            ),
            Example(
                "module 'keras.utils' has no attribute 'get_file", subject="keras.utils.get_file"
            ),
        ),
    ),
    Rule(
        name="stand-in-of-an-old-module",
        said=(r"'(?P<module>DummyModule|_Dummy\w*)' object has no attribute '(?P<name>\w+)",),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_UPDATE,),
        source="public report",
        examples=(
            Example(
                "'DummyModule' object has no attribute 'load_checkpoint'",
                subject="DummyModule.load_checkpoint",
            ),
        ),
    ),
    Rule(
        name="method-removed",
        said=(
            r"'(?P<module>Sequential|Functional|Model|Adam|SGD|RMSprop|LSTM|KerasTensor|"
            r"Tensor|EagerTensor|InputLayer|\w*History|Dense|Conv2D)' object has no "
            r"attribute '(?P<name>predict_classes|predict_proba|_keras_history|_layers|"
            r"get_input_shape_at|\w+_node\w*|output_shape|input_shape|op|"
            r"_make_predict_function|name_scope|lr|decay|_ckpt_saved_epoch|"
            r"_train_counter|fit_generator|predict_generator|_set_save_spec|"
            r"_get_save_spec|_saved_model_inputs_spec|_inbound_nodes|outbound_nodes|"
            r"get_output_at)'",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_UPDATE,),
        source="tensorflow/python/keras/engine/sequential.py (TensorFlow 2.5)",
        examples=(
            Example(
                "'Sequential' object has no attribute 'predict_classes'",
                subject="Sequential.predict_classes",
            ),
        ),
    ),
    Rule(
        name="argument-removed",
        said=(
            r"(?P<module>load_model|save_model|fit|compile|load_weights|Interpreter|"
            r"from_saved_model|from_keras_model_file)\(\) got an "
            r"unexpected keyword argument '(?P<name>\w+)'",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=(
            "The code was written for a different version of TensorFlow or Keras: in {here}, "
            "`{module}` has no argument `{name}`. The model itself is not the problem."
        ),
        remedies=(_with_argument,),
        source="keras/saving/saving_api.py",
        examples=(
            Example(
                "TypeError: load_model() got an unexpected keyword argument 'safe_mode'",
                subject="load_model.safe_mode",
            ),
        ),
        counter_examples=(
            Example("TypeError: load() got an unexpected keyword argument 'augment'"),
        ),
    ),
)
