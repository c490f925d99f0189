"""Classes of the model author: who they are, how a loader gets them, and those without a config."""

from __future__ import annotations

import keyword
import re
from dataclasses import replace

from matrix.plan.variant import UNCOMPILED
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.history import arguments_of_keras, of_keras
from reports.diagnosis.facts.frames import BY_LOADER
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

KINDS = ("optimizer", "loss", "metric", "initializer", "regularizer", "constraint", "activation")
COMPILED = ("optimizer", "loss", "metric")
NO_COMPILE = advice(
    "Load it without the optimizer and the losses.",
    "import tensorflow as tf\nmodel = tf.keras.models.load_model(path, compile=False)",
    loader="keras",
    variant=UNCOMPILED,
)
WRITE_CONFIG = advice(
    "Write get_config and from_config for that class, pass it as custom_objects, and save the "
    "model again."
)

OR_YOUR_CODE = Alternative(
    cause=Cause.API_REMOVED,
    explanation="Your own code, or a library, makes the error, and the file is not the reason.",
    decides="The last frames of the traceback: are they in Keras or in your own files?",
)
OR_OF_KERAS = Alternative(
    cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
    explanation="The class is one of Keras, and another Keras version wrote its config.",
    decides="Whether the class in the traceback is of Keras or of the model author.",
)
WITHOUT_ARGUMENTS = (
    r"(?:\b(?P<name>[A-Z]\w{1,80})\.)?(?:__init__|from_config)\(\) missing \d+ required "
    r"(?:positional|keyword-only) arguments?: (?P<arguments>'\w+'?(?:,? (?:and )?'\w+'?){0,20})"
)
NOT_IN_CONFIG = (
    "The config in the file lacks arguments ({arguments}) that the constructor needs: the "
    "get_config of a custom class leaves them out."
)


# For those who test a model; only Keras is given what is in the file.
_GIVE = "Give the Python file that defines it with `--custom-objects FILE`."


def kind_in(words: str) -> str:
    """The kind of object that an error speaks of, such as `metric function`."""
    said = words.lower()
    return next((kind for kind in KINDS if kind in said), "layer" if "layer" in said else "")


def bare_name(name: str) -> str:
    """`GELU` of `Addons>GELU`, `Dense` of `keras.layers.Dense`."""
    return name.rpartition(">")[2].rpartition(".")[2]


def is_users(symptom: Symptom, name: str, kind: str = "") -> bool:
    """Whether a class or function is the model author's own, and none of Keras."""
    bare = bare_name(name)
    if {name, bare} & set(symptom.custom_objects):
        return True
    return not of_keras(bare, kind)


def hand_over(symptom: Symptom, name: str) -> Advice:
    """How a class that only its author has reaches the loader: under the name in the file."""
    text = "Pass it as custom_objects, beside any others of the model, when you load it."
    bare = bare_name(name)
    if not bare.isidentifier() or keyword.iskeyword(bare):
        return advice(text)
    key = _registered(symptom.text, bare) or name
    if not re.fullmatch(r"[\w.>-]+", key):
        return advice(text)
    return advice(text, f"model = load_model(path, custom_objects={{{{'{key}': {bare}}}}})")


def missing_custom_object(
    symptom: Symptom, match: Match, name: str, *more: Advice, said: str = ""
) -> Diagnosis:
    """A class or function of the author that the loader was not given."""
    if symptom.given:
        return diagnosis(
            symptom,
            match,
            Cause.MISSING_CUSTOM_OBJECT,
            "{custom}",
            "`{custom}` is not part of Keras, and {given} from --custom-objects does not define "
            "it for the Keras that loads the file.",
            advice("Define it in {given}, based on the Keras that loads the file."),
            custom=name,
            given=symptom.given,
        )
    told = said or (
        "`{custom}` is not part of Keras: it is a custom class or function of the model author, "
        "and it was not passed to the loader."
    )
    return diagnosis(
        symptom,
        match,
        Cause.MISSING_CUSTOM_OBJECT,
        "{custom}",
        f"{told} {_GIVE}" if symptom.in_cell and symptom.by_keras else told,
        hand_over(symptom, name),
        *more,
        custom=name,
    )


