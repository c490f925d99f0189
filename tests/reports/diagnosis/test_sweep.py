"""Every sentence of the code that reads models has a cause, in any release, seen or not."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import pytest

from matrix.catalogue.messages import messages
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

# Code that only reads: what it raises is a failure to load.
READERS = (
    ("*keras*hdf5_format", "load_*"),
    ("*keras*legacy_h5_format", "load_*"),
    ("*keras*serialization*", "*deserialize*"),
    ("*keras*saved_model.load*", "*"),
    ("*keras*models.functional", "*from_config*"),
    ("*keras*engine.functional", "*from_config*"),
    ("*keras*saving_api", "load_*"),
    ("tensorflow.python.saved_model.loader_impl", "*"),
    ("tensorflow.python.saved_model.function_deserialization", "*"),
)
# What names stand in the holes of a template.
NAMES = ("alpha", "beta", "gamma")


def _sentences() -> Iterator[tuple[str, str]]:
    known = messages()
    for place in range(known.size):
        for origin in known.sentence(place).origins:
            where = (origin.module, origin.function)
            if any(all(map(fnmatch.fnmatchcase, where, reader)) for reader in READERS):
                yield origin.kind, known.template(place)
                break


SENTENCES = sorted(set(_sentences()))


def test_the_releases_have_such_sentences() -> None:
    assert len(SENTENCES) > 80


@pytest.mark.parametrize(("kind", "template"), SENTENCES)
def test_a_sentence_of_a_reader_has_a_cause(kind: str, template: str) -> None:
    pieces = template.split("{}")
    holes = [NAMES[place % len(NAMES)] for place in range(len(pieces) - 1)]
    text = "".join(piece + hole for piece, hole in zip(pieces, [*holes, ""], strict=True))
    assert diagnose(Symptom(kind=kind, message=text)).cause is not Cause.UNCLASSIFIED
