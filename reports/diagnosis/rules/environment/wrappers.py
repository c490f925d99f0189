"""Packages that a wrapper around TensorFlow asks for: Keras, R, transformers and others."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.packages import requirement_of
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_ENV = Cause.ENV_IMPORT_FAILURE


def _install(_symptom: Symptom, match: Match) -> Iterator[Advice]:
    requirement = requirement_of(match["module"].lower())
    yield advice("Install it.", f"pip install {requirement}" if requirement else "")


WRAPPERS = (
    Rule(
        name="python-of-r",
        said=(
            r"Python modules? (?P<module>[\w.]+) (?:was|were) not found",
            r"[Ii]nstallation of (?P<module>TensorFlow|Keras) not found",
            r"Detected Python configuration:[^\n]*",
            r"Python environments searched for '(?P<module>\w+)' package",
            r"The (?P<module>[\w-]+) Python package is (?:required|not installed)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module|Python}",
        explanation="The Python that R uses has no `{module|TensorFlow}`.",
        remedies=(
            advice(
                "See with reticulate::py_config() which Python R uses, and install the package "
                "there."
            ),
        ),
        source="R packages keras and tensorflow: R/install.R, R/model-persistence.R",
        examples=(
            Example(
                'Error in load_model_hdf5("m.h5") :\n  The h5py Python package is required to save '
                "and load models",
                subject="h5py",
            ),
            Example("Error: Valid installation of TensorFlow not found.", subject="TensorFlow"),
            Example(
                "Error: Python module tensorflow.keras was not found.", subject="tensorflow.keras"
            ),
        ),
    ),
    Rule(
        name="package-asked-for",
        said=(
            r"requires the (?P<module>[\w-]+) (?:library|package|module) but it was not found",
            r"[Rr]equires (?:the )?`?(?P<module>[\w-]+)`? (?:module|package|library)?[^\n]{0,40}"
            r"(?:to be installed|installed \()",
            r"(?P<module>[\w-]+) (?:is|are) not (?:available|installed)\. Please install",
            r"(?:Please|You (?:need|have) to) install (?:the )?`?(?P<module>h5py|pyyaml|pydot|"
            r"scipy|pandas|[Pp]illow|PIL|tf-?keras|tensorflow[-_]\w+)\b",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation="The package `{module}`, which this code asks for, is not installed here.",
        remedies=(_install,),
        source="transformers/utils/import_utils.py; keras/engine/saving.py",
        examples=(
            Example(
                "ImportError: TFAutoModel requires the TensorFlow library but it was not found in "
                "your environment.",
                subject="TensorFlow",
            ),
            Example(
                "ImportError: Requires yaml module installed (`pip install pyyaml`).",
                subject="yaml",
            ),
        ),
        counter_examples=(Example("ImportError: `load_model` requires h5py."),),
    ),
    Rule(
        name="package-of-another-tensorflow",
        said=(
            r"This version of (?P<module>[\w ]{2,40}?) requires TensorFlow version",
            r"The '(?P<module>[\w.-]+)' distribution was not found",
            r"No package metadata was found for (?P<module>[\w.-]*\w)",
            r"Failed to import (?P<module>transformers|diffusers|sentence_transformers)[\w.]* "
            r"because of the following error",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation="`{module}` does not match the packages in this environment.",
        remedies=(advice("Install versions of both that work together."),),
        source="tensorflow_addons/utils/ensure_tf_install.py; transformers/utils/import_utils.py",
        examples=(
            Example(
                "ImportError: This version of TensorFlow Addons requires TensorFlow version >= "
                "2.4.0; Detected an installation of version 2.3.0.",
                subject="TensorFlow Addons",
            ),
            Example(
                "RuntimeError: Failed to import transformers.models.bert.modeling_tf_bert because "
                "of the following error (look up to see its traceback):\nNo module named "
                "'keras.engine'",
                subject="transformers",
            ),
        ),
    ),
    Rule(
        name="package-without-content",
        said=(
            r"cannot import name '?(?P<name>\w+)'? from '?(?P<module>[\w.]+)'? "
            r"\(unknown location\)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "Python finds only an empty folder for `{module}`: the package is not installed, or "
            "only partly."
        ),
        remedies=(
            advice("Look for a folder with that name next to your script, and reinstall it."),
        ),
        source="Python/ceval.c: import_from",
        examples=(
            Example(
                "ImportError: cannot import name 'keras' from 'tensorflow' (unknown location)",
                subject="tensorflow",
            ),
        ),
        counter_examples=(
            Example("ImportError: cannot import name 'Layer' from 'keras.engine.topology'"),
        ),
    ),
    Rule(
        name="package-older-than-python",
        said=(
            r"module '(?P<module>collections|inspect|importlib|asyncio|time|fractions|base64|cgi|"
            r"html|xml|ast|typing|string|os|math)' has no attribute '(?P<name>\w+)",
            r"(?P<module>__dict__) descriptor does not support '(?P<name>_DictWrapper)'",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "A package in this environment was written for a different Python: `{name}` is not in "
            "`{module}`."
        ),
        remedies=(advice("Use a newer version of the package that fails, or an older Python."),),
        source="Python 3.10, What's New: Removed",
        examples=(
            Example(
                "AttributeError: module 'collections' has no attribute 'MutableMapping'",
                subject="collections",
            ),
            Example(
                "AttributeError: module 'inspect' has no attribute 'getargspec'", subject="inspect"
            ),
        ),
    ),
    Rule(
        name="keras-of-another-tensorflow",
        said=(r"has no attribute '(?P<name>populate_dict_with_module_objects)",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="keras ({name})",
        explanation=(
            "Parts of two versions of Keras are mixed in this environment: one asks the other for "
            "`{name}`."
        ),
        remedies=(advice("Uninstall keras, and install TensorFlow again with its own Keras."),),
        source="keras/layers/serialization.py (Keras 2.4)",
        examples=(
            Example(
                "AttributeError: module 'keras.utils.generic_utils' has no attribute "
                "'populate_dict_with_module_objects'",
                subject="keras (populate_dict_with_module_objects)",
            ),
        ),
    ),
)
