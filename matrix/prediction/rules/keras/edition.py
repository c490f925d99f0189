"""The Keras that a loader uses in a cell, and what it is known to have and to take."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from matrix.catalogue.api_history import api_history
from matrix.catalogue.keras_configs import SPACES, ClassConfigs, keras_configs
from matrix.model.facts import Format
from matrix.prediction.history import minor_at, place_of
from matrix.prediction.rule import Case

LOADERS = frozenset({"keras", "tf_keras"})
FILES = frozenset({Format.KERAS_H5, Format.KERAS_V3, Format.KERAS_JSON})
# Where `layers.deserialize` of any Keras looks a class up.
_PLACES = ("layers.", "models.")
# Made with other names than those that Keras lists, or under names that no list has.
_MODELS = frozenset({"Sequential", "Model"})
# The first Keras 2 that reads configurations which name the modules of their classes.
_DATED_FROM = (2, 13)
_REMAKES_FROM = (2, 2)
_RESTORES_FROM = (2, 3)
# What SavedModels have of lookup layers, and constructors take out of their `**kwargs`.
_TAKEN_UNSEEN = frozenset({"has_input_vocabulary", "has_static_table", "vocabulary_size"})


@dataclass(frozen=True)
class Edition:
    """One Keras: `space` is `keras`, that of TensorFlow, or `tf_keras`.

    `at` is the place of its TensorFlow in the history, `minor` its version. `is_3`: it is Keras 3.
    """

    space: str
    at: int
    minor: tuple[int, int]
    is_3: bool

    @property
    def shown(self) -> str:
        """How sentences name it."""
        if self.space == "tf_keras":
            return f"tf-keras {minor_at(self.at)}"
        if self.is_3:
            return f"Keras {api_history().keras['keras'][self.at]}"
        return f"the Keras of TensorFlow {minor_at(self.at)}"

    @property
    def reads_modules(self) -> bool:
        """Whether it reads layers by their modules, where a file names them."""
        return self.is_3 or self.space == "tf_keras" or self.minor >= _DATED_FROM

    @property
    def remakes(self) -> bool:
        """Whether it makes layers of a SavedModel anew; before that graphs stand for all."""
        return self.space == "tf_keras" or self.minor >= _REMAKES_FROM

    @property
    def restores(self) -> bool:
        """Whether it insists on making layers of a SavedModel anew that say that they need it."""
        return self.space == "tf_keras" or self.minor >= _RESTORES_FROM

    def has_layer(self, name: str) -> bool:
        """Whether a configuration may name a class of layers or models."""
        return name in _MODELS or self.at in layer_places(self.space, name)

    def has(self, full: str) -> bool:
        """Whether it has something by its full name, such as `activations.mish`."""
        return self.at in places(self.space, full)


def edition_of(case: Case) -> Edition:
    """The Keras that a loader uses in a cell."""
    of_package = case.loader.name == "tf_keras"
    return Edition(
        space="tf_keras" if of_package else "keras",
        at=place_of(case.minor),
        minor=case.minor,
        is_3=not of_package and case.cell.keras_3,
    )


@functools.cache
def places(space: str, full: str) -> frozenset[int]:
    """The places of the releases that have a name in full."""
    spans = api_history().classes[space].get(full, ())
    return frozenset(at for first, last, _ in spans for at in range(first, last + 1))


@functools.cache
def layer_places(space: str, name: str) -> frozenset[int]:
    """The places of the releases that have a class of layers, wherever they keep it."""
    every = api_history().class_names(name, space)
    return frozenset().union(*(places(space, one) for one in every if one.startswith(_PLACES)))


@functools.cache
def known_anywhere(name: str) -> bool:
    """Whether the Keras of any release has a layer of that name."""
    return name in _MODELS or any(layer_places(space, name) for space in SPACES)


@functools.cache
def arguments(space: str, name: str, at: int) -> frozenset[str]:
    """What the constructor of a class takes by name in one release, that of its bases included."""
    every = api_history().class_names(name, space)
    return frozenset(
        argument
        for full in every
        for first, last, known in api_history().classes[space][full]
        if first <= at <= last
        for argument in known
    )


@functools.cache
def argument_names(name: str) -> frozenset[str]:
    """What the constructor of a class takes by name in any release."""
    every = range(len(api_history().releases))
    return frozenset().union(*(arguments(space, name, at) for space in SPACES for at in every))


@functools.cache
def refusal(
    space: str, form: str, name: str, kinds: frozenset[tuple[str, str]], at: int
) -> tuple[str, str] | None:
    """The first key of a configuration that a class does not take, with what is known of it.

    The second is `value` where another value of the key is taken, `key` where none is, `missing`
    for a key without which the class is not made, and `class` where nothing makes it (the key is
    empty then). `None` where nothing is refused.
    """
    known = keras_configs().of(space, form, name)
    if known is not None and at in known.never:
        return "", "class"
    if known is None or at not in known.asked:
        return _unasked(space, name, kinds, at)
    asked = sorted(kind for kind in kinds if kind[0] != "name")
    takes = arguments(space, name, at)
    found = ((one[0], _refused(known, one, takes, at)) for one in asked)
    keys = {key for key, _ in kinds}
    # A key that the constructor does not name may stand for one that it needs.
    own = keys <= takes | {"name"}
    lacking = (
        key for key, where in known.required.items() if own and at in where and key not in keys
    )
    return next(
        ((key, how) for key, how in found if how), next(((key, "missing") for key in lacking), None)
    )


def _unasked(
    space: str, name: str, kinds: frozenset[tuple[str, str]], at: int
) -> tuple[str, str] | None:
    """A key that the constructor does not name, and that of another release does."""
    takes = arguments(space, name, at)
    if not takes:
        return None
    others = argument_names(name)
    lacking = (key for key, _ in sorted(kinds) if key not in takes and key in others)
    return next(((key, "key") for key in lacking), None)


def _refused(
    known: ClassConfigs, asked: tuple[str, str], takes: frozenset[str], at: int
) -> str | None:
    key, kind = asked
    answers = known.refused.get(key)
    if answers is None:
        # No release writes it into a file of this kind.
        return None if at in known.open or key in takes or key in _TAKEN_UNSEEN else "key"
    fine = [other for other, where in answers.items() if at not in where]
    if kind in answers:
        return None if kind in fine else "value" if fine else "key"
    return None if fine else "key"
