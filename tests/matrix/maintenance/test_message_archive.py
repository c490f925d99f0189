"""The archive of messages: spans of editions, the same bytes each time, found by their words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.message_words import number
from matrix.catalogue.messages import Messages, Sentence
from matrix.maintenance.message_archive import Answer, packed

LAYER = "Unknown layer {}. Give it as custom_objects."
KERAS_2 = ("keras", "keras.engine", "load", "ValueError")
KERAS_3 = ("keras", "keras.src.saving", "load", "ValueError")


def answer(*raised: list[str], native: tuple[list[str], ...] = ()) -> dict[str, Any]:
    return {"raised": list(raised), "native": list(native)}


ANSWERS: list[Answer] = [
    (("tensorflow", "2.14.1"), answer([LAYER, *KERAS_2])),
    (("tensorflow", "2.15.1"), answer([LAYER, *KERAS_2])),
    (
        ("tensorflow", "2.16.2"),
        answer(
            [LAYER, *KERAS_3],
            ["Of tf-keras alone here", "tf_keras", "tf_keras.src", "load", "ValueError"],
            native=(["Op type not registered '{}", "tensorflow"],),
        ),
    ),
    (
        ("tf_keras", "2.16.2"),
        answer(["Of tf-keras alone here", "tf_keras", "tf_keras.src", "load", "ValueError"]),
    ),
    (("keras", "3.5.0"), answer([LAYER, *KERAS_3])),
]


@pytest.fixture
def known(tmp_path: Path) -> Messages:
    place = tmp_path / "messages.zip"
    place.write_bytes(packed(ANSWERS))
    return Messages(place)


def sentence(known: Messages, start: str) -> Sentence:
    return next(one for one in known if one.template.startswith(start))


def test_sentence_is_found_by_a_group_of_its_words(known: Messages) -> None:
    words = ["unknown", "layer", "give", "it", "as", "custom_objects"]
    groups = [words[:2], *(words[start : start + 3] for start in (2, 3))]
    found = {one for group in groups for one in known.with_group(number(group))}
    assert [known.template(identity) for identity in found] == [LAYER]
    assert list(known.with_group(number(["give", "it", "back"]))) == []


def test_same_sentence_in_neighbours_is_one_span(known: Messages) -> None:
    found = sentence(known, "Unknown layer")
    of_keras_2 = [one for one in found.origins if one.module == "keras.engine"]
    assert [one.releases for one in of_keras_2] == [frozenset({"2.14.1", "2.15.1"})]


def test_keras_3_is_an_edition_of_its_own(known: Messages) -> None:
    found = sentence(known, "Unknown layer")
    (of_keras_3,) = [one for one in found.origins if one.module == "keras.src.saving"]
    assert of_keras_3.keras == ("3.5.0",)
    # Of those in the archive, 2.16 alone takes Keras 3.5.
    assert of_keras_3.releases == frozenset({"2.16.2"})


def test_tf_keras_is_none_of_what_tensorflow_brings(known: Messages) -> None:
    (origin,) = sentence(known, "Of tf-keras").origins
    assert (origin.package, origin.releases) == ("tf_keras", frozenset({"2.16.2"}))


def test_words_of_a_library_have_no_function(known: Messages) -> None:
    (origin,) = sentence(known, "Op type").origins
    assert (origin.package, origin.module, origin.function) == ("native", "tensorflow", "")


def test_same_answers_are_the_same_bytes() -> None:
    assert packed(ANSWERS) == packed([*ANSWERS])


@pytest.mark.parametrize(
    "template",
    [
        "{} object has no attribute {}",
        "{}' object has no attribute '{}",
        "{}() got an unexpected keyword argument '{}'",
        "list index ({}) out of range",
        "Error",
    ],
)
def test_sentences_of_python_itself_are_left_out(tmp_path: Path, template: str) -> None:
    place = tmp_path / "messages.zip"
    place.write_bytes(packed([(("tensorflow", "2.14.1"), answer([template, *KERAS_2]))]))
    assert Messages(place).size == 0
