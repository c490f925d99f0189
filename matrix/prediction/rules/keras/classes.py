"""Classes that a Keras does not have, and what it does not take of a configuration."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.api_history import api_history
from matrix.catalogue.releases import catalogue
from matrix.model.contents.keras import KerasContents, KerasObject
from matrix.model.facts import Format
from matrix.plan.loader import SAVED_MODELS
from matrix.plan.selection.writers import nearest_release
from matrix.prediction.history import place_of, where
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown
from matrix.prediction.rules.keras.edition import (
    FILES,
    LOADERS,
    Edition,
    arguments,
    edition_of,
    known_anywhere,
    layer_places,
    refusal,
)

_ALL = FILES | SAVED_MODELS
# Put together from their layers, or with rules of their own.
_APART = frozenset({"Sequential", "Functional", "Model", "Lambda"})
_ACTIVATIONS = frozenset({"activation", "recurrent_activation"})


def _missing(case: Case) -> Judgement | None:
    """A class that nobody has, or that this Keras has not."""
    keras = case.contents.keras
    if keras is None:
        return None
    edition = edition_of(case)
    for one in keras.objects:
        lacking = one.is_layer and not edition.has_layer(_own_name(one))
        if lacking and _insists(one, case, edition) and (found := _without(one, case, edition)):
            return found
    return None


def _insists(one: KerasObject, case: Case, edition: Edition) -> bool:
    """Whether nothing else will do; a SavedModel has graphs that stand for most layers."""
    return case.model.format in FILES or (one.required and edition.restores)


def _own_name(one: KerasObject) -> str:
    """The name that it is looked up by: a class of somebody is registered with its package."""
    registered = one.registered
    custom = registered is not None and ">" in registered and not registered.startswith("keras")
    return str(registered) if custom else one.name


def _without(one: KerasObject, case: Case, edition: Edition) -> Judgement | None:
    if _is_operation(one):
        return None if edition.is_3 else fails(f"{one.name} is an operation of Keras 3")
    name = _own_name(one)
    if case.subject.passed:
        return _may_be_passed("class", name, case)
    if known_anywhere(name):
        places = layer_places(edition.space, name)
        if edition.space == "keras" and places:
            return fails(f"the layer {name} exists {where(places)}")
        return fails(f"{edition.shown} has no layer {name}")
    if case.cell.handover or (case.cell.companions and edition.space == "keras"):
        return unknown(f"a package in this cell may bring the class {name}")
    return fails(f"{name} is a class that Keras does not have, and nobody passes it")


def _may_be_passed(kind: str, name: str, case: Case) -> Judgement:
    """What the caller passes is known when it is imported, which is not before it is tested."""
    return unknown(f"{case.subject.passed} of --custom-objects may bring the {kind} {name}")


def _is_operation(one: KerasObject) -> bool:
    return one.module is not None and one.module.startswith("keras.src.ops")


def _refused(case: Case) -> Judgement | None:
    """A part of a configuration that a class does not take."""
    keras = case.contents.keras
    edition = edition_of(case)
    if keras is None or not (case.model.format in FILES or edition.remakes):
        return None
    by_module = edition.reads_modules or case.model.format is Format.KERAS_V3
    form = "keras" if keras.form == "keras" and by_module else "h5"
    for one in keras.objects:
        if one.name in _APART:
            continue
        found = refusal(edition.space, form, one.name, one.kinds, edition.at)
        insists = _insists(one, case, edition)
        if found is None or not _counts(one, found[1], insists=insists):
            continue
        if found[1] in ("class", "missing") or not _refused_by_writer(one, form, case):
            return fails(_sentence(one, *found, edition))
    return None


def _refused_by_writer(one: KerasObject, form: str, case: Case) -> bool:
    """Whether the Keras that wrote it seems to refuse it: then its parts are fine together.

    Values were asked one at a time. Some are taken only with another one, as `backward_layer`.
    """
    writer = nearest_release(case.model, catalogue())
    if writer is None:
        return False
    at = place_of(writer.minor)
    key, how = refusal("keras", form, one.name, one.kinds, at) or ("", "")
    return how == "value" or (how == "key" and key in arguments("keras", one.name, at))


def _counts(one: KerasObject, how: str, *, insists: bool) -> bool:
    """Whether it keeps a model from loading: a SavedModel has graphs that stand for many layers."""
    if how == "class":
        return one.is_layer and insists
    return insists or how != "value"


def _sentence(one: KerasObject, key: str, how: str, edition: Edition) -> str:
    if how == "class":
        return f"{edition.shown} does not make {one.name} from such a file"
    if how == "missing":
        return f"{one.name} needs {key} in {edition.shown}, and the file does not say it"
    if how == "value":
        value = one.config.get(key)
        shown = value.get("class_name") if isinstance(value, dict) else value
        return f"{one.name} does not take {key}={shown!s:.40} in {edition.shown}"
    releases = api_history().argument_releases(one.name, key, edition.space)
    taking = frozenset(map(api_history().releases.index, releases))
    elsewhere = f" (it does {where(taking)})" if taking else ""
    return f"{one.name} does not take {key} in {edition.shown}{elsewhere}"


def _activation(case: Case) -> Judgement | None:
    """An activation by a name that this Keras does not know."""
    keras = case.contents.keras
    if keras is None:
        return None
    edition = edition_of(case)
    for one, name in _activations(keras):
        insists = _insists(one, case, edition)
        if insists and not edition.has(f"activations.{name}") and not edition.has_layer(name):
            if case.subject.passed:
                return _may_be_passed("function", name, case)
            return fails(f"{edition.shown} has no activation {name}")
    return None


def _activations(keras: KerasContents) -> Iterator[tuple[KerasObject, str]]:
    for one in keras.objects:
        for key in _ACTIVATIONS & one.config.keys():
            value = one.config[key]
            if isinstance(value, dict) and value.get("class_name") == "function":
                value = value.get("config")
            if isinstance(value, str):
                yield one, value


RULES = (
    Rule(
        name="keras-class",
        judge=_missing,
        loaders=LOADERS,
        formats=_ALL,
        source="the classes that each Keras lists (matrix/catalogue/api_history.json.xz)",
    ),
    Rule(
        name="keras-argument",
        judge=_refused,
        loaders=LOADERS,
        formats=_ALL,
        source="what each Keras took when it was asked (matrix/catalogue/keras_configs.json.xz)",
    ),
    Rule(
        name="keras-activation",
        judge=_activation,
        loaders=LOADERS,
        formats=frozenset(FILES | {Format.SAVED_MODEL}),
        source="the activations that each Keras lists (matrix/catalogue/api_history.json.xz)",
    ),
)
