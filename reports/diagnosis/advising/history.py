"""In which releases an op, a class or an argument exists, as sentences."""

from __future__ import annotations

import functools
import itertools

from matrix.catalogue.api_history import api_history
from matrix.catalogue.cell import KERAS_3_FROM
from reports.diagnosis.advising.writer import minor_text

# Classes of Keras that were never in its public modules, or were gone before TensorFlow 1.15.
_OF_KERAS = frozenset(
    [
        "Functional",
        "TensorFlowOpLayer",
        "TFOpLambda",
        "SlicingOpLambda",
        "ClassMethod",
        "InstanceMethod",
        "InstanceProperty",
        "AddLoss",
        "AddMetric",
        "ModuleWrapper",
        "KerasLayerWrapper",
        "Policy",
        "PolicyV1",
        "DTypePolicy",
        "FloatDTypePolicy",
        "QuantizedDTypePolicy",
        "DTypePolicyMap",
        "LossScaleOptimizer",
        "LossScaleOptimizerV1",
        "LossScaleOptimizerV3",
        "Container",
        "Graph",
        "Merge",
        "MaxoutDense",
        "Highway",
        "TimeDistributedDense",
        "Convolution1D",
        "Convolution2D",
        "AtrousConvolution2D",
        "Deconvolution2D",
        "CuDNNLSTM",
        "CuDNNGRU",
        "GlorotUniform",
        "__tuple__",
        "__tensor__",
        "__keras_tensor__",
        "VariableSpec",
        "NoneTensorSpec",
        "KerasTensor",
        "GetItem",
        "SliceLayer",
        "Operation",
        "Cast",
        "Identity",
        "BatchNormalizationV1",
        "BatchNormalizationV2",
        "BatchNormV2",
        "LayerNormalizationV2",
        "GRUV2",
        "LSTMV2",
        "DenseFeaturesV2",
    ]
)
_PLACES = {
    "layer": ("layers", "models", "mixed_precision", "dtype_policies"),
    "optimizer": ("optimizers",),
    "loss": ("losses", "metrics"),
    "metric": ("metrics", "losses"),
    "initializer": ("initializers",),
    "regularizer": ("regularizers",),
    "constraint": ("constraints",),
    "activation": ("activations", "layers"),
}


def of_keras(name: str, kind: str = "") -> bool:
    """Whether Keras itself has, or had, a class or function of that name (and of that kind)."""
    bare = name.removeprefix("Custom>")
    if bare in _OF_KERAS:
        return True
    places = _PLACES.get(kind, ())
    names = _names()
    return any(full.split(".")[0] in places or not places for full in names.get(bare, frozenset()))


@functools.cache
def arguments_of_keras() -> frozenset[str]:
    """All arguments that constructors of Keras take in some release."""
    spans = itertools.chain.from_iterable(api_history().classes["keras"].values())
    return frozenset(argument for _, _, arguments in spans for argument in arguments)


@functools.cache
def some_keras_2_takes(name: str, argument: str) -> bool:
    """Whether the Keras of some TensorFlow before 2.16 has an argument of a constructor.

    Of a class without a name it is asked of all: any of them may be meant.
    """
    history = api_history()
    before = {place for place, one in enumerate(history.releases) if _minor(one) < KERAS_3_FROM}
    classes = history.classes["keras"]
    return any(
        argument in arguments and first in before
        for full in (history.class_names(name) if name else classes)
        for first, _, arguments in classes[full]
    )


def _minor(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")[:2]))


@functools.cache
def _names() -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for classes in api_history().classes.values():
        for full in classes:
            names.setdefault(full.rpartition(".")[2], set()).add(full)
    return {name: frozenset(places) for name, places in names.items()}


def argument_in_words(name: str, argument: str) -> str:
    """In which releases a constructor takes an argument."""
    releases = api_history().argument_releases(name, argument)
    return _span(f"Argument `{argument}` of `{name}`", releases)


def class_in_words(name: str) -> str:
    """In which releases Keras has a class."""
    return _span(f"`{name}`", api_history().class_releases(name))


def _span(subject: str, having: tuple[str, ...]) -> str:
    """Where something is, in a sentence. The oldest and newest release are no limits of it."""
    if not having:
        return ""
    releases = list(api_history().releases)
    first = f" from TensorFlow {minor_text(having[0])} on" if having[0] != releases[0] else ""
    gone = releases.index(having[-1]) + 1
    last = f" up to {minor_text(having[-1])}" if gone < len(releases) else ""
    if not first and not last:
        return ""
    if first and last:
        first = f" from TensorFlow {minor_text(having[0])}"
    elif last:
        last = f" up to TensorFlow {minor_text(having[-1])}"
    return f"{subject} exists{first}{last}."
