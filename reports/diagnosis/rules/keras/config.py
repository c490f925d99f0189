"""Keras configs that this version of Keras cannot build."""

from __future__ import annotations

import re

from matrix.plan.variant import UNCOMPILED
from reports.diagnosis.advice import Advice, advice
from reports.diagnosis.direction import same_keras
from reports.diagnosis.history import argument_in_words, class_in_words, of_keras
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Remedies, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
_NO_COMPILE = advice(
    "Load it without the optimizer and the losses.",
    "load_model(path, compile=False)",
    loader="keras",
    variant=UNCOMPILED,
)
_KINDS = ("optimizer", "loss", "metric", "initializer", "regularizer", "constraint", "activation")


def hand_over(name: str) -> Advice:
    """The remedy for a class that only its author has."""
    return advice(
        "Pass the class as custom_objects when you load the model.",
        f"load_model(path, custom_objects={{{{'{name}': {name}}}}})",
    )


def _named(symptom: Symptom, match: Match) -> Diagnosis:
    """A name that Keras did not know: its own of another version, or the user's."""
    name = match["name"].strip("`'\" ")
    bare = name.rpartition(">")[2]
    if bare in symptom.custom_objects or name in symptom.custom_objects:
        return _users(symptom, match, name)
    said = match["kind"].lower()
    kind = next((word for word in _KINDS if word in said), "layer" if "layer" in said else "")
    if not of_keras(name, kind):
        return _users(symptom, match, name)
    compiled = kind in ("optimizer", "loss", "metric")
    return _named_otherwise(symptom, match, name, *([_NO_COMPILE] if compiled else []))


def _named_otherwise(symptom: Symptom, match: Match, name: str, *first: Remedies) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{own}",
        "`{own}` is a Keras class, but {keras} does not have it in this form. "
        + class_in_words(name.rpartition(">")[2])
        + "{saved}",
        *first,
        same_keras,
        own=name,
    )


def _users(symptom: Symptom, match: Match, name: str) -> Diagnosis:
    if symptom.given:
        return diagnosis(
            symptom,
            match,
            _CUSTOM,
            "{custom}",
            "`{custom}` is not part of Keras, and {given} from --custom-objects does not define "
            "it for the Keras that loads the file.",
            advice("Define it in {given}, based on the Keras that loads the file."),
            custom=name,
            given=symptom.given,
        )
    return diagnosis(
        symptom,
        match,
        _CUSTOM,
        "{custom}",
        "`{custom}` is not part of Keras: it is a custom class or function of the model "
        "author, and it was not passed to the loader.",
        hand_over(name.rpartition(">")[2]),
        custom=name,
    )


def _arguments(symptom: Symptom, match: Match) -> Diagnosis:
    """Keyword arguments that a constructor refused."""
    owner = match["owner"].rpartition(".")[2] or _owner(symptom.text)
    keywords = re.findall(r"['\"](\w+)['\"]\s*[:,\])}]", match["keywords"] + "]") or re.findall(
        r"\w+", match["keywords"]
    )
    keyword = keywords[0] if keywords else ""
    # Every class of Keras takes these: who refuses them hands nothing on to his base.
    users = not owner and keyword in ("name", "trainable", "dtype")
    if users or (owner and (owner in symptom.custom_objects or not of_keras(owner))):
        return diagnosis(
            symptom,
            match,
            _CUSTOM,
            "{owner}",
            "{whose} is a custom class of the model author, and its constructor does not accept "
            "`{keyword}`: it needs a matching get_config and from_config.",
            advice(
                "Write get_config and from_config for that class, and pass it as custom_objects."
            ),
            owner=owner or f"the class that does not accept {keyword}",
            whose=f"Class `{owner}`" if owner else "The class",
            keyword=keyword,
        )
    history = argument_in_words(owner, keyword) if owner else ""
    subject = f"{owner}({keyword})" if owner else f"argument {keyword}"
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        subject,
        "The config passes the argument `{keyword}` to {whose}, but {keras} does not accept it. "
        + history
        + "{saved}",
        *([_NO_COMPILE] if of_keras(owner, "optimizer") and owner else []),
        same_keras,
        whose=f"`{owner}`" if owner else "a layer",
        keyword=keyword,
    )


