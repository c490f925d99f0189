"""The interpreter, its packages and its libraries: failures that the model does not cause."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import Explain, Match, answer, diagnosis, rule
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


def _numpy() -> Explain:
    return answer(
        _ENV,
        "numpy",
        "The installed NumPy version does not match the packages that use it.",
        advice(
            "Install an older NumPy, or newer versions of those packages.", "pip install 'numpy<2'"
        ),
    )


def _protobuf() -> Explain:
    return answer(
        _ENV,
        "protobuf",
        "The installed protobuf version does not match the generated code in this TensorFlow.",
        advice(
            "Install the protobuf version that this TensorFlow needs.",
            "pip install 'protobuf<3.21'",
        ),
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
    rule(
        "protobuf",
        r"Descriptors (?:cannot|should not) (?:not )?be created directly|"
        r"Detected incompatible Protobuf|requires version [\d.]+ of the Protocol Buffer|"
        r"cannot import name '\w+' from '?google\.protobuf|No module named '?google\.protobuf|"
        r"module 'google\.protobuf[\w.]*' has no attribute|"
        r"'MessageFactory' object has no attribute|_CheckCalledFromGeneratedFile|"
        r"'(?:google\._upb\._message\.)?FieldDescriptor' object has no attribute|"
        r"bases must be types|Couldn't build proto file into descriptor pool",
        _protobuf(),
    ),
    rule(
        "numpy",
        r"module 'numpy' has no attribute|np\.\w+` was (?:a deprecated alias|removed)|"
        r"numpy\.core\.(?:_?multiarray\w*|umath) failed to import|numpy\.dtype size changed|"
        r"compiled using NumPy 1\.x cannot be run|_ARRAY_API not found|"
        r"compiled against (?:ABI|API) version|No module named '?numpy\._?core|"
        r"Cannot convert a symbolic (?:tf\.)?[Tt]ensor \([^)]*\) to a numpy array|"
        r"allow_pickle=False|Unable to convert .{0,30}numpy\.dtype",
        _numpy(),
    ),
    rule(
        "h5py-3",
        r"'str' object has no attribute 'decode'",
        answer(
            _ENV,
            "h5py",
            "The installed h5py 3 returns text where this old Keras expects bytes. The file "
            "is not damaged.",
            advice("Install h5py 2.", "pip install 'h5py<3'"),
        ),
    ),
    rule(
        "h5py-absent",
        r"[Ll]oad_(?:model|weights)` requires h5py|requires h5py|No module named '?h5py|"
        r"HDF5 library version mismatched|h5py is running against HDF5",
        answer(
            _ENV,
            "h5py",
            "Reading HDF5 files needs the package h5py, which is not installed or does not "
            "work here.",
            advice("Install it.", "pip install h5py"),
        ),
    ),
    rule(
        "keras-3-not-supported-yet",
        r"installed version of Keras is Keras 3, but this is not yet supported in "
        r"(?P<package>\w+)|(?P<needs>tf[-_]keras)[^\n]{0,60}(?:not (?:found|installed)|install)",
        answer(
            _ENV,
            "tf-keras",
            "A package in this environment needs Keras 2, but this TensorFlow comes with Keras 3.",
            advice("Install Keras 2 as well.", "pip install tf-keras"),
        ),
        when=lambda s: "File format not supported" not in s.text,
    ),
    rule(
        "companion-imports",
        rf"(?s)(?P<package>{COMPANIONS})[\\/][\w\\/.-]+\.py\b.{{0,1500}}?"
        r"(?:No module named '?(?P<module>(?:keras|tensorflow|tf_keras)[\w.]*)|"
        r"cannot import name '?(?P<name>\w+)|"
        r"module '(?P<from>(?:tensorflow|keras)[\w.]*)' has no attribute)",
        _inside_companion,
    ),
    rule(
        "keras-beside-tensorflow",
        r"tensorflow\.compat\.v2\.__internal__|module 'tensorflow(?:\.tools\.docs|"
        r"\.compat\.v2\w*)"
        r"[\w.]*' has no attribute|cannot import name '?\w+'? from '?tensorflow\."
        r"(?:compat\.v2|python|tools|tsl|experimental)|"
        r"Another metric with the same name already exists|cannot import name '?dtensor|"
        r"module 'keras\.(?:api\.)?_v2|No module named '?keras\.(?:api|_v2)|"
        r"requires TensorFlow (?:version )?\W{0,3}[\d.]+|"
        r"Keras cannot be imported\. Check that it is installed|"
        r"module 'tensorflow\.python\.(?:distribute|framework|util|"
        r"eager)[\w.]*' has no attribute",
        answer(
            _ENV,
            "keras",
            "The installed versions of keras (or another package) and TensorFlow do not match "
            "and cannot be imported together.",
            advice(
                "Install the Keras version that belongs to this TensorFlow, and import tf.keras."
            ),
        ),
    ),
    rule(
        "name-absent",
        r"cannot import name ['\"]?(?P<name>\w+)['\"]? from ['\"]?(?P<module>(?!tensorflow|"
        r"keras|tf_keras"
        r"|partially)[\w.]+)|(?P<backend>Unable to import backend[^\n]*)|"
        r"SyntaxError: invalid syntax",
        answer(
            _ENV,
            "{module}{backend}",
            "Packages in this environment do not match each other or this Python: {name} cannot "
            "be imported from `{module}`.",
            advice("Install versions that work together."),
        ),
    ),
    rule(
        "module-absent",
        r"No module named ['\"]?(?P<module>(?!tensorflow\.|keras\.|keras_?\w*\.src|"
        r"__main__)[\w.-]+)",
        _module,
    ),
)

# Imports that fail for a reason of the environment alone: asked after all rules on models.
IMPORTS = (
    rule(
        "no-wheel",
        r"Could not find a version that satisfies the requirement (?P<package>\S+)|"
        r"No matching distribution found for (?P<wanted>\S+)|not a supported wheel",
        answer(
            _ENV,
            "{package}",
            "The package has no wheel for this Python version on this platform.",
            advice("Choose a Python version that the release supports."),
        ),
    ),
    rule(
        "partially-initialised",
        r"partially initialized module '(?P<module>[\w.]+)'|"
        r"module '(?P<shadow>tensorflow)' has no attribute '(?:__version__|python|keras)'",
        answer(
            _ENV,
            "{module}",
            "The import fails because a file has the same name as the package, or because "
            "the package is only partly installed.",
            advice(
                "Look for a file with that name next to your script, and reinstall the package."
            ),
        ),
    ),
    rule(
        "import-broken",
        r"(?:ImportError|SyntaxError|ModuleNotFoundError)[^\n]*",
        answer(
            _ENV,
            "tensorflow",
            "TensorFlow cannot be imported in this environment, so no model can be loaded.",
            advice("Repair the environment first: `import tensorflow` must work."),
        ),
        when=lambda s: s.ending == "broken",
    ),
)
