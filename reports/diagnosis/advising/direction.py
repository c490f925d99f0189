"""Advice about versions, from who wrote a model, who reads it and what the releases know.

Where writer or reader is unknown, both directions are said, each with its condition. The same
question has one answer here, whatever rule asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from matrix.catalogue.keras import KerasRelease, keras_releases
from matrix.versions import version_in
from reports.diagnosis.advising.advice import Advice, Releases, advice
from reports.diagnosis.advising.packages import install_tf_keras
from reports.diagnosis.advising.writer import (
    minor_text,
    older_than,
    release_of_writer,
    written_by_keras_1,
    written_by_keras_3,
)
from reports.diagnosis.symptom import Symptom

FIRST_OF_KERAS_3, LAST_OF_KERAS_2 = "2.16", "2.15"
KERAS_3_RELEASES = Releases(first=FIRST_OF_KERAS_3)
KERAS_2_RELEASES = Releases(last=LAST_OF_KERAS_2)


# Arguments that came within Keras 3, and the first minor with them: looked up in its packages.
_NEW_IN_KERAS_3 = {"quantization_config": "3.13"}


def same_keras(
    symptom: Symptom, _found: object = None, *, keras_3: bool | None = None
) -> Iterator[Advice]:
    """How to load the model with the Keras that wrote it; `keras_3` is what a rule knows of it."""
    writer = written_by_keras_3(symptom) if keras_3 is None else keras_3
    if writer is not False:
        yield _told("" if writer else "If Keras 3 saved the file: ", _of_keras_3(symptom))
    if writer is not True:
        condition = "" if writer is False else "If Keras 2 saved the file: "
        for advised in _of_keras_2(symptom):
            yield _told(condition, advised)


def keras_that_has(symptom: Symptom, name: str, argument: str = "") -> Iterator[Advice]:
    """How to load a model with a Keras that has a class, or an argument of its constructor.

    Without a name it is an argument of any class. The writer's generation is asked first, if it is
    known. Where the histories say nothing, or say that the reader has it, it is the Keras that
    wrote the model.
    """
    having, legacy = (_having(name, argument, space) for space in ("keras", "tf_keras"))
    writer = written_by_keras_3(symptom)
    if writer is None:
        writer = _generation(having)
    fitting = [r for r in having if writer is None or _is_keras_3(r) is writer]
    spans = spans_of(fitting)
    if writer and symptom.keras_3:
        # Both are Keras 3: what is missing came with a newer version of it.
        since = _NEW_IN_KERAS_3.get(argument)
        yield from [_since(since)] if since else same_keras(symptom, keras_3=True)
        return
    has_it = minor_text(symptom.tf_loaded) in map(minor_text, having)
    if not spans or has_it or symptom.loader == "tf_keras":
        yield from same_keras(symptom, keras_3=writer)
        return
    if legacy and writer is False and symptom.keras_3 is not False:
        yield _told("", _with_tf_keras(symptom))
    for span in spans:
        yield Advice(text=f"Load it with {span}.", releases=span)


def as_new_as_writer(symptom: Symptom, _found: object = None) -> Iterator[Advice]:
    """For a graph that is newer than its reader."""
    writer = minor_text(symptom.tf_saved)
    if writer and older_than(symptom, writer) is False:
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


def _with_tf_keras(symptom: Symptom) -> Advice:
    return Advice(
        text="load it with tf-keras, which is Keras 2.",
        snippet=f"{install_tf_keras(symptom)}\n"
        "import tf_keras\nmodel = tf_keras.models.load_model(path)",
        loader="tf_keras",
        requirement="tf-keras",
    )


def _of_keras_3(symptom: Symptom) -> Advice:
    """For a file of Keras 3."""
    if symptom.loader == "tf_keras":
        text = "load it with keras.models.load_model: tf-keras is Keras 2."
        return Advice(text=text, loader="keras", releases=KERAS_3_RELEASES)
    if not symptom.keras_3:
        text = "load it with Keras 3, which is in TensorFlow 2.16 or newer."
        return Advice(text=text, releases=KERAS_3_RELEASES)
    saved = version_in(symptom.keras_saved)
    if saved is None:
        newest = keras_releases()[-1]
        text = f"use the Keras 3 version that saved it, or a newer one{_python_of(newest)}."
        return Advice(text=text, snippet="pip install -U keras", requirement="keras")
    newer = symptom.keras is None or symptom.keras < saved
    package = f"keras>={saved}" if newer else f"keras=={saved}"
    text = f"use Keras {saved} or newer." if newer else f"use Keras {saved}, which saved it."
    return Advice(text=text, snippet=f'pip install "{package}"', requirement=package)


def _since(first: str) -> Advice:
    """To the first Keras 3 that has something, or a newer one."""
    release = next(one for one in keras_releases() if minor_text(str(one.version)) == first)
    text = f"Use Keras {first} or newer{_python_of(release)}."
    package = f"keras>={first}"
    return Advice(text=text, snippet=f'pip install "{package}"', requirement=package)


def _python_of(release: KerasRelease) -> str:
    """Which Python a Keras needs: beside an older one, pip installs an older Keras in silence."""
    least = str(release.python).removeprefix(">=")
    return f" (Keras {minor_text(str(release.version))} needs Python {least} or newer)"


def _of_keras_2(symptom: Symptom) -> Iterator[Advice]:
    """For a file of Keras 2, or of Keras 1."""
    if written_by_keras_1(symptom):
        text = (
            "load it with the package keras 2.0 to 2.2, which converts files of Keras 1, and save "
            "it again there. tf.keras does not convert them."
        )
        yield advice(text)
        return
    writer = release_of_writer(symptom)
    if symptom.keras_3 is not False:
        yield _with_tf_keras(symptom)
        yield _to_keras_2(writer)
    elif writer and older_than(symptom, writer):
        yield _to_keras_2(writer)
    elif writer and writer == minor_text(symptom.tf_loaded):
        yield advice("build the model in code, and load its weights.")
    elif writer and Version(writer) <= Version(LAST_OF_KERAS_2):
        text = f"load it with TensorFlow {writer}, which saved it, and save it again there."
        yield Advice(text=text, releases=Releases(first=writer, last=writer))
    else:
        text = "load it with the TensorFlow release that saved it (2.15 or older)."
        yield Advice(text=text, releases=KERAS_2_RELEASES)


def _to_keras_2(writer: str) -> Advice:
    """To the releases with Keras 2 that are not older than the writer."""
    first = writer if writer and Version(writer) <= Version(LAST_OF_KERAS_2) else ""
    first = "" if first and Version(first) <= Version(api_history().releases[0]) else first
    releases = Releases(first=first, last=LAST_OF_KERAS_2)
    return Advice(text=f"load it with {releases}.", loader="keras", releases=releases)


def _having(name: str, argument: str, space: str) -> list[str]:
    history = api_history()
    if argument:
        names = [name] if name else _classes_with(argument, space)
        having = {r for one in names for r in history.argument_releases(one, argument, space)}
        return sorted(having, key=Version)
    return list(history.class_releases(name, space))


def _classes_with(argument: str, space: str) -> list[str]:
    classes = api_history().classes[space]
    return [
        name.rpartition(".")[2]
        for name, spans in classes.items()
        if any(argument in arguments for _, _, arguments in spans)
    ]


def only_in_keras_3(name: str, argument: str) -> bool:
    """Whether no release with Keras 2 has an argument of a class, but one with Keras 3 has."""
    return _generation(_having(name, argument, "keras")) is True


def _generation(having: Iterable[str]) -> bool | None:
    """Whether only Keras 3 has it, or only Keras 2; `None` where both do, or none."""
    generations = {_is_keras_3(release) for release in having}
    return generations.pop() if len(generations) == 1 else None


def _is_keras_3(release: str) -> bool:
    return Version(release).release[:2] >= Version(FIRST_OF_KERAS_3).release[:2]


def _told(condition: str, advised: Advice) -> Advice:
    """The advice under its condition; without one it begins a sentence."""
    text = advised.text
    return replace(advised, text=condition + text if condition else text[:1].upper() + text[1:])


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
