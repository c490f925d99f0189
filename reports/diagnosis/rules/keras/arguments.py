"""Arguments in a config that a constructor does not accept."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.direction import keras_that_has, only_in_keras_3
from reports.diagnosis.advising.history import (
    argument_in_words,
    arguments_of_keras,
    of_keras,
    some_keras_2_takes,
)
from reports.diagnosis.facts.frames import BY_LOADER, KERAS_FILE
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.custom import (
    NO_COMPILE,
    OR_OF_KERAS,
    OR_YOUR_CODE,
    WRITE_CONFIG,
    bare_name,
    is_users,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
# Every class of Keras takes these: who refuses them hands nothing on to his base.
_OF_EVERY_CLASS = ("name", "trainable", "dtype")
_OR_A_CUSTOM_CLASS = Alternative(
    cause=_CUSTOM,
    explanation="A custom class of the model author hands the argument on to a class of Keras.",
    decides="Whether the class in the traceback is of Keras or of the model author.",
)
# Whose constructor it was, where only the lines around the refusal say so.
OWNER = (
    r"Error when deserializing class ['\"]?(?P<owner>\w+)",
    r"of class <?['\"]?(?:\w+\.)*(?P<owner>\w+)['\"]?>? using config",
    r"<class '(?:\w+\.)*(?P<owner>\w+)'> could not be deserialized",
    r"\bin (?P<owner>[A-Z]\w{1,80})\.__init__\(self",
)
_NOT_ACCEPTED = "{keras} does not accept it. "
_REFUSED = (
    r"Unrecognized keyword arguments? (?:passed to|for) (?P<owner>[\w.>]+): (?P<keywords>[^\n]+)",
    r"(?:[Uu]nrecognized keyword arguments?|Keyword argument not understood|"
    r"Unknown keyword arguments?|Unexpected keyword argument in [^\n:]*)\W{0,4} ?"
    r"(?P<keywords>[^\n]{1,300})",
)
_OF_OPTIMIZER = (
    r"Unexpected keyword argument passed to (?P<part>optimizer)\W{1,4}(?P<keywords>\w+)",
    r"Argument\(s\) not recognized: (?P<keywords>\{[^\n]{1,300})",
    r"\b(?P<keywords>(?!it\b|this\b|that\b)\w{1,60}) is not a valid argument\b",
    r"\b(?P<keywords>\w{1,60})`? is deprecated in the new Keras optimizer",
    r"(?P<owner>LossScaleOptimizer) (?:does not support(?: arguments:)?|no longer sup+orts) "
    r"`?(?P<keywords>\w+)",
)
TWICE = (
    r"(?:\b(?P<owner>[A-Z]\w{1,80})(?:\.__init__)?|__init__|from_config)\(\) got multiple "
    r"values for (?:keyword )?argument (?P<keywords>['\"]\w+['\"])",
)
_OF_A_CALL = (
    r"(?:\b(?P<owner>\w{1,80})(?:\.__init__|\.__new__|\.from_config)|__init__|from_config)\(\) "
    r"got an (?:un)?expected keyword argument (?P<keywords>['\"]\w+['\"])",
)


def no_file_was_read(symptom: Symptom) -> bool:
    """Whether nothing shows that it failed while a file was read: it may be code alone."""
    return not symptom.format and not symptom.stage and not BY_LOADER.holds(symptom)


# The files of Keras 1.0 to 2.1, whose layers do not all take `dtype`.
_BEFORE_KERAS_2_2 = re.compile(
    r"keras[\\/](?:engine[\\/]topology|models|utils[\\/]layer_utils)\.py"
)


def _may_be_of_the_author(symptom: Symptom, keyword: str) -> bool:
    """Whether a refusal of it that names no class comes from a class that hands nothing on."""
    if keyword == "dtype" and _BEFORE_KERAS_2_2.search(symptom.text):
        return False
    return keyword in _OF_EVERY_CLASS


def keyword_in(words: str) -> str:
    """The first argument of those that were refused."""
    if re.match(r"\{(?:list|sorted|set)?\(?\w*kwargs", words):
        return ""  # The source line of the sentence: it shows how the names would be printed.
    # Python 2 writes `u'name'`.
    words = re.sub(r"^[ub](?=['\"]\w)", "", words)
    begun = re.match(r"(\w+)['\"]", words)
    quoted = begun or re.search(r"['\"](\w+)['\"]\s*[:,\])}]", words + "]")
    plain = re.search(r"\w+", words)
    return quoted.group(1) if quoted else plain.group() if plain else ""


def _of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A class of the author whose constructor does not take what Keras hands on."""
    owner, keyword = bare_name(match["owner"]), keyword_in(match["keywords"])
    if owner and not is_users(symptom, owner):
        return None
    if not owner and (match["part"] or not _may_be_of_the_author(symptom, keyword)):
        return None
    return diagnosis(
        symptom,
        match,
        _CUSTOM,
        "{who}",
        "{whose} is a custom class of the model author, and its constructor does not accept "
        "`{keyword}`: it needs a matching get_config and from_config.",
        WRITE_CONFIG,
        who=owner or f"argument {keyword}",
        whose=f"`{owner}`" if owner else "The class",
        keyword=keyword,
    )


