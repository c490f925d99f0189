"""Sentences of the releases are found in a text, however it was cut, wrapped or retyped."""

from __future__ import annotations

import time

import pytest

from reports.diagnosis.sentences.dating import dated
from reports.diagnosis.sentences.raised import Raised, raised

MISSING = (
    "Unknown layer: 'Crop'. Please ensure you are using a `keras.utils.custom_object_scope` and "
    "that this object is included in the scope. See https://www.tensorflow.org/guide/keras/"
    "save_and_serialize#registering_the_custom_object for details."
)
OP = (
    "Op type not registered 'MergeSemantic' in binary running on host. Make sure the Op and Kernel "
    "are registered in the binary running in this process."
)


def first(text: str) -> Raised:
    return raised(text)[0]


def test_sentence_has_place_type_holes_and_releases() -> None:
    found = first(f"ValueError: {MISSING}")
    assert found.template.startswith("Unknown {}: '{}'. Please ensure you are using")
    assert found.holes == ("layer", "Crop")
    assert (found.package, found.kind) == ("keras", "ValueError")
    assert found.module.startswith("keras.")
    assert found.function.endswith("keras_object")
    assert {"2.12.1", "2.15.1"} <= set(found.releases)
    assert not {"2.3.4", "2.9.3"} & set(found.releases)
    assert found.share == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MISSING, id="without-its-type"),
        pytest.param(MISSING.split("'Crop'. ")[1], id="without-its-begin"),
        pytest.param(MISSING[:110], id="cut"),
        pytest.param(MISSING[:105] + "...", id="cut-with-dots"),
        pytest.param(MISSING.replace("`", "'"), id="other-quotes"),
        pytest.param(MISSING.replace(" ", "  \n", 20), id="wrapped-between-words"),
        pytest.param(
            "\n".join(MISSING[start : start + 61] for start in range(0, len(MISSING), 61)),
            id="wrapped-within-words",
        ),
        pytest.param(MISSING[0].lower() + MISSING[1:], id="small-letter"),
        pytest.param(MISSING.replace("you are using", "you're using"), id="other-word"),
        pytest.param(f"I got this today:\n{MISSING}\nWhat can I do?", id="within-a-mail"),
    ],
)
def test_sentence_is_found_however_it_is_shown(text: str) -> None:
    assert "Please ensure you are using a `keras.utils.custom_object_scope`" in first(text).template


def test_words_of_a_library_come_in_pieces() -> None:
    found = raised(OP)
    assert {one.package for one in found} == {"native"}
    named = next(one for one in found if one.template.startswith("Op type not registered"))
    assert named.holes[0] == "MergeSemantic"


def test_two_exceptions_are_two_sentences() -> None:
    found = raised(f"{OP}\n\nDuring handling of the above exception:\n\nValueError: {MISSING}")
    assert {one.package for one in found} >= {"native", "keras"}


def test_frames_say_which_of_several_places_raised_it() -> None:
    frame = 'File "/usr/lib/site-packages/tf_keras/src/saving/legacy/serialization.py", line 9'
    found = raised(f"{frame}\nValueError: {MISSING}")
    assert found[0].package == "tf_keras"
    assert min(found[0].releases, key=lambda release: int(release.split(".")[1])) == "2.16.2"


def test_line_is_that_of_the_text() -> None:
    text = f"I got this:\n    ValueError: {MISSING}\nWhat now?"
    assert first(text).line == f"ValueError: {MISSING}"


def test_module_that_loads_models_is_likely_where_nothing_else_tells() -> None:
    found = first("ValueError: Unknown layer: Functional")
    assert "serial" in found.module or "saving" in found.module


@pytest.mark.parametrize(
    "text",
    [
        "",
        "list index out of range",
        "No module named 'mylib'",
        "It must be a",
        "Segmentation fault (core dumped)",
        "The weather is nice and the model should be a friend of the file.",
        "KeyError: 'layers'",
        "must be must be must be must be",
        "{} {} {}",
    ],
)
def test_other_texts_are_no_sentence_of_python_packages(text: str) -> None:
    assert [one for one in raised(text) if one.package != "native"] == []


def test_sentence_dates_a_text_without_a_version() -> None:
    found = dated(raised(f"ValueError: {MISSING}"))
    assert found is not None
    assert str(found).startswith("The code of TensorFlow 2.1")
    assert "keras_object)" in str(found)


def test_sentence_of_every_release_dates_nothing() -> None:
    found = dated(raised("Op type not registered 'A' in binary running on host."))
    assert found is None or str(found) == ""


def test_words_that_no_release_has_date_nothing() -> None:
    assert dated(raised("IndexError: list index out of range")) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("unable to open file " * 3000, id="short-sentence"),
        pytest.param("unable to\nopen file\n" * 3000, id="broken-lines"),
        pytest.param("Unknown layer: " * 4000, id="holes"),
        pytest.param("a\n" * 30_000, id="lines"),
        pytest.param("'" * 60_000, id="quotes"),
        pytest.param(MISSING[:150] * 400, id="long-sentence"),
        pytest.param("x" * 60_000, id="one-word"),
        pytest.param(" \n" * 30_000, id="blank"),
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    begun = time.process_time()
    dated(raised(text))
    assert time.process_time() - begun < 2
