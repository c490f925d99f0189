"""Python code inside a model, and code that was written for another version."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import Match, answer, diagnosis, rule
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
    rule(
        "custom-objects-do-not-import",
        r"CustomObjectsError: (?P<file>[^\n]+?) does not import here: (?P<why>[^\n]*)",
        _not_importable,
    ),
)


LAMBDAS = (
    rule(
        "bytecode-of-another-python",
        r"bad marshal data|EOF read where object expected|unknown opcode|"
        r"code\(\) (?:argument|takes|requires)[^\n]*|code expected at least|"
        r"(?:marshal|func_load)[^\n]*(?:EOFError|invalid|TypeError)|"
        r"invalid bytecode|pickle[^\n]*unsupported pickle protocol|unsupported pickle protocol",
        answer(
            Cause.PYTHON_VERSION,
            "Lambda",
            "A Lambda layer contains bytecode of another Python version, which this Python "
            "cannot run.",
            advice(
                "Load it with the Python version that saved it, or replace the Lambda with a "
                "layer class."
            ),
        ),
    ),
    rule(
        "syntax-of-another-python",
        r"TypeError: 'type' object is not subscriptable|f-string: |"
        r"invalid syntax[^\n]*(?:async|print)|"
        r"async=|requires Python [<>=!~ '\"]*[\d.]+|only supports Python|"
        r"Package '?[\w-]+'? requires a different Python",
        answer(
            Cause.ENV_IMPORT_FAILURE,
            "Python",
            "The code was written for a different Python version than the one it runs in.",
            advice("Use a Python version that this release supports."),
        ),
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
    rule("global-name", r"(?:global )?name '(?P<name>\w+)' is not defined", _name_undefined),
)


def _removed(symptom: Symptom, match: Match) -> Diagnosis:
    groups = match.groupdict()
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
    rule(
        "contrib",
        r"(?:No module named|cannot import)[^\n]*(?P<module>tensorflow\.contrib[\w.]*)|"
        r"(?:tf|tensorflow)[\w.]*['\"]? has no attribute '(?P<name>contrib)'",
        _removed,
    ),
    rule(
        "stand-in-of-an-old-module",
        r"'(?P<module>DummyModule|_Dummy\w*)' object has no attribute '(?P<name>\w+)'",
        _removed,
    ),
    rule(
        "module-moved",
        r"No module named ['\"]?(?P<module>(?:tensorflow|keras|tensorflow_core)\.[\w.]+)|"
        r"import (?P<name>keras\.(?:engine|backend\.tensorflow_backend|layers\.\w+)[\w.]*)",
        _removed,
    ),
    rule(
        "name-moved",
        r"cannot import name ['\"]?(?P<name>\w+)['\"]?(?: from (?:partially initialized module )?"
        r"['\"]?(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*))?",
        _removed,
    ),
    rule(
        "attribute-removed",
        r"module '(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*)' has no attribute "
        r"'(?!__version__|python'|keras')(?P<name>\w+)'",
        _removed,
    ),
    rule(
        "method-removed",
        r"'(?P<module>Sequential|Functional|Model|Adam|SGD|RMSprop|LSTM|KerasTensor|Tensor|"
        r"EagerTensor|InputLayer|\w*History|Dense|Conv2D)' object has no attribute "
        r"'(?P<name>predict_classes|predict_proba|_keras_history|_layers|get_input_shape_at|"
        r"\w+_node\w*|output_shape|input_shape|op|_make_predict_function|name_scope|lr|decay|"
        r"_ckpt_saved_epoch|_train_counter|fit_generator|predict_generator|_set_save_spec|"
        r"_get_save_spec|_saved_model_inputs_spec|_inbound_nodes|outbound_nodes|get_output_at)'",
        _removed,
    ),
    rule(
        "argument-removed",
        r"(?P<module>load_model|save_model|save|fit|compile|load_weights|load|Interpreter|"
        r"from_saved_model|from_keras_model_file|convert)\(\) got an unexpected keyword argument "
        r"'(?P<name>\w+)'",
        _removed,
    ),
    rule(
        "keras-tensor-in-a-function",
        r"A KerasTensor (?:cannot be used as input|is symbolic)",
        answer(
            _API,
            "KerasTensor",
            "The code calls TensorFlow functions on symbolic tensors, which Keras 3 does "
            "not allow.",
            advice("Use keras.ops, or Keras 2 (tf-keras)."),
        ),
        when=lambda s: s.stage != "load",
    ),
    rule(
        "graph-mode-code",
        r"(?P<module>tf\.placeholder\(\)|`?get_session`?|"
        r"tf\.\w+) is not (?:compatible with eager|"
        r"available when using TensorFlow 2)|is not supported (?:when|with) eager execution|"
        r"The Session graph is empty|RuntimeError: [^\n]*only (?:works|"
        r"supported) in (?:graph mode|eager)|"
        r"not supported in TensorFlow 2|Tensor\.op is (?:meaningless|undefined) when eager",
        _removed,
    ),
)
