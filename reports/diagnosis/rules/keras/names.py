"""Names of classes and functions that this Keras does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from matrix.catalogue.companions import TF_KERAS
from reports.diagnosis.advising.advice import Advice, Releases, advice
from reports.diagnosis.advising.direction import keras_that_has, same_keras
from reports.diagnosis.advising.history import class_in_words
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.custom import (
    COMPILED,
    NO_COMPILE,
    bare_name,
    is_users,
    kind_in,
    missing_custom_object,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_CUSTOM = Cause.MISSING_CUSTOM_OBJECT
# Losses of segmentation_models have names such as `binary_crossentropy + dice_loss`.
_NAME = r"(?P<name><lambda>|[\w>:-]+(?:\.[\w>:-]+)*(?: \+ \w+)*)"
# What a Sequential config of Keras 2.2.3 and newer has: an older Keras takes these for its layers.
_KEYS_OF_SEQUENTIAL = ("name", "layers", "build_input_shape")
_KIND = (
    r"`?(?:custom |dtype |loss |function in |learning rate )?"
    r"(?P<kind>\w{0,20}(?:layer|optimizer|metric|loss|objective|initializer|regularizer|constraint|activation|object|class|schedule|policy|decay|scale|"
    r"config_item|wrapper))`?(?: (?:function|class|name|type))?"
)
_OR_NEWER = Alternative(
    cause=_CONFIG,
    explanation="It is the function that newer versions of Keras have under this name.",
    decides="whether the code that made the model defines or registers it",
)


def name_of_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A class or function that Keras has, or had, but not this Keras; `None` for the author's."""
    name, kind = match["name"], kind_in(match["kind"])
    if is_users(symptom, name, kind) or _is_either(symptom, name, kind):
        return None
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{name}",
        "`{name}` is a Keras class or function, but {keras} does not know it under this name. "
        + class_in_words(bare_name(name)),
        *([NO_COMPILE] if kind in COMPILED else []),
        lambda s, _: _to_keras_with(s, name, kind),
    )


