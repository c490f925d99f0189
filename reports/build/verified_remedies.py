"""Remedies that this very run has tried: what loaded the model where one loader did not. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from matrix.catalogue.registration import HANDED
from matrix.model.facts import ModelFacts
from matrix.plan.loaders import UNSAFE
from matrix.results.conclude import CellResult, CheckResult, ModelResult
from reports.build.loading_advice import comfort
from reports.build.snippets import Place, Subject, snippet
from reports.build.summary import loads_there
from reports.report.cause import Remedy

_WORDS: Mapping[str, str] = {
    "keras": "tf.keras.models.load_model",
    "tf_keras": "tf_keras.models.load_model",
    "saved_model": "tf.saved_model.load",
    "session": "tf.compat.v1.saved_model.load in a session",
    "tfsm_layer": "keras.layers.TFSMLayer (a layer, not a model)",
    "graph": "tf.import_graph_def",
    "checkpoint": "tf.train.load_checkpoint",
    "tflite": "tf.lite.Interpreter",
}
_MOST = 4


def tried(
    model: ModelFacts, result: ModelResult, cell: CellResult, check: CheckResult, given: str = ""
) -> tuple[Remedy, ...]:
    """What loaded the model where this check did not, what asks least of a reader first.

    `given` is the caller's own file of custom objects.
    """
    subject = Subject.of(model.to_dict())
    found = [
        *_scripts(cell, check, given),
        *_in_the_cell(subject, cell, check),
        *_beside(subject, result, cell, check),
    ]
    return tuple(found[:_MOST])


def _scripts(cell: CellResult, check: CheckResult, given: str) -> Iterator[Remedy]:
    for attempt in cell.attempts:
        if attempt.loader == check.loader and attempt.loaded:
            text = f"Load it with {attempt.name}."
            if "stand-in" in attempt.name:
                # What hands on its input computes nothing of use: it shows what is missing.
                text = (
                    "Only the custom objects are missing: the model loads with stand-ins for them. "
                )
                text += f"{given} does not define them for this Keras. " if given else ""
                how = "like this" if given else "with --custom-objects or like this"
                text += f"Pass your own objects instead, {how}."
            yield Remedy(text=text, snippet=attempt.script, verified=True)


def _in_the_cell(subject: Subject, cell: CellResult, check: CheckResult) -> Iterator[Remedy]:
    for other in _loading(cell):
        same = other.loader == check.loader
        if same and (other.variant not in _HELPING or check.variant == other.variant):
            continue
        words = str(other.variant) if same else _WORDS.get(other.loader, other.loader)
        text = f"Load it with {words}."
        yield Remedy(text=text, snippet=_snippet(subject, cell, other), verified=True)


def _beside(
    subject: Subject, result: ModelResult, cell: CellResult, check: CheckResult
) -> Iterator[Remedy]:
    """The cells of the same release with something installed beside it."""
    for other in result.cells:
        here = other.cell.release.version == cell.cell.release.version
        if not here or other.cell.plain or not cell.cell.plain:
            continue
        loading = sorted(_loading(other), key=lambda one: one.loader != check.loader)
        if loading:
            wanted = other.cell.requirements
            words = _WORDS.get(loading[0].loader, loading[0].loader)
            text = f"Install {' and '.join(wanted)} as well and load it with {words} "
            text += f"(tested in {other.cell.id})."
            command = " ".join(map(shlex.quote, wanted))
            code = f"# pip install {command}\n{_snippet(subject, other, loading[0])}"
            yield Remedy(text=text, snippet=code, verified=True)


def _loading(cell: CellResult) -> Sequence[CheckResult]:
    found = [one for one in cell.checks if loads_there(one.verdict) and one.verdict.word in _WHOLE]
    return sorted(found, key=lambda one: comfort(one.loader))


_HELPING = ("compile=False", HANDED, UNSAFE)
# A death after the load is a load, but nothing to advise.
_WHOLE = ("runs", "differs", "loads")


def _snippet(subject: Subject, cell: CellResult, check: CheckResult) -> str:
    place = Place(
        tensorflow=str(cell.cell.release.version),
        imports=cell.cell.imports,
        handover=cell.cell.handover,
    )
    return snippet(check.loader, check.variant, subject, place)
