"""Each cause says what it means and what usually helps, each diagnosis how sure it is."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from reports.report.cause import Alternative, Cause, Certainty, Diagnosis

DENIED = Alternative(
    cause=Cause.PERMISSION_DENIED, explanation="It may not be read.", decides="`ls -l m`."
)


def _diagnosis(certainty: Certainty | None, *others: Alternative) -> Diagnosis:
    return Diagnosis(
        cause=Cause.MISSING_FILE,
        subject="m",
        explanation="There is nothing at `m`.",
        certainty=certainty,
        alternatives=others,
    )


@pytest.mark.parametrize(
    ("diagnosis", "words"),
    [
        (_diagnosis(None), "missing file"),
        (_diagnosis(Certainty.CERTAIN), "missing file"),
        (_diagnosis(Certainty.LIKELY), "missing file (likely)"),
        (_diagnosis(Certainty.ONE_OF, DENIED), "missing file or permission denied"),
        (
            _diagnosis(Certainty.ONE_OF, replace(DENIED, cause=Cause.MISSING_FILE)),
            "missing file (one of several)",
        ),
    ],
)
def test_causes_are_named_with_how_sure_they_are(diagnosis: Diagnosis, words: str) -> None:
    assert diagnosis.causes_in_words == words


def test_alternative_says_what_decides() -> None:
    assert DENIED.in_words == "It may not be read. What decides: `ls -l m`."


def test_one_sentence_has_all_explanations() -> None:
    told = _diagnosis(Certainty.ONE_OF, DENIED).sentence
    assert told == "There is nothing at `m`. Or: It may not be read."


def test_diagnosis_of_an_older_report_is_read() -> None:
    older = {"cause": "missing_file", "subject": "m", "explanation": "Gone.", "remedies": []}
    found = msgspec.convert(older, Diagnosis)
    assert (found.certainty, found.alternatives, found.rule) == (None, (), "")


def test_diagnosis_is_the_same_after_writing_and_reading() -> None:
    diagnosis = _diagnosis(Certainty.ONE_OF, DENIED)
    assert msgspec.convert(msgspec.to_builtins(diagnosis), Diagnosis) == diagnosis


@pytest.mark.parametrize("cause", Cause)
def test_cause_has_a_title_and_whole_sentences(cause: Cause) -> None:
    assert cause.title
    assert cause.definition.endswith(".")
    assert cause.usual_remedy.endswith(".")


def test_titles_tell_causes_apart() -> None:
    assert len({cause.title for cause in Cause}) == len(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_report_has_the_word_of_a_cause(cause: Cause) -> None:
    assert msgspec.to_builtins(cause) == cause.value
    assert msgspec.convert(cause.value, Cause) is cause
