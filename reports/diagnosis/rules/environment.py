"""The interpreter, its packages and its libraries: failures that the model does not cause."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import DECIDES, Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_ENV = Cause.ENV_IMPORT_FAILURE
# Packages that are made for certain releases of TensorFlow and break beside others.
COMPANIONS = (
    r"tensorflow_addons|tensorflow_text|tensorflow_hub|tensorflow_decision_forests|tensorflow_io|"
    r"tensorflow_probability|tensorflow_datasets|tensorflow_recommenders|tensorflow_ranking|"
    r"tensorflow_model_optimization|tensorflow_federated|tensorflow_transform|"
    r"tensorflow_estimator|"
    r"tf_agents|tf2onnx|tensorflowjs|transformers|sentence_transformers|keras_nlp|keras_cv|"
    r"keras_hub|keras_contrib|keras_preprocessing|keras_applications|segmentation_models|qkeras|"
    r"larq|spektral|autokeras|keras_tuner|object_detection|tensorpack|tensor2tensor"
)


def _module(symptom: Symptom, match: Match) -> Diagnosis | None:
    name = match["module"]
    return diagnosis(
        symptom,
        match,
        _ENV,
        "{module}",
        "The Python package `{module}` is not installed in this environment.",
        advice("Install it.", f"pip install {name.split('.')[0].replace('_', '-')}"),
    )


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
    )


PACKAGES = (
    Rule(
        name="protobuf",
        said=(
            r"Descriptors (?:cannot|should not) (?:not )?be created directly",
            r"Detected incompatible Protobuf",
            r"requires version [\d.]+ of the Protocol Buffer",
            r"cannot import name '\w+' from '?google\.protobuf",
            r"No module named '?google\.protobuf",
            r"module 'google\.protobuf[\w.]*' has no attribute",
            r"'MessageFactory' object has no attribute",
            r"_CheckCalledFromGeneratedFile",
            r"'(?:google\._upb\._message\.)?FieldDescriptor' object has no attribute",
            r"bases must be types",
            r"Couldn't build proto file into descriptor pool",
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="protobuf",
        explanation=(
            "The installed protobuf version does not match the generated code in this TensorFlow."
        ),
        remedies=(
            advice(
                "Install the protobuf version that this TensorFlow needs.",
                "pip install 'protobuf<3.21'",
            ),
        ),
        source="",
        examples=(
            Example("TypeError: Descriptors cannot be created directly.", subject="protobuf"),
        ),
    ),
    Rule(
        name="numpy",
        said=(
            r"module 'numpy' has no attribute",
            r"np\.\w+` was (?:a deprecated alias|removed)",
            r"numpy\.core\.(?:_?multiarray\w*|umath) failed to import",
            r"numpy\.dtype size changed",
            r"compiled using NumPy 1\.x cannot be run",
            r"_ARRAY_API not found",
            r"compiled against (?:ABI|API) version",
            r"No module named '?numpy\._?core",
            r"Cannot convert a symbolic (?:tf\.)?[Tt]ensor \([^)]*\) to a numpy array",
            r"allow_pickle=False",
            r"Unable to convert .{0,30}numpy\.dtype",
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="numpy",
        explanation="The installed NumPy version does not match the packages that use it.",
        remedies=(
            advice(
                "Install an older NumPy, or newer versions of those packages.",
                "pip install 'numpy<2'",
            ),
        ),
        source="",
        examples=(
            Example("AttributeError: module 'numpy' has no attribute 'object'.", subject="numpy"),
        ),
    ),
    Rule(
        name="h5py-3",
        said=(r"'str' object has no attribute 'decode'",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="h5py",
        explanation=(
            "The installed h5py 3 returns text where this old Keras expects bytes. The file "
            "is not damaged."
        ),
        remedies=(advice("Install h5py 2.", "pip install 'h5py<3'"),),
        source="",
        examples=(
            Example("AttributeError: 'str' object has no attribute 'decode'", subject="h5py"),
        ),
    ),
    Rule(
        name="h5py-absent",
        said=(
            r"[Ll]oad_(?:model|weights)` requires h5py",
            r"requires h5py",
            r"No module named '?h5py",
            r"HDF5 library version mismatched",
            r"h5py is running against HDF5",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="h5py",
        explanation=(
            "Reading HDF5 files needs the package h5py, which is not installed or does not "
            "work here."
        ),
        remedies=(advice("Install it.", "pip install h5py"),),
        source="",
        examples=(Example("ImportError: `load_model` requires h5py.", subject="h5py"),),
    ),
    Rule(
        name="keras-3-not-supported-yet",
        said=(
            (
                r"installed version of Keras is Keras 3, but this is not yet supported in "
                r"(?P<package>\w+)"
            ),
            r"(?P<needs>tf[-_]keras)[^\n]{0,60}(?:not (?:found|installed)|install)",
        ),
        facts=(Fact("TODO", lambda s: "File format not supported" not in s.text),),
        certainty=CERTAIN,
        cause=_ENV,
        subject="tf-keras",
        explanation=(
            "A package in this environment needs Keras 2, but this TensorFlow comes with Keras 3."
        ),
        remedies=(advice("Install Keras 2 as well.", "pip install tf-keras"),),
        source="",
        examples=(
            Example(
                (
                    "Your currently installed version of Keras is Keras 3, but this is not "
                    "yet supported in Transformers."
                ),
                subject="tf-keras",
            ),
        ),
    ),
    Rule(
        name="companion-imports",
        said=(
            rf"(?s)(?P<package>{COMPANIONS})[\\/][\w\\/.-]+\.py\b.{{0,1500}}?"
            r"(?:No module named '?(?P<module>(?:keras|tensorflow|tf_keras)[\w.]*)|"
            r"cannot import name '?(?P<name>\w+)|"
            r"module '(?P<from>(?:tensorflow|keras)[\w.]*)' has no attribute)",
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        explain=_inside_companion,
        source="",
        examples=(
            Example(
                (
                    'File "/a/tensorflow_addons/utils/types.py", line 29, in '
                    "<module>\nModuleNotFoundError: No module named 'keras.src.engine'"
                ),
                subject="tensorflow_addons",
            ),
        ),
    ),
    Rule(
        name="keras-beside-tensorflow",
        said=(
            r"tensorflow\.compat\.v2\.__internal__",
            (r"module 'tensorflow(?:\.tools\.docs|\.compat\.v2\w*)[\w.]*' has no attribute"),
            (
                r"cannot import name '?\w+'? from '?tensorflow\.(?:compat\.v2|python|tools|"
                r"tsl|experimental)"
            ),
            r"Another metric with the same name already exists",
            r"cannot import name '?dtensor",
            r"module 'keras\.(?:api\.)?_v2",
            r"No module named '?keras\.(?:api|_v2)",
            r"requires TensorFlow (?:version )?\W{0,3}[\d.]+",
            r"Keras cannot be imported\. Check that it is installed",
            (
                r"module 'tensorflow\.python\.(?:distribute|framework|util|eager)[\w.]*' "
                r"has no attribute"
            ),
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="keras",
        explanation=(
            "The installed versions of keras (or another package) and TensorFlow do not match "
            "and cannot be imported together."
        ),
        remedies=(
            advice(
                "Install the Keras version that belongs to this TensorFlow, and import tf.keras."
            ),
        ),
        source="",
        examples=(
            Example(
                (
                    "AttributeError: module 'tensorflow.compat.v2.__internal__' has no "
                    "attribute 'register_clear_session_function'"
                ),
                subject="keras",
            ),
        ),
    ),
    Rule(
        name="name-absent",
        said=(
            (
                r"cannot import name ['\"]?(?P<name>\w+)['\"]? from "
                r"['\"]?(?P<module>(?!tensorflow|keras|tf_keras|partially)[\w.]+)"
            ),
            r"(?P<backend>Unable to import backend[^\n]*)",
            r"SyntaxError: invalid syntax",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}{backend}",
        explanation=(
            "Packages in this environment do not match each other or this Python: {name} cannot "
            "be imported from `{module}`."
        ),
        remedies=(advice("Install versions that work together."),),
        source="",
        examples=(
            Example(
                "ImportError: cannot import name 'Mapping' from 'collections'",
                subject="collections",
            ),
        ),
    ),
    Rule(
        name="module-absent",
        said=(
            (
                r"No module named ['\"]?(?P<module>(?!tensorflow\.|keras\.|keras_?\w*\.src|"
                r"__main__)[\w.-]+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        explain=_module,
        source="",
        examples=(
            Example(
                "ModuleNotFoundError: No module named 'tensorflow_hub'", subject="tensorflow_hub"
            ),
        ),
    ),
)

# Imports that fail for a reason of the environment alone: asked after all rules on models.
IMPORTS = (
    Rule(
        name="no-wheel",
        said=(
            r"Could not find a version that satisfies the requirement (?P<package>\S+)",
            r"No matching distribution found for (?P<wanted>\S+)",
            r"not a supported wheel",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{package}",
        explanation=("The package has no wheel for this Python version on this platform."),
        remedies=(advice("Choose a Python version that the release supports."),),
        source="",
        examples=(
            Example(
                ("ERROR: Could not find a version that satisfies the requirement tensorflow==1.15"),
                subject="tensorflow==1.15",
            ),
        ),
    ),
    Rule(
        name="partially-initialised",
        said=(
            r"partially initialized module '(?P<module>[\w.]+)'",
            (
                r"module '(?P<shadow>tensorflow)' has no attribute '(?:__version__|python|"
                r"keras)'"
            ),
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
        source="",
        examples=(
            Example(
                "module 'tensorflow' has no attribute '__version__'",
                subject="module 'tensorflow' has no attribute '__version__'",
            ),
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
        source="",
        examples=(
            Example(Symptom(ending="broken", message="ImportError: libfoo"), subject="tensorflow"),
        ),
    ),
)
