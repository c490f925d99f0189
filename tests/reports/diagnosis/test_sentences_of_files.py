"""Sentences about files and graphs as releases print them, with the cause that each has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.diagnosis.advising.graph_direction import with_attribute, with_kernel, with_op
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom

_TABLE = Path(__file__).with_name("sentences_of_files.txt")
_ESCAPES = {r"\n": "\n", r"\r": "\r", "\\\\": "\\"}


def _sentences() -> Iterator[tuple[str, str]]:
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        cause, _, sentence = line.partition("\t")
        yield cause, re.sub(r"\\[nr\\]", lambda found: _ESCAPES[found[0]], sentence)


SENTENCES = tuple(_sentences())


@pytest.mark.parametrize(("cause", "sentence"), SENTENCES)
def test_a_sentence_has_its_cause(cause: str, sentence: str) -> None:
    assert diagnose(Symptom(message=sentence)).cause.value == cause


@pytest.mark.parametrize(("cause", "sentence"), SENTENCES)
def test_a_sentence_has_its_cause_in_the_middle_of_a_log(cause: str, sentence: str) -> None:
    log = f"2026-01-01 10:00:00: I tensorflow/core/x.cc:1] Hello\n{sentence}\n[Finished in 3 s]"
    assert diagnose(Symptom(message=log)).cause.value == cause


@pytest.mark.parametrize(
    ("op", "saved", "loaded", "said"),
    [
        ("DisableCopyOnRead", "", "2.8.4", ["Load it with TensorFlow 2.10 or newer."]),
        ("DisableCopyOnRead", "2.12.0", "2.8.4", ["Load it with TensorFlow 2.12 or newer"]),
        ("Rpc", "", "2.21.0", ["Load it with TensorFlow "]),
        ("IteratorV2", "1.15.5", "1.15.5", ["Use the full tensorflow package"]),
    ],
)
def test_advice_leads_to_the_releases_that_have_an_op(
    op: str, saved: str, loaded: str, said: list[str]
) -> None:
    symptom = Symptom(tf_saved=saved, tf_loaded=loaded)
    found = [advice.text for advice in with_op(op, symptom)]
    assert [text[: len(start)] for text, start in zip(found, said, strict=True)] == said


def test_an_op_that_was_removed_leads_to_older_releases() -> None:
    (advice,) = with_op("Rpc", Symptom(tf_loaded="2.21.0"))
    assert advice.releases
    assert not advice.releases.first
    assert advice.text.endswith("or older.")


def test_an_op_whose_kernel_was_removed_leads_to_older_releases() -> None:
    (advice,) = with_kernel("BoostedTreesBucketize", Symptom(tf_loaded="2.12.1"))
    assert advice.text == "Load it with TensorFlow 2.8 or older."


def test_an_attribute_leads_to_the_releases_that_have_it() -> None:
    symptom = Symptom(tf_loaded="2.1.4")
    (advice,) = with_attribute("FusedBatchNormV3", "exponential_avg_factor", symptom)
    assert advice.text == "Load it with TensorFlow 2.2 or newer."
