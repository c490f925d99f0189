"""Calls that Keras or TensorFlow of this version does not have: methods, arguments, modules."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.history import of_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import BY_LOADER
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.code.tf1_names import TF1_NAMES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_API = Cause.API_REMOVED
_UPDATE = advice("Update the code for this version, or run it with the version it was written for.")
_OTHER_VERSION = (
    "The code was written for a different version of TensorFlow or Keras: {here} has no "
    "`{name}` in this place. The model itself is not the problem."
)
_OF_MODULES = "load_model|save_model|model_from_json|model_from_yaml|load_img|img_to_array"
_OF_MODELS = (
    "save_weights|load_weights|get_weights|set_weights|predict|predict_on_batch|predict_classes|"
    "train_on_batch|fit_generator|get_layer|summary|to_json|get_config"
)
_OLD_ARGUMENTS = (
    "nb_epoch|nb_val_samples|nb_worker|samples_per_epoch|max_q_size|pickle_safe|show_accuracy|"
    "use_multiprocessing|max_queue_size|workers|validation_steps_per_epoch"
)
_KNOWN = frozenset(TF1_NAMES) | frozenset(_OF_MODULES.split("|"))


def _known_name(symptom: Symptom) -> bool:
    _, found, rest = symptom.text.partition("'module' object has no attribute '")
    return bool(found) and rest.split("'")[0] in _KNOWN


KERAS_CALLS = (
    Rule(
        name="attribute-in-old-python",
        said=(r"'module' object has no attribute '(?P<name>\w+)",),
        facts=(Fact("TensorFlow or Keras has, or had, a function of the name", _known_name),),
        certainty=LIKELY,
        cause=_API,
        subject="{name}",
        explanation=_OTHER_VERSION,
        remedies=(_UPDATE,),
        source="Python 2.7, Python 3.4",
        examples=(
            Example(
                "AttributeError: 'module' object has no attribute 'load_model'",
                subject="load_model",
            ),
            Example(
                "AttributeError: 'module' object has no attribute 'placeholder'",
                subject="placeholder",
            ),
        ),
        counter_examples=(Example("AttributeError: 'module' object has no attribute 'helper'"),),
    ),
    Rule(
        name="attribute-in-the-line-of-old-python",
        said=(
            r"\b(?P<module>(?:tf|tensorflow|keras)(?:\.\w{1,60}){0,4})\.(?P<name>\w{1,60})\b[^\n]{0,200}"
            r"\n\s*AttributeError: 'module' object has no attribute '(?P=name)'",
        ),
        unless=(r"attribute 'contrib'",),
        certainty=LIKELY,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_UPDATE,),
        source="Python 2.7, Python 3.4",
        examples=(
            Example(
                "    cell = tf.nn.rnn_cell.Basic(3)\n"
                "AttributeError: 'module' object has no attribute 'rnn_cell'",
                subject="tf.nn.rnn_cell",
            ),
        ),
        counter_examples=(
            Example(
                "    a = my.helper(3)\nAttributeError: 'module' object has no attribute 'helper'"
            ),
        ),
    ),
    Rule(
        name="attribute-of-a-class",
        said=(
            r"type object '(?P<module>TFLiteConverter\w*|TocoConverter|Interpreter|TFLite\w*|"
            r"Model|Sequential|Tensor|Dataset|Saver|Optimizer)' has no attribute '(?P<name>\w+)",
            rf"'(?P<module>Model|Sequential|Functional)' object has no attribute "
            rf"'(?P<name>{_OF_MODULES})'",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{module}.{name}",
        explanation=_OTHER_VERSION,
        remedies=(_UPDATE,),
        source="public report",
        examples=(
            Example(
                "AttributeError: type object 'TFLiteConverter' has no attribute 'from_keras_model'",
                subject="TFLiteConverter.from_keras_model",
            ),
            Example(
                "model = unet.model.load_model(path)\n"
                "AttributeError: 'Model' object has no attribute 'load_model'",
                subject="Model.load_model",
            ),
        ),
    ),
    Rule(
        name="method-of-a-keras-model",
        said=(
            rf"'(?P<owner>(?!dict|list|tuple|str|bytes|NoneType|int|float|function|module|method|"
            rf"_UserObject|AutoTrackable|OrderedDict|DataFrame|ndarray)[A-Z]\w*)' object has no "
            rf"attribute '(?P<name>{_OF_MODELS})'",
        ),
        facts=(
            Fact(
                "the object is of no class of Keras or of a restored model",
                lambda s: not of_keras(s.text.partition("'")[2].partition("'")[0]),
                0,
            ),
        ),
        certainty=LIKELY,
        cause=_API,
        subject="{owner}.{name}",
        explanation=(
            "`{owner}` is no Keras model of this version: it has no `{name}`. The model itself is "
            "not the problem."
        ),
        remedies=(_UPDATE,),
        source="public report",
        examples=(
            Example(
                "AttributeError: 'QNetwork' object has no attribute 'save_weights'",
                subject="QNetwork.save_weights",
            ),
        ),
        counter_examples=(
            Example("AttributeError: '_UserObject' object has no attribute 'predict'"),
        ),
    ),
    Rule(
        name="argument-of-an-older-keras",
        said=(
            rf"unexpected keyword arguments?:? \W?(?P<name>{_OLD_ARGUMENTS})\b",
            rf"(?:[Uu]nknown|[Uu]nrecognized) keyword arguments?[^\n]{{0,40}}?\W(?P<name>"
            rf"{_OLD_ARGUMENTS})\b",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{name}",
        explanation=(
            "The code was written for an older Keras: {keras} has no argument `{name}`. The model "
            "itself is not the problem."
        ),
        remedies=(advice("Use the new name of the argument (`epochs`), or leave it out."),),
        source="keras/legacy/interfaces.py (Keras 2.0); keras/src/trainers/trainer.py (Keras 3)",
        examples=(
            Example(
                "TypeError: Received unknown keyword arguments: {'nb_epoch': 10}",
                subject="nb_epoch",
            ),
            Example(
                "TypeError: TensorFlowTrainer.predict() got an unexpected keyword argument "
                "'use_multiprocessing'",
                subject="use_multiprocessing",
            ),
        ),
    ),
    Rule(
        name="argument-of-an-older-optimizer",
        said=(r"(?P<name>\w+) is deprecated in the new Keras optimizer",),
        facts=(
            Fact(
                "nothing says that a model was being loaded",
                lambda s: not s.stage and not s.format and not BY_LOADER.holds(s),
            ),
        ),
        certainty=ONE_OF,
        cause=_API,
        subject="{name}",
        explanation=(
            "The code was written for an older Keras: optimizers of {keras} have no argument "
            "`{name}`."
        ),
        remedies=(advice("Use `learning_rate` and schedules, or keras.optimizers.legacy."),),
        alternatives=(
            Alternative(
                cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
                explanation="The config of a saved optimizer contains the argument.",
                decides="The last frame of your own code: does it load a model?",
            ),
        ),
        source="keras/optimizers/optimizer_experimental/optimizer.py (Keras 2.11)",
        examples=(
            Example(
                "ValueError: decay is deprecated in the new Keras optimizer, pleasecheck the "
                "docstring for valid arguments.",
                subject="decay",
            ),
        ),
    ),
    Rule(
        name="values-of-a-graph",
        said=(
            r"(?P<name>numpy)\(\) is only available when eager execution is enabled",
            r"'(?:Tensor|SymbolicTensor|KerasTensor)' object has no attribute '(?P<name>numpy)'",
            r"(?P<name>numpy)\(\) is not (?:available|supported) (?:in|on)",
        ),
        certainty=LIKELY,
        cause=_API,
        subject="{name}",
        explanation=(
            "The code was written for eager execution, but runs inside of a graph, where a tensor "
            "has no values yet."
        ),
        remedies=(advice("Turn on eager execution, or compute with TensorFlow functions only."),),
        source="tensorflow/python/framework/ops.py",
        examples=(
            Example("AttributeError: 'Tensor' object has no attribute 'numpy'", subject="numpy"),
        ),
    ),
)
