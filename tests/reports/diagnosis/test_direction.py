"""Advice about versions goes from the reader to the writer, never the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from packaging.version import Version

from matrix.catalogue.api_history import api_history
from reports.diagnosis.advising.advice import Advice, Releases
from reports.diagnosis.advising.direction import (
    as_new_as_writer,
    between,
    keras_that_has,
    same_keras,
    spans_of,
)
from reports.diagnosis.advising.packages import install_tf_keras
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

WRITERS: dict[str, dict[str, Any]] = {
    "Keras 3": {"keras_saved": "3.3.3"},
    "Keras 2": {"tf_saved": "2.9.1"},
    "unknown": {},
}
READERS: dict[str, dict[str, Any]] = {
    "Keras 3": {"loader": "keras", "tf_loaded": "2.17.1", "keras_loaded": "3.15.1"},
    "Keras 2": {"loader": "keras", "tf_loaded": "2.5.3"},
    "tf_keras": {"loader": "tf_keras", "tf_loaded": "2.17.1"},
    "unknown": {},
}
TO_KERAS_3 = "load it with Keras 3, which is in TensorFlow 2.16 or newer."
TF_KERAS = "load it with tf-keras, which is Keras 2."
EXPECTED = {
    ("Keras 3", "Keras 3"): ["use Keras 3.3.3, which saved it."],
    ("Keras 3", "Keras 2"): [TO_KERAS_3],
    ("Keras 3", "tf_keras"): ["load it with keras.models.load_model: tf-keras is Keras 2."],
    ("Keras 3", "unknown"): [TO_KERAS_3],
    ("Keras 2", "Keras 3"): [TF_KERAS, "load it with TensorFlow 2.9 to 2.15."],
    ("Keras 2", "Keras 2"): ["load it with TensorFlow 2.9 to 2.15."],
    ("Keras 2", "tf_keras"): [
        "load it with TensorFlow 2.9, which saved it, and save it again there."
    ],
    ("Keras 2", "unknown"): [TF_KERAS, "load it with TensorFlow 2.9 to 2.15."],
    ("unknown", "Keras 3"): [
        "If Keras 3 saved the file: use the Keras 3 version that saved it, or a newer one "
        "(Keras 3.15 needs Python 3.11 or newer).",
        f"If Keras 2 saved the file: {TF_KERAS}",
        "If Keras 2 saved the file: load it with TensorFlow 2.15 or older.",
    ],
    ("unknown", "Keras 2"): [
        f"If Keras 3 saved the file: {TO_KERAS_3}",
        "If Keras 2 saved the file: load it with the TensorFlow release that saved it "
        "(2.15 or older).",
    ],
    ("unknown", "tf_keras"): [
        "If Keras 3 saved the file: load it with keras.models.load_model: tf-keras is Keras 2.",
        "If Keras 2 saved the file: load it with the TensorFlow release that saved it "
        "(2.15 or older).",
    ],
    ("unknown", "unknown"): [
        f"If Keras 3 saved the file: {TO_KERAS_3}",
        f"If Keras 2 saved the file: {TF_KERAS}",
        "If Keras 2 saved the file: load it with TensorFlow 2.15 or older.",
    ],
}


def _texts(advised: Iterable[Advice]) -> list[str]:
    return [one.text for one in advised]


def _model(writer: str, reader: str, message: str = "") -> Symptom:
    return Symptom(message=message, **WRITERS[writer], **READERS[reader])


@pytest.mark.parametrize(("writer", "reader"), EXPECTED)
def test_who_wrote_and_who_reads_decide(writer: str, reader: str) -> None:
    told = _texts(same_keras(_model(writer, reader)))
    assert [text[:1].lower() + text[1:] for text in told] == [
        text[:1].lower() + text[1:] for text in EXPECTED[writer, reader]
    ]


@pytest.mark.parametrize("reader", READERS)
def test_no_file_is_sent_to_the_other_keras(reader: str) -> None:
    to_keras_3, to_keras_2 = (
        list(same_keras(_model(writer, reader))) for writer in ("Keras 3", "Keras 2")
    )
    assert not any(one.loader == "tf_keras" for one in to_keras_3)
    old, new = Version("2.15"), Version("2.16")
    assert not any(one.releases and old in one.releases for one in to_keras_3)
    assert not any(one.releases and new in one.releases for one in to_keras_2)


@pytest.mark.parametrize(
    ("words", "keras_3"),
    [
        ("{'module': 'keras.src.models.functional', 'class_name': 'Functional'}", True),
        ("its parent module keras.src.models.functional cannot be imported", True),
        ("{'module': 'keras.src.engine.functional', 'class_name': 'Functional'}", False),
        ("{'class_name': 'Policy', 'config': {'name': 'mixed_float16'}}", False),
        ("passed to LSTM: {'batch_input_shape': (1, 1, 7)}", False),
        # The class of an object is that of the reader.
        ("Received: <class 'keras.src.models.functional.Functional'>", None),
    ],
)
def test_words_of_the_config_tell_who_wrote_it(words: str, keras_3: bool | None) -> None:
    told = " ".join(_texts(same_keras(Symptom(message=words))))
    assert ("Keras 3" in told, "tf-keras" in told) == (keras_3 is not False, keras_3 is not True)


def test_keras_is_never_advised_as_old_as_a_reader_that_failed() -> None:
    newer = Symptom(keras_saved="3.12.0", keras_loaded="3.3.3", loader="keras")
    (advised,) = same_keras(newer)
    assert (advised.text, advised.requirement) == ("Use Keras 3.12.0 or newer.", "keras>=3.12.0")


def test_a_file_of_keras_1_is_sent_to_the_keras_that_converts_it() -> None:
    (advised,) = same_keras(Symptom(keras_saved="1.1.1", tf_loaded="2.17.1", loader="keras"))
    assert "keras 2.0 to 2.2" in advised.text


def test_words_of_keras_1_are_enough() -> None:
    (advised,) = same_keras(Symptom(message="Improper config: {'layers': [{'nb_filter': 3}]}"))
    assert "keras 2.0 to 2.2" in advised.text


def test_the_release_that_failed_is_never_advised() -> None:
    told = _texts(same_keras(Symptom(tf_saved="2.9.1", tf_loaded="2.9.3", loader="keras")))
    assert told == ["Build the model in code, and load its weights."]


@pytest.mark.parametrize("tf", ["2.13.1", "2.15.0"])
def test_a_writer_among_the_last_of_keras_2_is_known_by_its_keras(tf: str) -> None:
    told = _texts(same_keras(Symptom(keras_saved=tf, tf_loaded="2.12.1", loader="keras")))
    minor = ".".join(tf.split(".")[:2])
    assert told == [f"Load it with {Releases(first=minor, last='2.15')}."]


@pytest.mark.parametrize(
    ("name", "argument", "reader", "told"),
    [
        # Added: to newer releases, of the writer's Keras where that is known.
        ("Conv2D", "groups", {"tf_loaded": "2.2.3"}, ["Load it with TensorFlow 2.3 or newer."]),
        (
            "Conv2D",
            "groups",
            {"tf_loaded": "2.2.3", "tf_saved": "2.4.1"},
            ["Load it with TensorFlow 2.3 to 2.15."],
        ),
        ("InputLayer", "batch_shape", {}, ["Load it with TensorFlow 2.16 or newer."]),
        ("Functional", "", {"tf_loaded": "2.1.4"}, ["Load it with TensorFlow 2.3 or newer."]),
        # Removed: to older ones, or to tf-keras, which still has it.
        (
            "LSTM",
            "time_major",
            {"tf_loaded": "2.17.1"},
            ["Load it with tf-keras, which is Keras 2.", "Load it with TensorFlow 2.15 or older."],
        ),
        (
            "LocallyConnected1D",
            "",
            {},
            ["Load it with tf-keras, which is Keras 2.", "Load it with TensorFlow 2.15 or older."],
        ),
    ],
)
def test_a_class_or_argument_sends_to_where_it_is(
    name: str, argument: str, reader: dict[str, Any], told: list[str]
) -> None:
    assert _texts(keras_that_has(Symptom(**reader), name, argument)) == told


@pytest.mark.parametrize("name", ["Dense", "NoSuchLayer"])
def test_what_every_release_has_or_none_tells_no_direction(name: str) -> None:
    symptom = Symptom(tf_loaded="2.17.1", loader="keras")
    assert _texts(keras_that_has(symptom, name)) == _texts(same_keras(symptom))


@pytest.mark.parametrize(
    ("writer", "reader", "told"),
    [
        ("2.12.0", "2.8.4", "Load it with TensorFlow 2.12 or newer, or save it again"),
        ("2.12.0", "", "Load it with TensorFlow 2.12 or newer, or save it again"),
        ("2.8.0", "2.12.1", "Save the model again with the TensorFlow release that has to load it"),
        ("", "2.8.4", "Load it with the TensorFlow release that wrote it, or a newer one (newer"),
        ("", "", "Load it with the TensorFlow release that wrote it, or a newer one."),
    ],
)
def test_a_graph_needs_a_reader_as_new_as_its_writer(writer: str, reader: str, told: str) -> None:
    (advised,) = as_new_as_writer(Symptom(tf_saved=writer, tf_loaded=reader))
    assert advised.text.startswith(told)


def test_a_reader_that_failed_is_none_of_the_newer_ones() -> None:
    (advised,) = as_new_as_writer(Symptom(tf_loaded="2.8.4"))
    assert advised.releases == Releases(first="2.9")


@pytest.mark.parametrize(
    ("having", "spans"),
    [
        (("2.9.3", "2.10.1", "2.11.1"), ["TensorFlow 2.9 to 2.11"]),
        (("1.15.5", "2.0.4"), ["TensorFlow 2.0 or older"]),
        (("2.20.0", "2.21.0"), ["TensorFlow 2.20 or newer"]),
        (("1.15.5", "2.21.0"), ["TensorFlow 1.15 or older", "TensorFlow 2.21 or newer"]),
        (("2.9.3",), ["TensorFlow 2.9"]),
        ((), []),
    ],
)
def test_releases_are_told_as_ranges_without_a_gap(
    having: tuple[str, ...], spans: list[str]
) -> None:
    assert [str(span) for span in spans_of(having)] == spans


def test_an_op_that_came_is_looked_for_in_newer_releases() -> None:
    op = _op(first="2.12.1", last=api_history().releases[-1])
    assert _texts(between(api_history().op_releases(op), instead="Save it again.")) == [
        "Load it with TensorFlow 2.12 or newer."
    ]


def test_an_op_that_went_is_looked_for_in_older_ones_and_may_be_replaced() -> None:
    op = _op(first=api_history().releases[0], last="2.4.4")
    assert _texts(between(api_history().op_releases(op), instead="Save it again.")) == [
        "Load it with TensorFlow 2.4 or older.",
        "Save it again.",
    ]


def _op(*, first: str, last: str) -> str:
    """An op that the history has from one release to another."""
    history = api_history()
    spans = ((op, history.op_releases(op)) for op in history.ops)
    return next(op for op, having in spans if having and (having[0], having[-1]) == (first, last))


@pytest.mark.parametrize(
    ("text", "keras_3"),
    [
        ("ValueError: Unrecognized keyword arguments passed to Dense: {'a': 1}", True),
        (
            "ValueError: Unable to restore custom object of class 'Odd' (type _tf_keras_layer). "
            "Please make sure that this class is included in the `custom_objects` arg",
            False,
        ),
        # TensorFlow 2.16 still has a copy of Keras 2 that nobody calls.
        ("TypeError: ('Keyword argument not understood:', 'groups')", None),
        ("ValueError: Unknown layer: Odd", None),
        ("OSError: Unable to open file (file signature not found)", None),
    ],
)
def test_the_sentence_tells_which_keras_reads(text: str, keras_3: bool | None) -> None:
    assert Symptom(message=text).keras_3 is keras_3


def test_an_argument_that_came_within_keras_3_has_its_version_and_its_python() -> None:
    reader = Symptom(keras_loaded="3.10.0", keras_saved="3.15.1")
    (told,) = keras_that_has(reader, "Dense", "quantization_config")
    assert told.text == "Use Keras 3.13 or newer (Keras 3.13 needs Python 3.11 or newer)."
    assert told.snippet == 'pip install "keras>=3.13"'


@pytest.mark.parametrize(
    ("loaded", "begins"),
    [
        pytest.param("2.17.1", 'pip install "tf-keras~=2.17.0"', id="known"),
        pytest.param("2.13.1", "# As your TensorFlow; ", id="older-than-tf-keras"),
        pytest.param("", "# As your TensorFlow; ", id="unknown"),
    ],
)
def test_tf_keras_is_never_installed_without_a_version(loaded: str, begins: str) -> None:
    assert install_tf_keras(Symptom(tf_loaded=loaded)).startswith(begins)


_NO_KERNEL = (
    "No OpKernel was registered to support Op 'ApproxTopK' used by {{node p}} with these attrs: "
    "[k=2]\nRegistered devices: [CPU]\nRegistered kernels:\n  device='XLA_CPU_JIT'; T in [DT_FLOAT]"
)


@pytest.mark.parametrize(
    ("message", "loaded", "cause"),
    [
        pytest.param(_NO_KERNEL, "2.10.1", Cause.UNREGISTERED_OP, id="before-its-kernel"),
        pytest.param(_NO_KERNEL, "2.15.1", Cause.DEVICE_OR_GPU, id="with-its-kernel"),
        pytest.param(
            f"{_NO_KERNEL}\n  device='CPU'; T in [DT_HALF]",
            "2.10.1",
            Cause.DEVICE_OR_GPU,
            id="for-other-types",
        ),
    ],
)
def test_a_kernel_that_newer_releases_have_is_a_matter_of_the_release(
    message: str, loaded: str, cause: Cause
) -> None:
    assert diagnose(Symptom(message=message, tf_loaded=loaded)).cause is cause