def _owner(text: str) -> str:
    """Whose constructor it was, where only the line around the refusal says so."""
    match = re.search(
        r"Error when deserializing class ['\"]?(\w+)|of class <?['\"]?(?:[\w.]*\.)?(\w+)['\"]?>"
        r"? using config",
        text,
    )
    return (match.group(1) or match.group(2) or "") if match else ""


def _parent_module(symptom: Symptom, match: Match) -> Diagnosis:
    module = match["module"]
    if re.match(r"(?:tf_)?keras|tensorflow\.(?:python\.)?keras|builtins", module):
        newer = "keras.src" in module
        return diagnosis(
            symptom,
            match,
            _CONFIG,
            "{name} of {module}",
            "The file refers to `{module}`, a module of "
            + ("Keras 3" if newer else "another version of Keras")
            + ", which {keras} does not have.{saved}",
            advice("Use Keras 3 (TensorFlow 2.16 or newer).") if newer else same_keras,
        )
    return _users(symptom, match, match["name"])


def _identifier(symptom: Symptom, match: Match) -> Diagnosis:
    """`Could not interpret optimizer identifier: ...`: an object, a config or a name."""
    what = match["name"]
    kind = next((word for word in _KINDS if word in match["kind"].lower()), "")
    name = re.search(r"[.>'\" ](\w+) object at|class_name['\"]: ['\"](\w+)|^['\"<]?([\w>]+)", what)
    bare = next((group for group in name.groups() if group), "") if name else ""
    if "object at" not in what and bare and not of_keras(bare, kind) and kind:
        return _users(symptom, match, bare)
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{kind} {bare}",
        "{keras} cannot read the {kind} in this form: a different version of Keras wrote "
        "it.{saved}",
        _NO_COMPILE,
        same_keras,
        bare=bare,
    )


def _revived(symptom: Symptom, match: Match) -> Diagnosis:
    name = (match["name"] or match["of"]).rstrip(".").rpartition(".")[2]
    if of_keras(name) and name not in symptom.custom_objects:
        return _named_otherwise(symptom, match, name)
    return diagnosis(
        symptom,
        match,
        _CUSTOM,
        "{class_}",
        "The model contains an object of the class `{class_}`, which was not passed to the loader.",
        hand_over(name),
        _NO_COMPILE,
        class_=name,
    )


