"""Which loaders exist for a format, and the checks they make in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.cells import Cell
from matrix.checks import Check
from matrix.model.facts import Format, ModelFacts

LOADERS = ("saved_model", "session", "keras", "tf_keras")

_GRAPHS = frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1})
_KERAS = frozenset({Format.KERAS_V3, Format.KERAS_H5, Format.WEIGHTS_H5})
# The first TensorFlow that can read the `.keras` zip format.
_KERAS_V3_FROM = (2, 12)


def loaders_for(model: ModelFacts, cell: Cell) -> Iterator[str]:
    """The loaders that exist for this format in a cell, in the order of the table."""
    if model.format in _GRAPHS:
        yield from ("saved_model", "session")
    if not_applicable(model, cell) is None:
        yield "keras"
    if cell.tf_keras:
        yield "tf_keras"


def not_applicable(model: ModelFacts, cell: Cell) -> str | None:
    """Why the `keras` loader cannot exist for this format here; `None` where it can."""
    if model.format is Format.KERAS_V3 and cell.release.minor < _KERAS_V3_FROM:
        return "the .keras format exists from TensorFlow 2.12 on"
    return None


def checks_for(number: int, model: ModelFacts, cell: Cell) -> Iterator[Check]:
    """The checks of one model in a cell."""
    for loader in loaders_for(model, cell):
        if loader in ("keras", "tf_keras"):
            yield from _compiled_or_not(number, str(model.load_path), loader)
        else:
            yield from _tagged(number, model, loader)


def _compiled_or_not(number: int, path: str, loader: str) -> Iterator[Check]:
    first = Check(
        model=number, path=path, loader=loader, variant="compile=True", options={"compile": True}
    )
    yield first
    yield Check(
        model=number,
        path=path,
        loader=loader,
        variant="compile=False",
        options={"compile": False},
        unless=first.id,
    )


def _tagged(number: int, model: ModelFacts, loader: str) -> Iterator[Check]:
    """One check, or one for each tag set where the file holds several graphs."""
    tag_sets = tuple(dict.fromkeys(model.tag_sets)) or (("serve",),)
    several = len(model.tag_sets) > 1
    for tags in tag_sets:
        # `tf.saved_model.load` takes a single graph whatever its tags are; a session needs them.
        asked = list(tags) if several or loader == "session" else None
        yield Check(
            model=number,
            path=str(model.load_path),
            loader=loader,
            variant=_tags_in_words(tags) if several else None,
            options={"tags": asked},
        )


def _tags_in_words(tags: Sequence[str]) -> str:
    # A comma in a tag must not make two tag sets look the same.
    return "tags=" + ",".join(tag.replace("\\", "\\\\").replace(",", "\\,") for tag in tags)
