"""Python code inside a model, and code that was written for another version."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_API = Cause.API_REMOVED


def _not_importable(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _API,
        "{file}",
        "{file} from --custom-objects cannot be imported with {here} ({why}). This is not a "
        "failure of the model.",
        advice(
            "Fix the file so that it can be imported in this release. The error is in the "
            "file, not in the model."
        ),
    )


CUSTOM_OBJECTS = (
    Rule(
        name="custom-objects-do-not-import",
        said=((r"CustomObjectsError: (?P<file>[^\n]+?) does not import here: (?P<why>[^\n]*)"),),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_not_importable,
        source="",
        examples=(
            Example(
                (
                    "CustomObjectsError: layers.py does not import here: ImportError: "
                    "cannot import name 'get_shape' from 'tensorflow.keras.backend'"
                ),
                subject="layers.py",
            ),
        ),
    ),
)


LAMBDAS = (
    Rule(
        name="bytecode-of-another-python",
        said=(
            r"bad marshal data",
            r"EOF read where object expected",
            r"unknown opcode",
            r"code\(\) (?:argument|takes|requires)[^\n]*",
            r"code expected at least",
            r"(?:marshal|func_load)[^\n]*(?:EOFError|invalid|TypeError)",
            r"invalid bytecode",
            r"pickle[^\n]*unsupported pickle protocol",
            r"unsupported pickle protocol",
        ),
        certainty=CERTAIN,
        cause=Cause.PYTHON_VERSION,
        subject="Lambda",
        explanation=(
            "A Lambda layer contains bytecode of another Python version, which this Python "
            "cannot run."
        ),
        remedies=(
            advice(
                "Load it with the Python version that saved it, or replace the Lambda with a "
                "layer class."
            ),
        ),
        source="",
        examples=(Example("ValueError: bad marshal data (unknown type code)", subject="Lambda"),),
    ),
    Rule(
        name="syntax-of-another-python",
        said=(
            r"TypeError: 'type' object is not subscriptable",
            r"f-string: ",
            r"invalid syntax[^\n]*(?:async|print)",
            r"async=",
            r"requires Python [<>=!~ '\"]*[\d.]+",
            r"only supports Python",
            r"Package '?[\w-]+'? requires a different Python",
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="Python",
        explanation=(
            "The code was written for a different Python version than the one it runs in."
        ),
        remedies=(advice("Use a Python version that this release supports."),),
        source="",
        examples=(Example("TypeError: 'type' object is not subscriptable", subject="Python"),),
    ),
)


def _name_undefined(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        Cause.MISSING_CUSTOM_OBJECT,
        "{name}",
        "Code inside the model (a Lambda or a custom layer) uses the global name `{name}`, "
        "which is not defined when the model is loaded.",
        advice(
            "Pass the object as custom_objects when you load the model.",
            f"load_model(path, custom_objects={{{{'{match['name']}': {match['name']}}}}})",
        ),
    )


GLOBALS = (
    Rule(
        name="global-name",
        said=(r"(?:global )?name '(?P<name>\w+)' is not defined",),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        explain=_name_undefined,
        source="",
        examples=(Example("NameError: name 'K' is not defined", subject="K"),),
    ),
)


def _removed(symptom: Symptom, match: Match) -> Diagnosis:
    groups = match.names
    name = ".".join(groups.get(part) or "" for part in ("module", "name")).strip(".")
    return diagnosis(
        symptom,
        match,
        _API,
        "{whole}",
        "The code was written for a different version of TensorFlow or Keras: {here} has no "
        "`{whole}`. The model itself is not the problem.",
        advice("Update the code for this version, or run it with the version it was written for."),
        whole=name,
    )


REMOVED = (
    Rule(
        name="contrib",
        said=(
            (r"(?:No module named|cannot import)[^\n]*(?P<module>tensorflow\.contrib[\w.]*)"),
            r"(?:tf|tensorflow)[\w.]*['\"]? has no attribute '(?P<name>contrib)'",
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.contrib'",
                subject="tensorflow.contrib",
            ),
        ),
    ),
    Rule(
        name="stand-in-of-an-old-module",
        said=((r"'(?P<module>DummyModule|_Dummy\w*)' object has no attribute '(?P<name>\w+)'"),),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "'DummyModule' object has no attribute 'load_checkpoint'",
                subject="DummyModule.load_checkpoint",
            ),
        ),
    ),
    Rule(
        name="module-moved",
        said=(
            (r"No module named ['\"]?(?P<module>(?:tensorflow|keras|tensorflow_core)\.[\w.]+)"),
            (
                r"import (?P<name>keras\.(?:engine|backend\.tensorflow_backend|"
                r"layers\.\w+)[\w.]*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example("ModuleNotFoundError: No module named 'keras.engine'", subject="keras.engine"),
        ),
    ),
    Rule(
        name="name-moved",
        said=(
            (
                r"cannot import name ['\"]?(?P<name>\w+)['\"]?(?: from (?:partially "
                r"initialized module )?['\"]?(?P<module>(?:tensorflow|keras|"
                r"tf_keras)[\w.]*))?"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "ImportError: cannot import name 'Layer' from 'keras.engine.topology'",
                subject="keras.engine.topology.Layer",
            ),
        ),
    ),
    Rule(
        name="attribute-removed",
        said=(
            (
                r"module '(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*)' has no attribute "
                r"'(?!__version__|python'|keras')(?P<name>\w+)'"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "AttributeError: module 'tensorflow' has no attribute 'Session'",
                subject="tensorflow.Session",
            ),
        ),
    ),
    Rule(
        name="method-removed",
        said=(
            (
                r"'(?P<module>Sequential|Functional|Model|Adam|SGD|RMSprop|LSTM|KerasTensor|"
                r"Tensor|EagerTensor|InputLayer|\w*History|Dense|Conv2D)' object has no "
                r"attribute '(?P<name>predict_classes|predict_proba|_keras_history|_layers|"
                r"get_input_shape_at|\w+_node\w*|output_shape|input_shape|op|"
                r"_make_predict_function|name_scope|lr|decay|_ckpt_saved_epoch|"
                r"_train_counter|fit_generator|predict_generator|_set_save_spec|"
                r"_get_save_spec|_saved_model_inputs_spec|_inbound_nodes|outbound_nodes|"
                r"get_output_at)'"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
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
            (
                r"(?P<module>load_model|save_model|save|fit|compile|load_weights|load|"
                r"Interpreter|from_saved_model|from_keras_model_file|convert)\(\) got an "
                r"unexpected keyword argument '(?P<name>\w+)'"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "TypeError: load_model() got an unexpected keyword argument 'safe_mode'",
                subject="load_model.safe_mode",
            ),
        ),
    ),
    Rule(
        name="keras-tensor-in-a-function",
        said=(r"A KerasTensor (?:cannot be used as input|is symbolic)",),
        facts=(Fact("TODO", lambda s: s.stage != "load"),),
        certainty=LIKELY,
        cause=_API,
        subject="KerasTensor",
        explanation=(
            "The code calls TensorFlow functions on symbolic tensors, which Keras 3 does not allow."
        ),
        remedies=(advice("Use keras.ops, or Keras 2 (tf-keras)."),),
        source="",
        examples=(
            Example(
                "A KerasTensor cannot be used as input to a TensorFlow function.",
                subject="KerasTensor",
            ),
        ),
    ),
    Rule(
        name="graph-mode-code",
        said=(
            (
                r"(?P<module>tf\.placeholder\(\)|`?get_session`?|tf\.\w+) is not "
                r"(?:compatible with eager|available when using TensorFlow 2)"
            ),
            r"is not supported (?:when|with) eager execution",
            r"The Session graph is empty",
            r"RuntimeError: [^\n]*only (?:works|supported) in (?:graph mode|eager)",
            r"not supported in TensorFlow 2",
            r"Tensor\.op is (?:meaningless|undefined) when eager",
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        explain=_removed,
        source="",
        examples=(
            Example(
                "RuntimeError: tf.placeholder() is not compatible with eager execution.",
                subject="tf.placeholder()",
            ),
        ),
    ),
)
