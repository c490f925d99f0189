"""Graphs written by a TensorFlow with other attributes, inputs or versions of ops."""

from __future__ import annotations

import re

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import advice
from reports.diagnosis.history import attribute_in_words, op_in_words
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_VERSION = Cause.OP_ATTR_OR_SHAPE_VERSION
_OP = re.compile(r"Op type not registered\s+\\?['\"]?(?P<op>[\w>:.-]+)")
_NEWER = advice("Load it with a newer TensorFlow, or export it again with this one.")


def _attribute(symptom: Symptom, match: Match) -> Diagnosis:
    since = attribute_in_words(match["op"], match["attribute"])
    return diagnosis(
        symptom,
        match,
        _VERSION,
        "{op}.{attribute}",
        "The graph uses the attribute `{attribute}` of op `{op}`, which {here} does not have. "
        + since
        + "{saved}",
        _NEWER,
    )


def _producer(symptom: Symptom, match: Match) -> Diagnosis:
    op = _OP.search(symptom.text)
    since = op_in_words(op["op"]) if op else ""
    lacking = f" It has no op `{op['op']}`. {since}" if op else ""
    return diagnosis(
        symptom,
        match,
        _VERSION,
        # Not the version of the reader: the sentence is the same for all that are too old.
        "GraphDef version {producer}",
        "The graph has GraphDef version {producer}, which is too new for the TensorFlow that "
        "reads it." + lacking + "{saved}",
        _NEWER,
    )


def _skewed(symptom: Symptom, match: Match) -> Diagnosis | None:
    """TensorFlow says itself that the graph is newer: unless the op is of a package, that is it."""
    op = _OP.search(symptom.text)
    ours = op is None or (bringing(op["op"]) is None and api_history().op_since(op["op"]))
    return _producer(symptom, match) if ours else None


VERSIONS = (
    rule(
        "graph-too-new",
        r"built when GraphDef version was (?P<own>\d+)\.? ?The GraphDef was produced by a binary "
        r"built when GraphDef version was (?P<producer>\d+)",
        _skewed,
    ),
    rule(
        "graph-version-range",
        r"GraphDef (?:producer version (?P<producer>\d+) below min producer|"
        r"min consumer version (?P<consumer>\d+) above current version) (?P<own>\d+)",
        _producer,
    ),
)

DEFINITIONS = (
    rule(
        "attribute-unknown",
        r"NodeDef mentions attr(?:ibute)?s? ['\"]?(?P<attribute>\w+)['\"]?"
        r"[^\n]{0,80}?Op<name=(?P<op>\w+)",
        _attribute,
    ),
    rule(
        "attribute-missing",
        r"NodeDef missing attr(?:ibute)?s? ['\"]?(?P<attribute>\w+)['\"]? from Op<name=(?P<op>"
        r"\w+)",
        _attribute,
    ),
    rule(
        "attribute-value",
        r"Value for attr ['\"](?P<attribute>\w+)['\"] of (?P<value>\S+) is not in the list of "
        r"allowed values[^\n]*?(?:Op<name=(?P<op>\w+)|$)",
        answer(
            _VERSION,
            "{op}.{attribute}",
            "{here} does not accept `{value}` as `{attribute}` of op `{op}`: the graph was "
            "written for another version of that op.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "op-removed",
        r"Op (?P<op>\w+) is not available in GraphDef version (?P<own>\d+)\.? It has been removed "
        r"in version (?P<since>\d+)",
        answer(
            _VERSION,
            "{op}",
            "Op `{op}` was removed from TensorFlow: graphs newer than GraphDef version {since} "
            "cannot use it.{saved}",
            advice("Convert the graph with a TensorFlow that still has the op."),
        ),
    ),
    rule(
        "inputs-of-another-version",
        r"NodeDef expected inputs '(?P<expected>[^']+)' do not match[^\n]*?Op<name=(?P<op>\w+)",
        answer(
            _VERSION,
            "{op}",
            "Op `{op}` takes different inputs in {here} than in the release that wrote the "
            "graph.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "serialized-for-newer",
        r"(?P<op>XlaCallModule)[^\n]*supports up to serialization version (?P<own>\d+)[^\n]*needs "
        r"version (?P<needed>\d+)|(?P<vhlo>StableHLO|VHLO|MLIR) [^\n]*version[^\n]*(?:newer|"
        r"unsupported)",
        answer(
            _VERSION,
            "{op}",
            "The compiled module in the graph has serialization version {needed}, but {here} "
            "reads versions up to {own}.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "unknown-type",
        r"(?:DataType|Unknown data ?type|Unrecognized DataType)[^\n]{0,30}?(?P<type>\d{2,})"
        r"[^\n]*(?:not (?:a known|recognized|valid)|unknown)?",
        answer(
            _VERSION,
            "DataType {type}",
            "The graph uses a data type that {here} does not have.{saved}",
            _NEWER,
        ),
        when=lambda s: "DataType" in s.text and ("not " in s.text or "nrecognized" in s.text),
    ),
    rule(
        "outputs-of-another-version",
        r"Node '(?P<node>[^']+)' has an _output_shapes attribute inconsistent",
        answer(
            _VERSION,
            "{node}",
            "The op at `{node}` produces different shapes in {here} than in the release that "
            "wrote the graph.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "proto-without-encoder",
        r"No encoder for object[^\n]*of type (?P<type>[^\n]*)|"
        r"Decoding? [^\n]*TypeSpec[^\n]*(?:not registered|unknown)|"
        r"No TypeSpec has been registered with name '(?P<spec>[^']+)'",
        answer(
            _VERSION,
            "function specification",
            "The SavedModel describes the inputs of its functions in a format that {here} "
            "cannot read.{saved}",
            _NEWER,
        ),
    ),
    rule(
        "shape-function",
        r"(?:Shape must be (?:at (?:least|most) )?rank \d+ but is rank \d+|"
        r"Shapes must be equal rank, but are \d+ and \d+)"
        r"[^\n]*(?:for '(?:\{\{node )?(?P<node>[^'}]+)[^\n]*?(?:op: '|= )(?P<op>\w+))?",
        answer(
            _VERSION,
            "{op}",
            "{here} checks the shapes in the graph more strictly than the release that wrote "
            "it, and rejects the inputs of `{op}`.{saved}",
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or export it again "
                "with a newer TensorFlow."
            ),
        ),
        when=lambda s: s.stage == "load" or (not s.stage and bool(s.loader)),
    ),
)