UNKNOWN = (
    Rule(
        name="type-not-registered",
        said=(r"The type '(?P<name>[\w.>]+)' has not been registered",),
        certainty=CERTAIN,
        cause=_CUSTOM,
        subject="{name}",
        explanation=(
            "A function in the SavedModel takes or returns the type `{name}`. TensorFlow knows "
            "this type only after the module that defines it was imported, or after the program "
            "registered it. Another TensorFlow release does not help."
        ),
        remedies=(
            advice(
                "Import the module that defines it before you load the model, or load it in a "
                "session, which does not need the type."
            ),
        ),
        source="",
        examples=(
            Example(
                (
                    "ValueError: The type 'tfp.distributions.Independent_ACTTypeSpec' has "
                    "not been registered.  It must be registered before you load this "
                    "object"
                ),
                subject="tfp.distributions.Independent_ACTTypeSpec",
            ),
        ),
    ),
    Rule(
        name="parent-module",
        said=(
            (
                r"Could not deserialize (?:class )?'(?P<name>\w+)' because its parent "
                r"module (?P<module>[\w.]+) cannot be imported"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_parent_module,
        source="",
        examples=(
            Example(
                (
                    "Could not deserialize class 'Functional' because its parent module "
                    "keras.src.models.functional cannot be imported."
                ),
                subject="Functional of keras.src.models.functional",
            ),
        ),
    ),
    Rule(
        name="keyword-arguments",
        said=(
            (
                r"Unrecognized keyword arguments? (?:passed to|for) (?P<owner>[\w.>]+): "
                r"(?P<keywords>[^\n]+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_arguments,
        source="",
        examples=(
            Example(
                "Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
                subject="LSTM(time_major)",
            ),
        ),
    ),
    Rule(
        name="keyword-arguments-of-a-layer",
        said=(
            (
                r"(?:Unrecognized keyword arguments?|Keyword argument not understood|"
                r"Argument\(s\) not recognized|Unexpected keyword argument passed to "
                r"optimizer|Unexpected keyword argument in [^\n:]*)\W{0,4} "
                r"?(?P<keywords>[^\n]{1,300})"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_arguments,
        source="",
        examples=(
            Example(
                "TypeError: ('Keyword argument not understood:', 'groups')",
                subject="argument groups",
            ),
        ),
    ),
    Rule(
        name="unexpected-keyword",
        said=(
            (
                r"(?:\b(?P<owner>\w{1,80})(?:\.__init__|\.__new__|\.from_config)|__init__|"
                r"from_config)\(\) got an unexpected keyword argument (?P<keywords>'\w+')"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_arguments,
        source="",
        examples=(
            Example(
                ("TypeError: Conv2D.__init__() got an unexpected keyword argument 'groups'"),
                subject="Conv2D(groups)",
            ),
        ),
    ),
    Rule(
        name="no-valid-argument",
        said=(r"\b(?P<keywords>\w{1,60}) is not a valid argument, kwargs should be empty",),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_arguments,
        source="",
        examples=(
            Example(
                "weight_decay is not a valid argument, kwargs should be empty",
                subject="argument weight_decay",
            ),
        ),
    ),
    Rule(
        name="unknown-object",
        said=(
            (
                r"Unknown (?P<kind>`?\w*(?:layer|optimizer|metric|loss|initializer|"
                r"regularizer|constraint|activation|object|class|Layer|schedule|"
                r"policy)\w*`?(?: (?:function|class|name))?): ?['\"]?(?P<name><lambda>|"
                r"[\w>:-]+(?:\.[\w>:-]+)*)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_named,
        source="",
        examples=(Example("ValueError: Unknown layer: Functional", subject="Functional"),),
    ),
    Rule(
        name="class-not-located",
        said=(r"Could not (?:locate|find) (?:class|function|object) '(?P<name>[^']+)'",),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        explain=_named,
        source="",
        examples=(Example("TypeError: Could not locate class 'MyBlock'.", subject="MyBlock"),),
    ),
    Rule(
        name="identifier",
        said=(
            (
                r"Could not interpret (?P<kind>[\w ]{1,30}?)(?: function)?(?: identifier| "
                r"name)?: ?['\"]?(?P<name>[^\n]{1,200})"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_identifier,
        source="",
        examples=(
            Example(
                (
                    "ValueError: Could not interpret optimizer identifier: <keras.Adam "
                    "object at 0x1>"
                ),
                subject="optimizer keras",
            ),
        ),
    ),
    Rule(
        name="revived-under-a-keras-name",
        said=(
            (
                r"Unable to restore (?:a layer|object) of class '?(?P<name>[\w>.]+)'? "
                r"likely due to name conflict with built-in Keras class"
            ),
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{name}",
        explanation=(
            "`{name}` in the SavedModel is not the class that {keras} has under this name, "
            "and Keras does not choose between them.{saved}"
        ),
        remedies=(
            same_keras,
            advice(
                "Load it with tf.saved_model.load.",
                "tf.saved_model.load(path)",
                loader="saved_model",
            ),
        ),
        source="",
        examples=(
            Example(
                (
                    "Unable to restore object of class 'MultiHeadAttention' likely due to "
                    "name conflict with built-in Keras class '<class "
                    "'keras.layers.attention'>'."
                ),
                subject="MultiHeadAttention",
            ),
        ),
    ),
    Rule(
        name="revived-object",
        said=(
            (
                r"Unable to restore (?:custom object|a layer) of (?:class|type) "
                r"\"?(?P<name>[\w>.]+)"
            ),
            (
                r"(?:Cannot|Could not) (?:revive|restore) (?:custom )?(?:layer|object|"
                r"class) '?(?P<of>\w+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        explain=_revived,
        source="",
        examples=(
            Example(
                ('Unable to restore custom object of class "MyMetric" (type _tf_keras_metric)'),
                subject="MyMetric",
            ),
        ),
    ),
)
