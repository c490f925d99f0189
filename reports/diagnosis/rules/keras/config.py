"""Keras configs that this version of Keras cannot build."""

from __future__ import annotations

import re

from matrix.plan.variant import UNCOMPILED
from reports.diagnosis.advice import advice
from reports.diagnosis.history import argument_in_words, class_in_words, of_keras
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
# Filled in by `Symptom.same_keras`: the answer differs for files of Keras 2 and Keras 3.
SAME_KERAS = advice("{same_keras}", "{install_same_keras}")
_NO_COMPILE = advice(
    "Load it without the optimizer and the losses.",
    "load_model(path, compile=False)",
    loader="keras",
    variant=UNCOMPILED,
)
_KINDS = ("optimizer", "loss", "metric", "initializer", "regularizer", "constraint", "activation")


def hand_over(name: str) -> Remedy:
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
    said = (match.groupdict().get("kind") or "").lower()
    kind = next((word for word in _KINDS if word in said), "layer" if "layer" in said else "")
    if not of_keras(name, kind):
        return _users(symptom, match, name)
    compiled = kind in ("optimizer", "loss", "metric")
    return _named_otherwise(symptom, match, name, *([_NO_COMPILE] if compiled else []))


def _named_otherwise(symptom: Symptom, match: Match, name: str, *first: Remedy) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{own}",
        "`{own}` is a Keras class, but {keras} does not have it in this form. "
        + class_in_words(name.rpartition(">")[2])
        + "{saved}",
        *first,
        SAME_KERAS,
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
    owner = (match.groupdict().get("owner") or "").rpartition(".")[2] or _owner(symptom.text)
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
        SAME_KERAS,
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
            advice("Use Keras 3 (TensorFlow 2.16 or newer).") if newer else SAME_KERAS,
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
        SAME_KERAS,
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
    rule(
        "type-not-registered",
        r"The type '(?P<name>[\w.>]+)' has not been registered",
        answer(
            _CUSTOM,
            "{name}",
            "A function in the SavedModel takes or returns the type `{name}`. TensorFlow knows "
            "this type only after the module that defines it was imported, or after the program "
            "registered it. Another TensorFlow release does not help.",
            advice(
                "Import the module that defines it before you load the model, or load it in a "
                "session, which does not need the type."
            ),
        ),
    ),
    rule(
        "parent-module",
        r"Could not deserialize (?:class )?'(?P<name>\w+)' because its parent module "
        r"(?P<module>[\w.]+) cannot be imported",
        _parent_module,
    ),
    rule(
        "keyword-arguments",
        r"Unrecognized keyword arguments? (?:passed to|"
        r"for) (?P<owner>[\w.>]+): (?P<keywords>[^\n]+)",
        _arguments,
    ),
    rule(
        "keyword-arguments-of-a-layer",
        r"(?:Unrecognized keyword arguments?|Keyword argument not understood|Argument\(s\) not "
        r"recognized|Unexpected keyword argument passed to optimizer|"
        r"Unexpected keyword argument in [^\n:]*)\W{0,4} ?(?P<keywords>[^\n]{1,300})",
        _arguments,
    ),
    rule(
        "unexpected-keyword",
        r"(?:\b(?P<owner>\w{1,80})(?:\.__init__|\.__new__|\.from_config)|__init__|"
        r"from_config)\(\) got an "
        r"unexpected keyword argument (?P<keywords>'\w+')",
        _arguments,
    ),
    rule(
        "no-valid-argument",
        r"\b(?P<keywords>\w{1,60}) is not a valid argument, kwargs should be empty",
        _arguments,
    ),
    rule(
        "unknown-object",
        r"Unknown (?P<kind>`?\w*(?:layer|optimizer|metric|loss|initializer|regularizer|"
        r"constraint|"
        r"activation|object|class|Layer|schedule|policy)\w*`?(?: (?:function|class|"
        r"name))?): ?['\"]?"
        r"(?P<name><lambda>|[\w>:-]+(?:\.[\w>:-]+)*)",
        _named,
    ),
    rule(
        "class-not-located",
        r"Could not (?:locate|find) (?:class|function|object) '(?P<name>[^']+)'",
        _named,
    ),
    rule(
        "identifier",
        r"Could not interpret (?P<kind>[\w ]{1,30}?)(?: function)?(?: identifier| name)?: ?"
        r"['\"]?(?P<name>[^\n]{1,200})",
        _identifier,
    ),
    rule(
        "revived-under-a-keras-name",
        r"Unable to restore (?:a layer|object) of class '?(?P<name>[\w>.]+)'? likely due to name "
        r"conflict with built-in Keras class",
        answer(
            _CONFIG,
            "{name}",
            "`{name}` in the SavedModel is not the class that {keras} has under this name, "
            "and Keras does not choose between them.{saved}",
            SAME_KERAS,
            advice(
                "Load it with tf.saved_model.load.",
                "tf.saved_model.load(path)",
                loader="saved_model",
            ),
        ),
    ),
    rule(
        "revived-object",
        r"Unable to restore (?:custom object|a layer) of (?:class|type) \"?(?P<name>[\w>.]+)|"
        r"(?:Cannot|Could not) (?:revive|restore) (?:custom )?(?:layer|object|"
        r"class) '?(?P<of>\w+)",
        _revived,
    ),
)
