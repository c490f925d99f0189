"""Modules and names that cannot be imported."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.packages import install_tf_keras, requirement_of
from reports.diagnosis.facts.fact import DECIDES, Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE
_TOGETHER = advice("Install versions that work together.")


# Modules that every release has: looked up in the environments of all of them.
EVERYWHERE = (
    r"(?P<module>tensorflow)\.(?:python|keras(?:\.(?:applications|backend|callbacks|datasets|"
    r"layers|losses|metrics|models|optimizers|preprocessing|utils))?)"
)
_ATTRIBUTE = re.compile(r"module '(?P<module>[\w.]+)' has no attribute")


def _well_known(text: str) -> bool:
    found = _ATTRIBUTE.search(text)
    return bool(requirement_of(found["module"])) if found else False


def _install(symptom: Symptom, match: Match) -> Iterator[Advice]:
    requirement = requirement_of(match["module"])
    if requirement == "tf-keras":
        yield advice("Install it.", install_tf_keras(symptom))
    elif requirement:
        yield advice("Install it.", f"pip install {requirement}")
    else:
        yield advice(
            "Install the package that contains it, or run from the folder of the code that has it."
        )


IMPORTS = (
    Rule(
        name="module-absent",
        said=(
            r"No module named ['\"]?(?P<module>(?!tensorflow\.|tensorflow_core\.|keras\.|"
            r"keras_?\w*\.src|__main__)[\w.-]*\w)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation="Python finds no module `{module}` in this environment.",
        remedies=(_install,),
        source="importlib/_bootstrap.py",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow_hub'", subject="tensorflow_hub"
            ),
            Example(
                "ModuleNotFoundError: No module named 'models.blocks'", subject="models.blocks"
            ),
        ),
    ),
    Rule(
        name="name-absent",
        said=(
            r"cannot import name ['\"]?(?P<name>\w+)['\"]? from "
            r"['\"]?(?P<module>(?!tensorflow|keras|tf_keras|partially)[\w.]+)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "Packages in this environment do not match each other or this Python: `{name}` cannot "
            "be imported from `{module}`."
        ),
        remedies=(_TOGETHER,),
        source="importlib/_bootstrap.py",
        examples=(
            Example(
                "ImportError: cannot import name 'Mapping' from 'collections'",
                subject="collections",
            ),
        ),
        counter_examples=(
            Example("ImportError: cannot import name 'Layer' from 'keras.engine.topology'"),
        ),
    ),
    Rule(
        name="backend-absent",
        said=(r"Unable to import backend ?:? ?(?P<backend>[\w.]*)",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{backend}",
        explanation="Keras is set to the backend `{backend}`, which cannot be imported here.",
        remedies=(advice("Set the backend to tensorflow.", "export KERAS_BACKEND=tensorflow"),),
        source="keras/src/backend/__init__.py (Keras 3)",
        examples=(Example("ValueError: Unable to import backend : theano", subject="theano"),),
    ),
    Rule(
        name="partially-initialised",
        said=(
            r"partially initialized module ['\"]?(?P<module>[\w.]+)",
            r"module '?(?P<module>tensorflow)'? has no attribute '?(?:__version__|python|keras)\b",
            r"No module named ['\"]?(?P<module>\w+)\.[\w.]+['\"]?; \W?\w+\W? is not a package",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "The import fails because a file has the same name as the package, or because "
            "the package is only partly installed."
        ),
        remedies=(
            advice(
                "Look for a file with that name next to your script, and reinstall the package."
            ),
        ),
        source="importlib/_bootstrap.py",
        examples=(
            Example("module 'tensorflow' has no attribute '__version__'", subject="tensorflow"),
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.keras'; 'tensorflow' is not a "
                "package",
                subject="tensorflow",
            ),
        ),
    ),
    Rule(
        name="module-of-every-release",
        said=(rf"No module named ['\"]?{EVERYWHERE}['\"]?(?![\w.])",),
        unless=(r"is not a package",),
        certainty=LIKELY,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "Every TensorFlow from 1.15 to the newest known has this module: the installation is "
            "incomplete or very old, or a file or folder called `tensorflow` hides it."
        ),
        remedies=(
            advice(
                "See which file is imported. If it is your own, rename it; else install TensorFlow "
                "again.",
                'python -c "import tensorflow; print(tensorflow)"\n'
                "pip install --force-reinstall tensorflow",
            ),
        ),
        source="importlib/_bootstrap.py",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.keras'", subject="tensorflow"
            ),
            Example(
                "ModuleNotFoundError: No module named 'tensorflow.keras.models'",
                subject="tensorflow",
            ),
        ),
        counter_examples=(
            Example("ModuleNotFoundError: No module named 'tensorflow.keras.engine'"),
        ),
    ),
    Rule(
        name="import-broken",
        said=(r"(?:ImportError|SyntaxError|ModuleNotFoundError)[^\n]*",),
        facts=(Fact("TensorFlow cannot be imported", lambda s: s.ending == "broken", DECIDES),),
        certainty=CERTAIN,
        cause=_ENV,
        subject="tensorflow",
        explanation=(
            "TensorFlow cannot be imported in this environment, so no model can be loaded."
        ),
        remedies=(advice("Repair the environment first: `import tensorflow` must work."),),
        source="tensorflow/__init__.py",
        examples=(
            Example(Symptom(ending="broken", message="ImportError: libfoo"), subject="tensorflow"),
        ),
    ),
    Rule(
        name="import-fails",
        said=(r"\b(?:ImportError|ModuleNotFoundError)\b[^\n]*",),
        certainty=LIKELY,
        cause=_ENV,
        subject="import",
        explanation=(
            "Packages in this environment do not work together: an import fails before a model "
            "is read."
        ),
        remedies=(_TOGETHER,),
        source="importlib/_bootstrap.py",
        examples=(
            Example(
                "ImportError: attempted relative import with no known parent package",
                subject="import",
            ),
        ),
    ),
    Rule(
        name="module-of-another-version",
        said=(
            r"module '(?P<module>(?!tensorflow|keras|tf_keras|numpy)[\w.]+)' has no attribute "
            r"'(?P<name>\w+)",
        ),
        facts=(
            Fact("the module is of a package that is well known", lambda s: _well_known(s.text)),
        ),
        certainty=LIKELY,
        cause=_ENV,
        subject="{module}",
        explanation="The installed `{module}` has no `{name}`: it is of another version.",
        remedies=(_TOGETHER,),
        source="public report",
        examples=(
            Example(
                "AttributeError: module 'ml_dtypes' has no attribute 'float4'", subject="ml_dtypes"
            ),
        ),
        counter_examples=(Example("AttributeError: module 'utils' has no attribute 'load'"),),
    ),
)
