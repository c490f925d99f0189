"""Keras and the packages around TensorFlow, installed in versions that do not match."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.packages import install_tf_keras, made_for_tensorflow, release_of
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import package_that_failed
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_ENV = Cause.ENV_IMPORT_FAILURE


def _inside_companion(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _ENV,
        "{package}",
        "The installed `{package}` was made for a different TensorFlow or Keras: it imports "
        "`{module}`, which is not available here.",
        advice(
            "Install a version of {package} that matches this TensorFlow, or a TensorFlow that "
            "matches {package}."
        ),
        package=package_that_failed(symptom),
        module=".".join(filter(None, (match["module"], match["name"]))),
    )


def _same_version(symptom: Symptom, _match: Match) -> Iterator[Advice]:
    release = release_of(symptom)
    if release is None:
        text = "Install the Keras that belongs to this TensorFlow (up to 2.15: the same minor)."
        yield advice(text)
    else:
        # What `tf.keras` names itself inside TensorFlow is no version of the package.
        inside = release.keras.endswith("-tf")
        text = "Remove the package keras: this TensorFlow has its own, tf.keras."
        snippet = "pip uninstall keras" if inside else f"pip install keras=={release.keras}"
        yield advice(
            text if inside else "Install the Keras that belongs to this TensorFlow.", snippet
        )


def _keras_2_as_well(symptom: Symptom, _match: Match) -> Iterator[Advice]:
    yield advice("Install Keras 2 as well.", install_tf_keras(symptom))


KERAS_PACKAGES = (
    Rule(
        name="keras-3-not-supported-yet",
        said=(
            r"installed version of Keras is Keras 3, but this is not yet supported in \w+",
            r"tf[-_]keras[^\n]{0,60}(?:not (?:found|installed)|install)",
            r"install[^\n]{0,60}tf[-_]keras[^\n]{0,40}TF_USE_LEGACY_KERAS",
        ),
        unless=(r"File format not supported",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="tf-keras",
        explanation=(
            "A package in this environment needs Keras 2, but this TensorFlow comes with Keras 3."
        ),
        remedies=(_keras_2_as_well,),
        source="transformers/activations_tf.py",
        examples=(
            Example(
                "Your currently installed version of Keras is Keras 3, but this is not yet "
                "supported in Transformers.",
                subject="tf-keras",
            ),
        ),
    ),
    Rule(
        name="companion-imports",
        said=(
            r"No module named '?(?P<module>(?:keras|tensorflow|tf_keras)[\w.]*)",
            r"cannot import name '?(?P<name>\w+)'?(?: from '?(?P<module>[\w.]+))?",
            r"module '?(?P<module>(?:tensorflow|keras|tf_keras)[\w.]*)'? has no attribute "
            r"'?(?P<name>\w+)",
        ),
        facts=(
            Fact(
                "the last frame lies in a package that belongs to certain releases of TensorFlow",
                lambda symptom: package_that_failed(symptom) in made_for_tensorflow(),
            ),
        ),
        certainty=CERTAIN,
        cause=_ENV,
        explain=_inside_companion,
        source="public report",
        examples=(
            Example(
                'File "/a/site-packages/tensorflow_addons/utils/types.py", line 29, in '
                "<module>\nModuleNotFoundError: No module named 'keras.src.engine'",
                subject="tensorflow_addons",
            ),
        ),
        counter_examples=(
            Example(
                'File "/a/train.py", line 29, in <module>\n'
                "ModuleNotFoundError: No module named 'keras.src.engine'"
            ),
        ),
    ),
    Rule(
        name="keras-beside-tensorflow",
        said=(
            r"tensorflow\.(?:_api\.v2\.)?compat\.v2\.__internal__",
            r"module '?tensorflow(?:\.tools\.docs|\.compat\.v2\w*)[\w.]*'? has no attribute",
            r"cannot import name '?\w+'? from '?tensorflow\.(?:compat\.v2|tools|tsl|"
            r"python\.(?:trackable|distribute|framework|util|eager|saved_model|training))",
            r"Another metric with the same name already exists",
            r"cannot import name '?dtensor",
            r"module '?keras\.(?:api\.)?_v2",
            r"No module named '?keras\.(?:api|_v2)",
            r"Keras requires TensorFlow (?:version )?\W{0,3}[\d.]+",
            r"Keras cannot be imported\. Check that it is installed",
            r"module '?tensorflow\.python\.(?:distribute|framework|util|eager)[\w.]*'? "
            r"has no attribute",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="keras",
        explanation=(
            "The installed versions of keras (or another package) and TensorFlow do not match "
            "and cannot be imported together."
        ),
        remedies=(_same_version,),
        source="keras/__init__.py (Keras 2), tensorflow/python/util/lazy_loader.py",
        examples=(
            Example(
                "AttributeError: module 'tensorflow.compat.v2.__internal__' has no attribute "
                "'register_clear_session_function'",
                subject="keras",
            ),
        ),
    ),
    Rule(
        name="tensorflow-estimator",
        said=(
            r"No module named '?(?P<module>tensorflow_core\.estimator|"
            r"tensorflow\.python\.estimator\.\w+|tensorflow_estimator)",
            r"module '?(?P<module>tensorflow_estimator)[\w.]*'? has no attribute",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="tensorflow_estimator",
        explanation=(
            "The package tensorflow-estimator is missing, or does not match this TensorFlow."
        ),
        remedies=(advice("Install tensorflow-estimator in the minor version of this TensorFlow."),),
        source="tensorflow_core/estimator (TensorFlow 1.15)",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow_core.estimator'",
                subject="tensorflow_estimator",
            ),
        ),
    ),
)
