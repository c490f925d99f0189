"""Files that a Keras does not read whatever layers they have: their names, their dialects."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.version import Version

from matrix.model.facts import Format
from matrix.prediction.rule import Case, Judgement, Rule, fails, unknown
from matrix.prediction.rules.keras.edition import FILES, LOADERS, Edition, edition_of
from matrix.versions import version_of

_KERAS_V3 = frozenset({Format.KERAS_V3})
_JSON = frozenset({Format.KERAS_JSON})
_NAMES_OF_HDF5 = (".h5", ".hdf5")
_KERAS_3 = Version("3")
_DEPENDENCIES = "_layer_checkpoint_dependencies/"
_LAYER = re.compile(rf"{_DEPENDENCIES}(?P<name>[^/]*?)(?:_(?P<number>\d+))?(?=/|$)")
# Modules that are no public names of Keras, and those that tell by themselves that Keras 3 wrote
# them, or that it did not: an architecture does not say which Keras that was.
_INNER = ("src.", "engine.", "_legacy")
_GENERATIONS = {"engine.": False, "src.engine.": False, "src.models.": True, "src.ops.": True}
_OF_AXES = frozenset({"LayerNormalization"})


def _other_keras(case: Case) -> Judgement | None:
    """What is known of Keras 3 is known of its newest version."""
    if edition_of(case).is_3 and case.cell.has("keras"):
        return unknown("what is known of Keras 3 is known of its newest version only")
    return None


def _name(case: Case) -> Judgement | None:
    name = case.model.load_path.name
    if case.model.format is Format.KERAS_V3:
        if not name.endswith(".keras"):
            return fails("Keras reads this format only from a file that is named .keras")
        return None
    is_hdf5 = case.model.format is Format.KERAS_H5
    if is_hdf5 and edition_of(case).is_3 and not name.endswith(_NAMES_OF_HDF5):
        return fails("Keras 3 reads HDF5 only from a file that is named .h5 or .hdf5")
    return None


def _architecture(case: Case) -> Judgement | None:
    """Dialects of Keras 0 and 1, and how the layers of a Sequential were listed up to 2.2.2."""
    keras = case.contents.keras
    if keras is None:
        return None
    document = keras.document
    if not isinstance(document.get("class_name"), str) or "config" not in document:
        return fails("the configuration has no class_name and config: it is of Keras before 0.3")
    if not edition_of(case).is_3:
        return None
    for one in (document, *(entry.config for entry in keras.objects)):
        if isinstance(one.get("config"), list):
            return fails("a Sequential lists its layers as Keras before 2.2.3 did")
    return None


def _json_of_keras_2(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or not edition_of(case).is_3 or "module" in keras.document:
        return None
    return fails(
        "Keras 3 looks classes up by their module, and Keras before 2.13 did not write modules"
    )


def _modules(case: Case) -> Judgement | None:
    """Modules that are no part of the public Keras: each generation has them elsewhere."""
    keras = case.contents.keras
    if keras is None or keras.form != "keras":
        return None
    edition = edition_of(case)
    written_by = version_of(case.model.keras)
    of_keras_3 = None if written_by is None else written_by >= _KERAS_3
    # Keras 2 finds what is inside a model by its class.
    found = keras.objects if edition.is_3 else keras.objects[:1]
    if case.model.format is Format.KERAS_JSON and not edition.is_3:
        return None
    for one in found:
        if one.module and not _has_module(edition, one.module, of_keras_3=of_keras_3):
            return fails(f"{edition.shown} has no module {one.module}, where {one.name} is from")
    return None


def _has_module(edition: Edition, module: str, *, of_keras_3: bool | None) -> bool:
    package, _, inner = module.partition(".")
    if package == "tf_keras":
        return edition.space == "tf_keras"
    if package != "keras" or not inner.startswith(_INNER):
        return True
    told = [of for start, of in _GENERATIONS.items() if inner.startswith(start)]
    of_keras_3 = told[0] if told else of_keras_3
    if of_keras_3 is None:
        return True
    if of_keras_3 or edition.is_3:
        return of_keras_3 and edition.is_3
    # tf-keras takes `keras.src` for its own `tf_keras.src`.
    has_src = edition.space == "tf_keras" or edition.minor >= (2, 13)
    return inner.startswith("src.") == has_src


def _layout(case: Case) -> Judgement | None:
    """Where the weights are in a `.keras` file: 2.14 and 2.15 moved them, Keras 3 finds most."""
    keras = case.contents.keras
    if keras is None:
        return None
    edition = edition_of(case)
    in_layers = any(name.startswith("layers/") for name in keras.kept)
    in_dependencies = any(name.startswith(_DEPENDENCIES) for name in keras.kept)
    is_old = edition.space == "keras" and edition.minor < (2, 15)
    if in_layers and not in_dependencies and is_old:
        return fails("its weights are where only Keras 2.15 and later look for them")
    if not in_dependencies or in_layers:
        return None
    if not is_old and not edition.is_3:
        return fails("its weights are where only Keras up to 2.14 looks for them")
    in_turn = _numbered_in_turn(keras.kept)
    counts_twice = edition.space == "keras" and edition.minor < (2, 14)
    if in_turn is not None and in_turn == counts_twice:
        return fails("Keras up to 2.13 numbers the layers of a class otherwise than later ones")
    return None


def _numbered_in_turn(kept: Iterable[str]) -> bool | None:
    """Whether layers of one class are `dense`, `dense_1`; up to 2.13 the second is `dense_2`.

    `None` where no class has several layers with weights.
    """
    numbers: dict[tuple[str, str], set[int]] = {}
    for name in kept:
        for found in _LAYER.finditer(name):
            key = name[: found.start()], found["name"]
            numbers.setdefault(key, set()).add(int(found["number"] or 0))
    several = [known for known in numbers.values() if len(known) > 1]
    return all(known == set(range(len(known))) for known in several) if several else None


def _lost(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or not keras.lost:
        return None
    return fails(f"the file names {keras.lost[0]} among its weights, and it cannot be opened there")


def _uncalled(case: Case) -> Judgement | None:
    keras = case.contents.keras
    if keras is None or not keras.uncalled or not edition_of(case).is_3:
        return None
    name = keras.uncalled[0]
    return fails(f"Keras 2 counts the calls of the inner model {name} from 1, and Keras 3 from 0")


def _axes(case: Case) -> Judgement | None:
    """Keras 3 drops a list of axes of HDF5: the weights have other shapes then."""
    keras = case.contents.keras
    if keras is None or keras.form != "h5" or not edition_of(case).is_3 or not keras.weighted:
        return None
    for one in keras.objects:
        axis = one.config.get("axis")
        if one.name in _OF_AXES and isinstance(axis, list) and len(axis) > 1:
            return fails(f"Keras 3 forgets the axes {axis} of {one.name} when it reads HDF5")
    return None


RULES = (
    Rule(
        name="keras-lost-weights",
        judge=_lost,
        loaders=LOADERS,
        formats=frozenset({Format.KERAS_H5}),
        source="`load_weights_from_hdf5_group`, which opens all that the lists name",
    ),
    Rule(
        name="keras-inner-model",
        judge=_uncalled,
        loaders=LOADERS,
        formats=FILES,
        source="`functional_from_config` in keras/src/models/functional.py of Keras 3",
    ),
    Rule(
        name="keras-axes",
        judge=_axes,
        loaders=LOADERS,
        formats=FILES,
        source="`model_from_config` in keras/src/legacy/saving/saving_utils.py",
    ),
    Rule(
        name="keras-other-version",
        judge=_other_keras,
        loaders=LOADERS,
        formats=FILES,
        source="",
    ),
    Rule(
        name="keras-file-name",
        judge=_name,
        loaders=LOADERS,
        formats=FILES,
        source="`load_model` in keras/src/saving/saving_api.py",
    ),
    Rule(
        name="keras-dialect",
        judge=_architecture,
        loaders=LOADERS,
        formats=FILES,
        source="`Sequential.from_config` of Keras 3; `deserialize_keras_object` of Keras 2",
    ),
    Rule(
        name="keras-json-modules",
        judge=_json_of_keras_2,
        loaders=LOADERS,
        formats=_JSON,
        source="`model_from_json` in keras/src/models/model.py of Keras 3",
    ),
    Rule(
        name="keras-module",
        judge=_modules,
        loaders=LOADERS,
        formats=_KERAS_V3 | _JSON,
        source="`_retrieve_class_or_fn` in keras/src/saving/serialization_lib.py",
    ),
    Rule(
        name="keras-weights-layout",
        judge=_layout,
        loaders=LOADERS,
        formats=_KERAS_V3,
        source="`_load_container_state` in keras/src/saving/saving_lib.py of Keras 2.13 to 3",
    ),
)
