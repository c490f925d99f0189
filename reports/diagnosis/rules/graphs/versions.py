"""Graphs written by a TensorFlow with other attributes, inputs or versions of ops."""

from __future__ import annotations

import re

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advice import advice
from reports.diagnosis.direction import as_new_as_writer
from reports.diagnosis.fact import Fact
from reports.diagnosis.history import attribute_in_words, op_in_words
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_VERSION = Cause.OP_ATTR_OR_SHAPE_VERSION
_OP = re.compile(r"Op type not registered\s+\\?['\"]?(?P<op>[\w>:.-]+)")


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
        as_new_as_writer,
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
        as_new_as_writer,
    )


def _skewed(symptom: Symptom, match: Match) -> Diagnosis | None:
    """TensorFlow says itself that the graph is newer: unless the op is of a package, that is it."""
    op = _OP.search(symptom.text)
    ours = op is None or (bringing(op["op"]) is None and api_history().op_since(op["op"]))
    return _producer(symptom, match) if ours else None


VERSIONS = (
    Rule(
        name="graph-too-new",
        said=(
            (
                r"built when GraphDef version was (?P<own>\d+)\.? ?The GraphDef was "
                r"produced by a binary built when GraphDef version was (?P<producer>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        explain=_skewed,
        source="",
        examples=(
            Example(
                (
                    "The binary trying to import the GraphDef was built when GraphDef "
                    "version was 440. The GraphDef was produced by a binary built when "
                    "GraphDef version was 561."
                ),
                subject="GraphDef version 561",
            ),
        ),
    ),
    Rule(
        name="graph-version-range",
        said=(
            (
                r"GraphDef (?:producer version (?P<producer>\d+) below min producer|min "
                r"consumer version (?P<consumer>\d+) above current version) (?P<own>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        explain=_producer,
        source="",
        examples=(
            Example(
                ("GraphDef min consumer version 12 above current version 9 for TensorFlow 1.0"),
                subject="GraphDef version",
            ),
        ),
    ),
)

DEFINITIONS = (
    Rule(
        name="attribute-unknown",
        said=(
            (
                r"NodeDef mentions attr(?:ibute)?s? ['\"]?(?P<attribute>\w+)['\"]?[^\n]{0,80"
                r"}?Op<name=(?P<op>\w+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        explain=_attribute,
        source="",
        examples=(
            Example(
                ("NodeDef mentions attr 'half_pixel_centers' not in Op<name=ResizeBilinear; s>"),
                subject="ResizeBilinear.half_pixel_centers",
            ),
        ),
    ),
    Rule(
        name="attribute-missing",
        said=(
            (
                r"NodeDef missing attr(?:ibute)?s? ['\"]?(?P<attribute>\w+)['\"]? from "
                r"Op<name=(?P<op>\w+)"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
        explain=_attribute,
        source="",
        examples=(
            Example(
                "NodeDef missing attr 'Tidx' from Op<name=Sum; signature=x>", subject="Sum.Tidx"
            ),
        ),
    ),
    Rule(
        name="attribute-value",
        said=(
            (
                r"Value for attr ['\"](?P<attribute>\w+)['\"] of (?P<value>\S+) is not in "
                r"the list of allowed values[^\n]*?(?:Op<name=(?P<op>\w+)|$)"
            ),
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}.{attribute}",
        explanation=(
            "{here} does not accept `{value}` as `{attribute}` of op `{op}`: the graph was "
            "written for another version of that op.{saved}"
        ),
        remedies=(as_new_as_writer,),
        source="",
        examples=(
            Example(
                (
                    "Value for attr 'T' of int8 is not in the list of allowed values: "
                    "half; ; Op<name=Conv2D>"
                ),
                subject="Conv2D.T",
            ),
        ),
    ),
    Rule(
        name="op-removed",
        said=(
            (
                r"Op (?P<op>\w+) is not available in GraphDef version (?P<own>\d+)\.? It "
                r"has been removed in version (?P<since>\d+)"
            ),
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "Op `{op}` was removed from TensorFlow: graphs newer than GraphDef version {since} "
            "cannot use it.{saved}"
        ),
        remedies=(advice("Convert the graph with a TensorFlow that still has the op."),),
        source="",
        examples=(
            Example(
                (
                    "Op BatchNormWithGlobalNormalization is not available in GraphDef "
                    "version 134. It has been removed in version 9."
                ),
                subject="BatchNormWithGlobalNormalization",
            ),
        ),
    ),
    Rule(
        name="inputs-of-another-version",
        said=(
            (
                r"NodeDef expected inputs '(?P<expected>[^']+)' do not "
                r"match[^\n]*?Op<name=(?P<op>\w+)"
            ),
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "Op `{op}` takes different inputs in {here} than in the release that wrote the "
            "graph.{saved}"
        ),
        remedies=(as_new_as_writer,),
        source="",
        examples=(
            Example(
                (
                    "NodeDef expected inputs 'string, int64' do not match 1 inputs "
                    "specified; Op<name=Foo>"
                ),
                subject="Foo",
            ),
        ),
    ),
    Rule(
        name="serialized-for-newer",
        said=(
            (
                r"(?P<op>XlaCallModule)[^\n]*supports up to serialization version "
                r"(?P<own>\d+)[^\n]*needs version (?P<needed>\d+)"
            ),
            r"(?P<vhlo>StableHLO|VHLO|MLIR) [^\n]*version[^\n]*(?:newer|unsupported)",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "The compiled module in the graph has serialization version {needed}, but {here} "
            "reads versions up to {own}.{saved}"
        ),
        remedies=(as_new_as_writer,),
        source="",
        examples=(
            Example(
                (
                    "XlaCallModule supports up to serialization version 8 but the "
                    "serialized module needs version 9."
                ),
                subject="XlaCallModule",
            ),
        ),
    ),
    Rule(
        name="unknown-type",
        said=(
            (
                r"(?:DataType|Unknown data ?type|Unrecognized "
                r"DataType)[^\n]{0,30}?(?P<type>\d{2,})[^\n]*(?:not (?:a known|recognized|"
                r"valid)|unknown)?"
            ),
        ),
        facts=(
            Fact(
                "TODO",
                lambda s: "DataType" in s.text and ("not " in s.text or "nrecognized" in s.text),
            ),
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="DataType {type}",
        explanation=("The graph uses a data type that {here} does not have.{saved}"),
        remedies=(as_new_as_writer,),
        source="",
        examples=(Example("TypeError: DataType 29 is not a known type", subject="DataType 29"),),
    ),
    Rule(
        name="outputs-of-another-version",
        said=(r"Node '(?P<node>[^']+)' has an _output_shapes attribute inconsistent",),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{node}",
        explanation=(
            "The op at `{node}` produces different shapes in {here} than in the release that "
            "wrote the graph.{saved}"
        ),
        remedies=(as_new_as_writer,),
        source="",
        examples=(
            Example(
                "Node 'a/b' has an _output_shapes attribute inconsistent with it", subject="a/b"
            ),
        ),
    ),
    Rule(
        name="proto-without-encoder",
        said=(
            r"No encoder for object[^\n]*of type (?P<type>[^\n]*)",
            r"Decoding? [^\n]*TypeSpec[^\n]*(?:not registered|unknown)",
            r"No TypeSpec has been registered with name '(?P<spec>[^']+)'",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="function specification",
        explanation=(
            "The SavedModel describes the inputs of its functions in a format that {here} "
            "cannot read.{saved}"
        ),
        remedies=(as_new_as_writer,),
        source="",
        examples=(
            Example(
                "NotEncodableError: No encoder for object x of type <class 'y'>.",
                subject="function specification",
            ),
        ),
    ),
    Rule(
        name="shape-function",
        said=(
            (
                r"(?:Shape must be (?:at (?:least|most) )?rank \d+ but is rank \d+|Shapes "
                r"must be equal rank, but are \d+ and \d+)[^\n]*(?:for '(?:\{\{node "
                r")?(?P<node>[^'}]+)[^\n]*?(?:op: '|= )(?P<op>\w+))?"
            ),
        ),
        facts=(Fact("TODO", lambda s: s.stage == "load" or (not s.stage and bool(s.loader))),),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "{here} checks the shapes in the graph more strictly than the release that wrote "
            "it, and rejects the inputs of `{op}`.{saved}"
        ),
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or export it again "
                "with a newer TensorFlow."
            ),
        ),
        source="",
        examples=(
            Example(
                Symptom(
                    kind="ValueError",
                    message="Shape must be rank 1 but is rank 0 for '{{node P/Q}} = "
                    "ParseExample[N=1]'",
                    loader="saved_model",
                    stage="load",
                ),
                subject="Shape must be rank 1 but is rank 0 for '{{node P/Q}} = Pars…",
            ),
        ),
    ),
)