def _of_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    """An argument that this Keras does not accept, or no longer."""
    owner, keyword = bare_name(match["owner"]), keyword_in(match["keywords"])
    by_author = not match["part"] and _may_be_of_the_author(symptom, keyword)
    if is_users(symptom, owner) if owner else by_author:
        return None
    alone = not match["part"] and owner and no_file_was_read(symptom)
    compiled = bool(match["part"]) or bool(owner and of_keras(owner, "optimizer"))
    # Since when Keras 3 is there says nothing where Keras 3 reads.
    newer = bool(symptom.keras_3 and owner and only_in_keras_3(owner, keyword))
    found = diagnosis(
        symptom,
        match,
        _CONFIG,
        (f"{owner}({keyword})" if keyword else owner) if owner else f"argument {keyword}",
        "The config passes the argument `{keyword}` to {whose}, but "
        + ("the Keras 3 that reads it is too old to accept it." if newer else _NOT_ACCEPTED)
        + (argument_in_words(owner, keyword) if owner and not newer else ""),
        *([NO_COMPILE] if compiled else []),
        lambda s, _: keras_that_has(s, owner, keyword),
        whose=f"`{owner}`" if owner else "the optimizer" if match["part"] else "a layer",
        keyword=keyword,
        keras=_refusing_keras(symptom, owner, keyword),
    )
    if not owner and not match["part"] and keyword not in arguments_of_keras():
        return replace(found, certainty=ONE_OF, alternatives=(_OR_A_CUSTOM_CLASS,))
    in_a_config = "deserializ" in symptom.text or not alone
    return found if in_a_config else replace(found, certainty=ONE_OF, alternatives=(OR_YOUR_CODE,))


def _refusing_keras(symptom: Symptom, owner: str, keyword: str) -> str:
    """The Keras that refuses it: not all of Keras 2 where another release of that takes it."""
    named = symptom.keras_here
    if named != "Keras 2" or not symptom.in_cell or not some_keras_2_takes(owner, keyword):
        return named
    return "this tf-keras" if symptom.loader == "tf_keras" else "the Keras of this TensorFlow"


