"""Advice about versions, from who wrote a model, who reads it and what the releases know.

Where writer or reader is unknown, both directions are said, each with its condition. The same
question has one answer here, whatever rule asks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from matrix.versions import version_in
from reports.diagnosis.advice import Advice, Releases, advice
from reports.diagnosis.symptom import Symptom

FIRST_OF_KERAS_3, LAST_OF_KERAS_2 = "2.16", "2.15"
KERAS_3_RELEASES = Releases(first=FIRST_OF_KERAS_3)
KERAS_2_RELEASES = Releases(last=LAST_OF_KERAS_2)
# How the configs of each Keras name their classes and arguments.
_WORDS_OF_KERAS_3 = re.compile(
    r"keras\.src\.(?:models|layers|ops|dtype_policies|saving|optimizers\.\w+'|backend\.common)\b|"
    r"['\"]class_name['\"]: ['\"]DTypePolicy|['\"]batch_shape['\"]"
)
_WORDS_OF_KERAS_2 = re.compile(
    r"keras\.src\.engine|\bkeras\.engine\b|tensorflow\.python\.keras|tensorflow_core\.python\.keras|"
    r"['\"]batch_input_shape['\"]|['\"]class_name['\"]: ['\"]Policy['\"]"
)


def written_by_keras_3(symptom: Symptom) -> bool | None:
    """Whether Keras 3 wrote the config, by the file or by how its words name things."""
    if symptom.saved_by_keras_3 is not None:
        return symptom.saved_by_keras_3
    new, old = (
        bool(words.search(symptom.config_text)) for words in (_WORDS_OF_KERAS_3, _WORDS_OF_KERAS_2)
    )
    return new if new != old else None


def same_keras(
    symptom: Symptom, _found: object = None, *, keras_3: bool | None = None
) -> Iterator[Advice]:
    """How to load the model with the Keras that wrote it; `keras_3` is what a rule knows of it."""
    writer = written_by_keras_3(symptom) if keras_3 is None else keras_3
    if writer is not False:
        yield from _of_keras_3(symptom, "" if writer else "If Keras 3 saved the file: ")
    if writer is not True:
        yield from _of_keras_2(symptom, "" if writer is False else "If Keras 2 saved the file: ")


def _of_keras_3(symptom: Symptom, condition: str) -> Iterator[Advice]:
    if symptom.keras_3 is not False:
        version = symptom.keras_saved if version_in(symptom.keras_saved) else ""
        wanted = f"Keras {version} or newer" if version else "the Keras 3 version that saved it"
        package = f"keras>={version}" if version else "keras"
        advised = Advice(
            text=f"use {wanted}, on TensorFlow 2.16 or newer.",
            snippet=f'pip install -U "{package}"',
            requirement=package,
            releases=KERAS_3_RELEASES,
        )
    elif symptom.loader == "tf_keras":
        text = "load it with keras.models.load_model: tf-keras is Keras 2."
        advised = Advice(text=text, loader="keras", releases=KERAS_3_RELEASES)
    else:
        text = "load it with Keras 3, which is in TensorFlow 2.16 or newer."
        advised = Advice(text=text, releases=KERAS_3_RELEASES)
    yield _told(condition, advised)


def _of_keras_2(symptom: Symptom, condition: str) -> Iterator[Advice]:
    if symptom.keras_3 is not False:
        advised = Advice(
            text="load it with tf-keras, which is Keras 2.",
            snippet="pip install tf-keras\ntf_keras.models.load_model(path)",
            loader="tf_keras",
            requirement="tf-keras",
        )
        yield _told(condition, advised)
        text = f"load it with {KERAS_2_RELEASES}."
        yield _told(condition, Advice(text=text, loader="keras", releases=KERAS_2_RELEASES))
        return
    writer = minor_text(symptom.tf_saved) or _release_with_keras(symptom.keras_saved)
    if writer:
        text = f"load it with TensorFlow {writer}, which saved it, and save it again there."
        advised = Advice(text=text, releases=Releases(first=writer, last=writer))
    else:
        text = "load it with the TensorFlow release that saved it (2.15 or older)."
        advised = Advice(text=text, releases=KERAS_2_RELEASES)
    yield _told(condition, advised)


def as_new_as_writer(symptom: Symptom, _found: object = None) -> Iterator[Advice]:
    """For a graph that is newer than its reader."""
    writer = minor_text(symptom.tf_saved)
    if writer and not _older(symptom, writer):
        # A release as new as the writer cannot be told to be newer.
        yield advice("Save the model again with the TensorFlow release that has to load it.")
    elif writer:
        releases = Releases(first=writer)
        yield Advice(
            text=f"Load it with {releases}, or save it again with the older one.", releases=releases
        )
    else:
        text = f"Load it with the TensorFlow release that wrote it, or a newer one{_than(symptom)}."
        yield Advice(text=text, releases=_after(symptom))


def between(having: Iterable[str], instead: str) -> Iterator[Advice]:
    """To releases that have what is missing, by its history; `instead` is for a gone thing."""
    spans = spans_of(having)
    for span in spans:
        yield Advice(text=f"Load it with {span}.", releases=span)
    if not spans or spans[-1].last:
        yield advice(instead)


def spans_of(having: Iterable[str]) -> tuple[Releases, ...]:
    """Releases of the history as ranges without a gap; the ends of the history are open."""
    known = [minor_text(release) for release in api_history().releases]
    places = sorted({known.index(minor_text(release)) for release in having})
    starts = [place for place in places if place - 1 not in places]
    ends = [place for place in places if place + 1 not in places]
    return tuple(
        Releases(
            first=known[start] if start else "",
            last=known[end] if end + 1 < len(known) else "",
        )
        for start, end in zip(starts, ends, strict=True)
        if start or end + 1 < len(known)
    )


def _release_with_keras(keras: str) -> str:
    """The first TensorFlow that has a Keras 2 of that minor version; empty where none is known."""
    wanted, history = minor_text(keras), api_history()
    pairs = zip(history.releases, history.keras["keras"], strict=True)
    return next((minor_text(tf) for tf, has in pairs if wanted and minor_text(has) == wanted), "")


def minor_text(version: str) -> str:
    """`2.16` of `2.16.2`; empty where it is no version."""
    known = version_in(version)
    return ".".join(map(str, known.release[:2])) if known else ""


def _told(condition: str, advised: Advice) -> Advice:
    """The advice under its condition; without one it begins a sentence."""
    text = advised.text
    return replace(advised, text=condition + text if condition else text[:1].upper() + text[1:])


def _older(symptom: Symptom, writer: str) -> bool:
    return symptom.tf is None or symptom.tf.release[:2] < Version(writer).release[:2]


def _than(symptom: Symptom) -> str:
    return (
        f" (newer than {minor_text(symptom.tf_loaded)})"
        if symptom.tf and not symptom.in_cell
        else ""
    )


def _after(symptom: Symptom) -> Releases | None:
    """The releases after the one that reads, as far as the history goes."""
    known = [minor_text(release) for release in api_history().releases]
    here = minor_text(symptom.tf_loaded)
    later = known[known.index(here) + 1 :] if here in known else []
    return Releases(first=later[0]) if later else None