def name_of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A class or function of the model author; `None` for one of Keras."""
    name, kind = match["name"], kind_in(match["kind"])
    if (kind == "layer" and name in _KEYS_OF_SEQUENTIAL) or not is_users(symptom, name, kind):
        return None
    # A loss that only training needs is not needed by those who call the model.
    more = [NO_COMPILE] if kind in COMPILED and not symptom.in_cell else []
    return missing_custom_object(symptom, match, name, *more)


def _is_either(symptom: Symptom, name: str, kind: str) -> bool:
    """Whether it is a function that authors had as their own before Keras had it."""
    if not name.islower() or symptom.stage:
        return False
    return kind == "activation" or (kind in ("loss", "metric") and _is_new(name))


_KERAS_3 = Releases(first="2.16")


def _is_new(name: str) -> bool:
    """Whether only Keras 3 has it."""
    having = api_history().class_releases(bare_name(name))
    return bool(having) and all(Version(release) in _KERAS_3 for release in having)


def _of_either(symptom: Symptom, match: Match) -> Diagnosis | None:
    name, kind = match["name"], kind_in(match["kind"])
    if is_users(symptom, name, kind) or not _is_either(symptom, name, kind):
        return None
    return missing_custom_object(symptom, match, name)


def _to_keras_with(symptom: Symptom, name: str, kind: str) -> Iterator[Advice]:
    if kind == "optimizer" and name.startswith("Custom>"):
        # TensorFlow 2.11 to 2.15 register their optimizers under such names.
        releases = Releases(first="2.11", last="2.15")
        yield Advice(text=f"Load it with {releases}.", releases=releases)
    else:
        yield from keras_that_has(symptom, bare_name(name))


_UNKNOWN = (
    rf"(?i:(?:unknown|unrecognized|undefined|invalid) {_KIND})(?:', ')?: ?['\"`]?{_NAME}",
    rf"(?i:(?:unknown|unrecognized|invalid) {_KIND}): ?\{{'class_name': ?'{_NAME}",
    rf"(?i:(?:unknown|unrecognized) {_KIND}) ['\"`]{_NAME}['\"`]",
    r"(?i:unknown (?P<kind>layer|optimizer|object|class|metric function|loss function)) "
    r"(?P<name>[A-Z]\w*[a-z]\w*)\b",
    r"Could not (?:locate|find) (?P<kind>class|function|object) ['\"`](?P<name>[^'\"`\n]+)",
)
_MODULE = (
    r"Could not deserialize (?:class |function )?'(?P<name>\w+)' because its parent module "
    r"(?P<module>\w+(?:\.\w+)*) cannot be imported",
)
_OF_KERAS = r"(?:tf_)?keras(?:_core)?\b|tensorflow(?:_core)?\.(?:python\.)?keras|builtins"


def _module_of_keras(symptom: Symptom, match: Match) -> Diagnosis | None:
    # tf-keras looks a module of Keras up under its own name: that says who reads, not who wrote.
    module = re.sub(r"^tf_(?=keras\.)", "", match["module"])
    if module != match["module"]:
        symptom = replace(symptom, loader=symptom.loader or TF_KERAS)
    if not re.match(_OF_KERAS, module):
        return None
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "{name} of {module}",
        "The file refers to `{module}`, a module of {whose}, which {keras} does not have.",
        lambda s, _: same_keras(s, keras_3=_GENERATIONS.get(_whose(module))),
        module=module,
        whose=_whose(module),
    )


def _module_of_the_author(symptom: Symptom, match: Match) -> Diagnosis | None:
    if re.match(_OF_KERAS, match["module"]):
        return None
    said = "`{custom}` is a class of the module `{module}`, which cannot be imported here."
    install = advice("Install the package of that module, or make your own code importable.")
    return missing_custom_object(symptom, match, match["name"], install, said=said)


_GENERATIONS = {"Keras 2": False, "tf-keras (Keras 2)": False, "Keras 3": True}


def _whose(module: str) -> str:
    if module.startswith("tf_keras"):
        return "tf-keras (Keras 2)"
    if re.match(r"keras\.src\.(?:engine|mixed_precision|saving\.legacy)|tensorflow", module):
        return "Keras 2"
    return "Keras 3" if module.startswith(("keras.src", "keras_core")) else "another Keras version"


NAMES = (
    Rule(
        name="sequential-of-a-newer-keras",
        said=(
            r"Unknown layer: ?['\"]?(?P<key>[n]ame|[l]ayers|build_input_shape)(?![\w.:>-])",
            r"(?s)not in config\W{0,2}0\b.{0,120}KeyError: ?(?P<key>0)\b",
            r"if 'class_name' not in config\[(?P<key>0)\] or config\[0\][^\n]{0,60}\s{0,9}\Z",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{key}",
        explanation="The Keras that reads the file expects a list of layers for a Sequential "
        "model. Keras 2.2.3 and newer write a dict, so this Keras is older than the file.",
        remedies=(same_keras,),
        source="keras/models.py (Keras 2.0 to 2.2.2)",
        examples=(
            Example("ValueError: Unknown layer:layers", subject="layers"),
            Example(
                "    if 'class_name' not in config[0] or config[0]['class_name'] == 'Merge':\n"
                "KeyError: 0",
                subject="0",
            ),
        ),
        counter_examples=(
            Example("ValueError: Unknown layer: layers.Block"),
            Example("ValueError: Unknown layer: Layers"),
            Example("KeyError: 0"),
        ),
    ),
    Rule(
        name="unknown-class-of-keras",
        said=_UNKNOWN,
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=name_of_keras,
        source="keras/utils/generic_utils.py, keras/src/saving/serialization_lib.py",
        examples=(
            Example("ValueError: Unknown layer: Functional", subject="Functional"),
            Example("ValueError: Unknown optimizer: Custom>Adam", subject="Custom>Adam"),
            Example(
                "Unknown layer: 'SyncBatchNormalization'. Please ensure you are using a "
                "`keras.utils.custom_object_scope` and that this object is included in the scope.",
                subject="SyncBatchNormalization",
            ),
            Example(
                "Could not locate class 'Policy'. Make sure custom classes are decorated with "
                "`@keras.saving.register_keras_serializable()`.",
                subject="Policy",
            ),
        ),
    ),
    Rule(
        name="unknown-function-of-either",
        said=_UNKNOWN,
        certainty=ONE_OF,
        cause=_CUSTOM,
        explain=_of_either,
        alternatives=(_OR_NEWER,),
        source="keras/activations.py (Keras 2), public report",
        examples=(
            Example("ValueError: Unknown activation function:swish", subject="swish"),
            Example("ValueError: Unknown loss function: 'dice'.", subject="dice"),
        ),
        counter_examples=(Example("ValueError: Unknown layer: Functional"),),
    ),
    Rule(
        name="unknown-class-of-the-author",
        said=_UNKNOWN,
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=name_of_the_author,
        source="keras/utils/generic_utils.py, keras/src/saving/serialization_lib.py",
        examples=(
            Example("TypeError: Could not locate class 'MyBlock'.", subject="MyBlock"),
            Example("ValueError: Unknown metric function:dice_coef", subject="dice_coef"),
            Example("ValueError: ('Unknown loss function', ':ssd_loss')", subject="ssd_loss"),
            Example(
                "ValueError: Unknown loss function:binary_crossentropy + dice_loss",
                subject="binary_crossentropy + dice_loss",
            ),
            Example("Error: Unknown object MyLayer", subject="MyLayer"),
            Example("Exception: Invalid objective: triplet_loss", subject="triplet_loss"),
            Example(
                "ValueError: Unknown metric function: {'class_name': 'precision', 'config': {}}",
                subject="precision",
            ),
            Example(
                "TypeError: Could not locate function 'f1_score'. Make sure custom classes and "
                "functions are decorated with `@keras.saving.register_keras_serializable()`.",
                subject="f1_score",
            ),
        ),
        counter_examples=(Example("ValueError: Unknown layer: Functional"),),
    ),
    Rule(
        name="module-of-another-keras",
        said=_MODULE,
        certainty=CERTAIN,
        cause=_CONFIG,
        explain=_module_of_keras,
        source="keras/src/saving/serialization_lib.py (Keras 2.12 and newer, Keras 3)",
        examples=(
            Example(
                "Could not deserialize class 'Functional' because its parent module "
                "keras.src.models.functional cannot be imported.",
                subject="Functional of keras.src.models.functional",
            ),
            Example(
                "TypeError: Could not deserialize class 'Functional' because its parent module "
                "keras.src.engine.functional cannot be imported.",
                subject="Functional of keras.src.engine.functional",
            ),
        ),
    ),
    Rule(
        name="module-of-the-author",
        said=_MODULE,
        certainty=CERTAIN,
        cause=_CUSTOM,
        explain=_module_of_the_author,
        source="keras/src/saving/serialization_lib.py (Keras 2.12 and newer, Keras 3)",
        examples=(
            Example(
                "TypeError: Could not deserialize class 'Crop' because its parent module "
                "my_project.layers cannot be imported.",
                subject="Crop",
            ),
        ),
    ),
    Rule(
        name="not-registered-with-keras",
        said=(r"Could not deserialize '(?P<name>[\w.]+)' because it is not a KerasSaveable",),
        certainty=LIKELY,
        cause=_CUSTOM,
        subject="{name}",
        explanation=(
            "The file names `{name}` by its module, and Keras builds only its own classes and "
            "classes that are registered with it."
        ),
        remedies=(
            advice(
                "Decorate the class with @keras.saving.register_keras_serializable(), and import "
                "it before you load the model."
            ),
        ),
        source="keras/src/saving/serialization_lib.py (Keras 3)",
        examples=(
            Example(
                "ValueError: Could not deserialize 'my_model.blocks.Block' because it is not a "
                "KerasSaveable subclass",
                subject="my_model.blocks.Block",
            ),
        ),
    ),
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
        source="tensorflow/python/framework/type_spec_registry.py",
        examples=(
            Example(
                "ValueError: The type 'tfp.distributions.Independent_ACTTypeSpec' has "
                "not been registered.  It must be registered before you load this "
                "object",
                subject="tfp.distributions.Independent_ACTTypeSpec",
            ),
        ),
    ),
)