def _known_to_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Without a frame: only where class or argument are words of Keras."""
    owner, keyword = bare_name(match["owner"]), keyword_in(match["keywords"])
    known = of_keras(owner) if owner else keyword in arguments_of_keras()
    return _of_keras(symptom, match) if known else None


def _perhaps_of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    """Without a frame: a class of the author, or an argument that no class of Keras takes."""
    owner, keyword = bare_name(match["owner"]), keyword_in(match["keywords"])
    if owner and not is_users(symptom, owner):
        return None
    if not owner and keyword in arguments_of_keras() and keyword not in _OF_EVERY_CLASS:
        return None
    return diagnosis(
        symptom,
        match,
        _CUSTOM,
        "{who}",
        "If the model has a custom class: its constructor does not accept `{keyword}`, which its "
        "config in the file has.",
        WRITE_CONFIG,
        who=owner or f"argument {keyword}",
        keyword=keyword,
    )


ARGUMENTS = (
    Rule(
        name="argument-of-keras",
        said=_REFUSED,
        named=OWNER,
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=_of_keras,
        source="keras/src/layers/layer.py (Keras 3), keras/utils/generic_utils.py (Keras 2)",
        examples=(
            Example(
                "Unrecognized keyword arguments passed to LSTM: {'time_major': False}",
                subject="LSTM(time_major)",
            ),
            Example(
                "TypeError: ('Keyword argument not understood:', 'groups')",
                subject="argument groups",
            ),
            Example(
                "TypeError: ('Keyword argument not understood:', u'groups')",
                subject="argument groups",
            ),
            Example(
                "ValueError: ('Unrecognized keyword arguments:', dict_keys(['ragged']))",
                subject="argument ragged",
            ),
            Example(
                "TypeError: Error when deserializing class 'InputLayer' using config="
                "{'batch_shape': [None, 4]}.\n\nException encountered: Unrecognized keyword "
                "arguments: ['batch_shape']",
                subject="InputLayer(batch_shape)",
            ),
        ),
        counter_examples=(Example("Unrecognized keyword arguments passed to Block: {'units': 3}"),),
    ),
    Rule(
        name="argument-of-an-optimizer",
        said=_OF_OPTIMIZER,
        named=OWNER,
        certainty=LIKELY,
        cause=_CONFIG,
        alternatives=(OR_YOUR_CODE,),
        explain=lambda s, f: _of_keras(s, Match(f.best, {"part": "optimizer", **f.names})),
        source="keras/src/optimizers/base_optimizer.py, keras/optimizers/optimizer.py",
        examples=(
            Example(
                "weight_decay is not a valid argument, kwargs should be empty for "
                "`optimizer_experimental.Optimizer`.",
                subject="argument weight_decay",
            ),
            Example("ValueError: Argument(s) not recognized: {'lr': 0.001}", subject="argument lr"),
            Example(
                "TypeError: weight_decay is not a valid argument", subject="argument weight_decay"
            ),
            Example(
                Symptom(
                    message="ValueError: decay is deprecated in the new Keras optimizer, please"
                    "check the docstring for valid arguments, or use the legacy optimizer, e.g., "
                    "tf.keras.optimizers.legacy.Adam.",
                    stage="load",
                ),
                subject="argument decay",
            ),
        ),
    ),
    Rule(
        name="argument-of-the-author",
        said=_REFUSED,
        named=OWNER,
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=_of_the_author,
        source="keras/src/layers/layer.py (Keras 3), keras/utils/generic_utils.py (Keras 2)",
        examples=(
            Example(
                "ValueError: Unrecognized keyword arguments passed to Block: {'units': 3}",
                subject="Block",
            ),
        ),
    ),
    Rule(
        name="argument-of-a-constructor",
        said=_OF_A_CALL,
        named=OWNER,
        facts=(BY_LOADER,),
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=_of_keras,
        source="keras/engine/base_layer.py from_config (Keras 2), public report",
        examples=(
            Example(
                Symptom(
                    kind="TypeError",
                    message="Conv2D.__init__() got an unexpected keyword argument 'groups'",
                    stage="load",
                ),
                subject="Conv2D(groups)",
            ),
        ),
    ),
    Rule(
        name="argument-of-a-constructor-of-the-author",
        said=_OF_A_CALL,
        named=OWNER,
        facts=(BY_LOADER,),
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=_of_the_author,
        source="keras/engine/base_layer.py from_config (Keras 2), public report",
        examples=(
            Example(
                Symptom(
                    kind="TypeError",
                    message="__init__() got an unexpected keyword argument 'trainable'",
                    stage="load",
                ),
                subject="argument trainable",
            ),
        ),
    ),
    Rule(
        name="argument-known-to-keras",
        said=(*_OF_A_CALL, *TWICE),
        named=OWNER,
        certainty=LIKELY,
        cause=_CONFIG,
        explain=_known_to_keras,
        source="public report",
        examples=(
            Example(
                "TypeError: __init__() got an unexpected keyword argument 'ragged'",
                subject="argument ragged",
            ),
        ),
        counter_examples=(
            Example("TypeError: __init__() got an unexpected keyword argument 'hostname'"),
        ),
    ),
    Rule(
        name="argument-beside-a-keras-file",
        said=_OF_A_CALL,
        unless=(r"ModelCheckpoint|EarlyStopping|TensorBoard|ReduceLROnPlateau|Tokenizer",),
        named=OWNER,
        facts=(KERAS_FILE,),
        certainty=ONE_OF,
        cause=_CUSTOM,
        explain=_perhaps_of_the_author,
        alternatives=(OR_OF_KERAS, OR_YOUR_CODE),
        source="keras/engine/base_layer.py from_config (Keras 2), public report",
        examples=(
            Example(
                Symptom(
                    message="TypeError: Encoder.__init__() got an unexpected keyword argument "
                    "'trainable'",
                    format="keras_v3",
                ),
                subject="Encoder",
            ),
        ),
        counter_examples=(
            Example("TypeError: Encoder.__init__() got an unexpected keyword argument 'dtype'"),
        ),
    ),
)
