"""Checkpoints: the prefix, its files, what they were written for, and damage."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.rules.files import (
    OR_DAMAGED,
    OR_OTHER_KIND,
    damaged,
    path_in,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

_PREFIX = advice(
    "Give the prefix of the checkpoint: the path without .index or .data-00000-of-00001."
)
_A_PART = re.compile(r"\.data-\d{5}|\.(?:index|meta)$|(?:^|[/\\])checkpoint$")
_TABLE = r"Unable to open table file\s+(?P<path>[^\n]*?): ?"
_NAMED = (r"TensorBundle at (?P<path>[^\n]{1,300}?) shard \d", _TABLE)


def _too_short(symptom: Symptom, match: Match) -> Diagnosis:
    """A short file is damaged, but not where the path is that of a part of the checkpoint."""
    if _A_PART.search(path_in(match, symptom)):
        return _no_table(symptom, match)
    return damaged(symptom, match, "the checkpoint")


def _no_table(symptom: Symptom, match: Match) -> Diagnosis:
    """`not an sstable` is what TensorFlow says of every wrong path to a checkpoint."""
    path = path_in(match, symptom, "the path")
    found = diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` is not the index file of a checkpoint. TensorFlow takes the prefix of a "
        "checkpoint: its path without a file extension.",
        _PREFIX,
        at=path,
    )
    if _A_PART.search(path):
        return found
    return replace(found, alternatives=(OR_DAMAGED,))


CHECKPOINTS = (
    Rule(
        name="sstable",
        said=(
            rf"{_TABLE}\s*(?:Data loss:|DATA_LOSS:)?\s*not an sstable",
            r"not an sstable \(bad\s+magic number\)",
            r"perhaps your file is in a different file format and you\s+need to use a different\s+"
            r"restore operator",
            _TABLE,
        ),
        certainty=LIKELY,
        cause=_WRONG,
        explain=_no_table,
        source="tensorflow/core/util/tensor_slice_reader.cc; tensorflow/core/lib/io/table.cc",
        examples=(
            Example(
                "DataLossError: Unable to open table file /m/model.ckpt: Data loss: not an "
                "sstable (bad magic number)",
                subject="/m/model.ckpt",
            ),
            Example(
                "Unable to open table file m.data-00000-of-00001:\n  Data loss: not an sstable",
                subject="m.data-00000-of-00001",
            ),
        ),
    ),
    Rule(
        name="sstable-too-short",
        said=(r"file is too short to be an sstable",),
        named=(_TABLE,),
        certainty=LIKELY,
        cause=_DAMAGED,
        explain=_too_short,
        alternatives=(OR_OTHER_KIND,),
        source="tensorflow/core/lib/io/table.cc",
        examples=(
            Example(
                "DataLossError: Unable to open table file m: Data loss: file is too short to be "
                "an sstable",
                subject="m",
            ),
        ),
    ),
    Rule(
        name="checkpoint-damaged",
        said=(
            r"Checksum does not match: stored \d+ vs",
            r"corrupted (?:record|compressed block)",
            r"block checksum mismatch",
            r"truncated (?:block|record) (?:read|at)",
            r"Read (?:less|fewer) bytes than requested",
            r"Invalid size in bundle entry",
            r"Failed to seek to header entry",
            r"(?:[Cc]orrupted compressed block contents|[Bb]ad (?:block handle|entry in block))",
            r"object graph could not be deserialized",
            r"Could not read checkpoint key from variables bundle",
            r"crc32c[^\n]*mismatch",
        ),
        named=_NAMED,
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, "the checkpoint"),
        source="tensorflow/core/util/tensor_bundle/tensor_bundle.cc; tensorflow/core/lib/io",
        examples=(
            Example(
                "DataLossError: Checksum does not match: stored 1 vs. calculated 2",
                subject="the checkpoint",
            ),
            Example(
                "TensorBundle at /m/ckpt-1 shard 0 (4 bytes): Checksum does not match: stored 1 "
                "vs. calculated on the restored bytes 2",
                subject="/m/ckpt-1",
            ),
        ),
    ),
    Rule(
        name="data-loss",
        said=(
            r"\b(?:DataLossError|DATA_LOSS|Data loss)\b",
            r"Perhaps the file is corrupt or was produced by a newer version of TensorFlow",
            r"Failed to find the saved tensor slices at the beginning of the checkpoint file: "
            r"(?P<path>\S+)",
            r"Invalid checkpoint state loaded from (?P<path>\S+)",
        ),
        named=_NAMED,
        certainty=LIKELY,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, "the checkpoint"),
        alternatives=(OR_OTHER_KIND,),
        source="tensorflow/core/util/tensor_slice_reader.cc; tensorflow/core/util/tensor_bundle",
        examples=(
            Example(
                "DataLossError: Perhaps the file is corrupt or was produced by a newer version "
                "of TensorFlow with format changes",
                subject="the checkpoint",
            ),
        ),
    ),
)