def _registered(text: str, bare: str) -> str:
    """The name under which a config says that a class is registered."""
    found = re.search(rf"['\"]registered_name['\"]: ?['\"]([^'\"\n]{{1,80}}>{bare})['\"]", text)
    return found.group(1) if found else ""


def _without_arguments(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Arguments that a config lacks: an old config of Keras may, where no class is named."""
    answer = diagnosis(
        symptom,
        match,
        Cause.MISSING_CUSTOM_OBJECT,
        "{name|arguments} {arguments}",
        NOT_IN_CONFIG,
        WRITE_CONFIG,
    )
    first = re.search(r"\w+", match["arguments"])
    if match["name"] or not first or first.group() not in arguments_of_keras():
        return answer
    return replace(answer, certainty=ONE_OF, alternatives=(OR_OF_KERAS,))


CUSTOM = (
    Rule(
        name="without-get-config",
        said=(
            r"(?:[Ll]ayers?|[Oo]bject|[Mm]odel|[Cc]lass) (?P<name>\w+) (?:has|have|was)[^\n]{0,80}"
            r"(?:must|should)? ?override `?get_config",
            r"must override `?get_config",
            r"override `?get_config`?",
            r"get_config[^\n]*(?:not implemented|NotImplemented)",
            r"[Oo]bject (?P<name>\w+) was created by passing",
            r"NotImplementedError[^\n]*get_config",
            r"instance of ['\"`]?(?P<name>\w+)['\"`]? because the class is missing a `from_config",
            r"[Uu]nable to revive model from config",
            r"Cannot serialize [^\n]{1,200}?implement (?:the )?`get_config",
            r"does not (?:have|implement) (?:a )?`?(?:get_config|from_config)",
        ),
        named=(
            r"(?:[Ll]ayers?|[Oo]bject|[Mm]odel) (?P<name>[A-Z]\w+) ",
            r"constructor to <class '(?:[\w.<>]+\.)?(?P<name>\w+)'>",
            r"(?:Cannot serialize (?:object )?|NotImplementedError: )<(?:\w+\.)*(?P<name>\w+) "
            r"object",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name|get_config}",
        explanation=(
            "A custom class of the model author cannot be built from its config: get_config "
            "or from_config is missing or leaves out arguments."
        ),
        remedies=(WRITE_CONFIG,),
        source="keras/engine/base_layer.py, keras/src/ops/operation.py",
        examples=(
            Example("NotImplementedError: Layer Block must override `get_config`", subject="Block"),
            Example(
                "NotImplementedError: Layers with arguments in `__init__` must override "
                "`get_config`.",
                subject="get_config",
            ),
            Example(
                "NotImplementedError: \nObject PatchEncoder was created by "
                "passing\nnon-serializable "
                "argument values in `__init__()`,\nand therefore the object must override "
                "`get_config()`",
                subject="PatchEncoder",
            ),
            Example(
                "NotImplementedError: Layer Attention has arguments in `__init__` and therefore "
                "must override `get_config`.",
                subject="Attention",
            ),
            Example(
                "TypeError: Unable to reconstruct an instance of 'Crop' because the class is "
                "missing a `from_config()` method.",
                subject="Crop",
            ),
        ),
    ),
    Rule(
        name="constructor-without-arguments",
        said=(WITHOUT_ARGUMENTS,),
        unless=(r"'node_def'", r"missing_ok"),
        facts=(BY_LOADER,),
        named=(
            r"Error when deserializing class ['\"]?(?P<name>\w+)",
            r"<class '(?:\w+\.)*(?P<name>\w+)'> could not be deserialized",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        explain=_without_arguments,
        remedies=(WRITE_CONFIG,),
        source="keras/engine/base_layer.py from_config, public report",
        examples=(
            Example(
                "in from_config\n    return cls(**config)\nTypeError: Attention.__init__() "
                "missing 1 "
                "required positional argument: 'units'",
                subject="Attention 'units'",
            ),
        ),
        counter_examples=(
            Example(
                "TypeError: __init__() missing 3 required positional arguments: 'node_def', 'op', "
                "and 'message'"
            ),
        ),
    ),
)
