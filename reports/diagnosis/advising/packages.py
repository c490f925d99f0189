"""The packages around TensorFlow: what installs a module, and which version fits a release."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from packaging.requirements import Requirement

from matrix.catalogue.companions import packages
from matrix.catalogue.op_packages import op_packages
from matrix.catalogue.releases import Release, catalogue
from reports.diagnosis.symptom import Symptom

# Packages that are made for certain releases of TensorFlow and break beside others, beyond those
# that our catalogue knows.
_BESIDE_TENSORFLOW = (
    "autokeras",
    "deepface",
    "imageai",
    "keras_bert",
    "keras_cv",
    "keras_facenet",
    "keras_hub",
    "keras_nlp",
    "keras_vggface",
    "ktrain",
    "magenta",
    "mtcnn",
    "scikeras",
    "stable_baselines",
    "stellargraph",
    "tensorforce",
    "tflearn",
    "efficientnet",
    "keras_applications",
    "keras_contrib",
    "keras_core",
    "keras_preprocessing",
    "keras_self_attention",
    "keras_tuner",
    "keras_unet_collection",
    "larq",
    "object_detection",
    "onnx_tf",
    "segmentation_models",
    "sentence_transformers",
    "spektral",
    "tensor2tensor",
    "tensorflow_datasets",
    "tensorflow_estimator",
    "tensorflow_federated",
    "tensorflow_gnn",
    "tensorflow_transform",
    "tensorflowjs",
    "tensorpack",
    "tf2onnx",
    "tf_agents",
    "tf_explain",
    "tf_slim",
    "tflite_support",
    "transformers",
    "vit_keras",
)
# What installs a module that code around models imports. Only these names become commands.
_WELL_KNOWN = {
    "Bio": "biopython",
    "PIL": "pillow",
    "absl": "absl-py",
    "astunparse": "astunparse",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "flatbuffers": "flatbuffers",
    "gast": "gast",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "h5py": "h5py",
    "imageio": "imageio",
    "jax": "jax",
    "jaxlib": "jaxlib",
    "joblib": "joblib",
    "keras": "keras",
    "librosa": "librosa",
    "matplotlib": "matplotlib",
    "ml_dtypes": "ml-dtypes",
    "numpy": "numpy",
    "onnx": "onnx",
    "opt_einsum": "opt-einsum",
    "packaging": "packaging",
    "pandas": "pandas",
    "pkg_resources": "'setuptools<82'",
    "pydot": "pydot",
    "requests": "requests",
    "rich": "rich",
    "scipy": "scipy",
    "setuptools": "setuptools",
    "six": "six",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "soundfile": "soundfile",
    "tensorboard": "tensorboard",
    "tensorflow": "tensorflow",
    "tensorrt": "tensorrt",
    "termcolor": "termcolor",
    "tf_keras": "tf-keras",
    "tflite_runtime": "tflite-runtime",
    "tokenizers": "tokenizers",
    "torch": "torch",
    "tqdm": "tqdm",
    "typing_extensions": "typing-extensions",
    "wrapt": "wrapt",
    "yaml": "pyyaml",
}


# A name on the index that is not what imports it.
_NOT_ON_THE_INDEX = frozenset({"object_detection"})


@functools.cache
def made_for_tensorflow() -> frozenset[str]:
    """The modules of packages that belong to certain releases of TensorFlow."""
    ours = {package.module for package in packages().values() if package.module != "tf_keras"}
    return frozenset({*_BESIDE_TENSORFLOW, *ours})


@functools.cache
def _requirements() -> Mapping[str, str]:
    ours = {package.module: name for name, package in packages().items()}
    # `install = false` there: no package on the index brings those ops.
    ops = {found.module: found.name for found in op_packages() if found.install and found.module}
    beside = {module: module.replace("_", "-") for module in _BESIDE_TENSORFLOW}
    known = {**beside, **ops, **ours, **_WELL_KNOWN}
    return MappingProxyType({name: known[name] for name in known.keys() - _NOT_ON_THE_INDEX})


def requirement_of(module: str) -> str:
    """What `pip install` takes for a module; empty for one that we do not know.

    A name from a model or a message never becomes a command: a stranger may own it.
    """
    names = module.split(".")
    known = _requirements()
    whole = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((known[name] for name in whole if name in known), "")


def release_of(symptom: Symptom) -> Release | None:
    """The release in our catalogue that loaded."""
    if symptom.tf is None:
        return None
    minor = symptom.tf.release[:2]
    return next((release for release in catalogue() if release.minor == minor), None)


_FIRST_TF_KERAS = (2, 14)


def install_tf_keras(symptom: Symptom) -> str:
    """What installs Keras 2 beside the TensorFlow that loaded.

    Without a version pip takes the newest, which replaces the TensorFlow that is installed.
    """
    known = symptom.tf
    if known is not None and known.release[:2] >= _FIRST_TF_KERAS:
        return f'pip install "tf-keras~={known.major}.{known.minor}.0"'
    newest = ".".join(map(str, catalogue()[-1].minor))
    return f'# As your TensorFlow; for {newest}: pip install "tf-keras~={newest}.0"'


def pinned(symptom: Symptom, package: str, otherwise: str) -> str:
    """The requirement of a package that fits the TensorFlow that loaded, quoted for a shell."""
    release = release_of(symptom)
    pins = [Requirement(pin) for pin in release.pins] if release else []
    found = next((str(pin) for pin in pins if pin.name == package), otherwise)
    return f"'{found}'"
