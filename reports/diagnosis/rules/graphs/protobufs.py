"""Protobuf files that do not parse: another kind of message, or damage. Bytes decide."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.path_facts import bytes_of_another_kind
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import OR_DAMAGED, OR_OTHER_KIND, damaged, other_kind, path_in
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

_NOT_PARSED = (
    r"Cannot parse file b?['\"]?(?P<path>[^'\"\n]+?)['\"]?: ",
    r"(?i:\bDecodeError)",
    r"(?i:Error parsing\s+message)",
    r"(?:Can't|Failed to|Unable to) parse (?P<path>[\w./\\:~-]{1,300}) as (?:binary|text) proto",
    r"(?:Can't|Failed to|Unable to) parse (?:the )?(?:saved_?model|graph_?def|GraphDef|SavedModel)",
    r"(?:Can't|Failed to|Unable to) parse message of type ['\"]tensorflow\.\w+['\"]",
    r"Error parsing text-format tensorflow\.\w+",
    r"Invalid GraphDef|Input GraphDef is invalid|Bad tf\.GraphDef binary proto",
    r"Could not parse GraphDef|is not a serialized GraphDef protocol buffer",
    r"The MetaGraphDef could not be parsed as a valid protocol buffer",
    r"Failed to read a (?:binary|text) metagraph",
    r"Cannot parse keras metadata (?:at path )?(?P<path>[^\n]{1,300}?): ",
    r"Protocol message (?:tag had|contained an|end-group tag|had) invalid",
    r"While parsing a protocol message, the input ended unexpectedly",
)
_GRAPH_DEF = Fact(
    "a GraphDef was parsed",
    lambda s: "GraphDef" in s.text or "graph_def" in s.text or s.format == "frozen_graph",
)
_ENDS = (
    r"DecodeError: Truncated (?:message|string)",
    r"Packed element was truncated",
    r"the input ended unexpectedly in the middle of a field",
)
_TEXT = (
    r"text_format\.ParseError: (?P<at>1:\d+) : ",
    r"Cannot parse file b?['\"]?(?P<path>[^'\"\n]+?)['\"]?: (?P<at>1:\d+) : ",
)
_OR_VERSION = Alternative(
    cause=Cause.OP_ATTR_OR_SHAPE_VERSION,
    explanation="A newer version wrote the text, with a field that this one does not have.",
    decides="the versions of the writer and of the reader",
)


def _cut(symptom: Symptom, match: Match) -> Diagnosis:
    of_a_folder = symptom.format.startswith("saved_model")
    return damaged(symptom, match, "saved_model.pb" if of_a_folder else "the protobuf file")


def _graph(symptom: Symptom, match: Match) -> Diagnosis:
    """A file that was parsed as a GraphDef; a SavedModel has the same extension."""
    names = ("graph_def", "tensorflow.GraphDef")
    called = next((name for name in names if name in symptom.text), "{at}")
    return diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}" if path_in(match, symptom) else called,
        "`{at}` is not a GraphDef. A SavedModel has the same extension.",
        advice("Load a SavedModel with tf.saved_model.load and the path of its folder."),
        at=path_in(match, symptom, "the protobuf file"),
    )


def _no_field(symptom: Symptom, match: Match) -> Diagnosis:
    found = diagnosis(
        symptom,
        match,
        _WRONG,
        "{field}",
        "The text is not a {message} message, which has no field `{field}`.",
        advice("Use the loader for this kind of file."),
    )
    return found if match["at"] == "1" else replace(found, alternatives=(_OR_VERSION,))


PROTOBUFS = (
    Rule(
        name="protobuf-parse",
        said=_NOT_PARSED,
        certainty=ONE_OF,
        cause=_DAMAGED,
        explain=_cut,
        alternatives=(OR_OTHER_KIND,),
        source="google/protobuf/message.py; tensorflow/python/saved_model/loader_impl.py",
        examples=(
            Example(
                "google.protobuf.message.DecodeError: Error parsing message",
                subject="the protobuf file",
            ),
            Example(
                "OSError: Cannot parse file b'/m/saved_model.pb': Error parsing message.",
                subject="/m/saved_model.pb",
            ),
        ),
    ),
    Rule(
        name="protobuf-ends",
        said=_ENDS,
        certainty=LIKELY,
        cause=_DAMAGED,
        explain=_cut,
        alternatives=(OR_OTHER_KIND,),
        source="google/protobuf/internal/decoder.py",
        examples=(
            Example(
                "google.protobuf.message.DecodeError: Truncated message.",
                subject="the protobuf file",
            ),
            Example(
                Symptom(
                    message="google.protobuf.message.DecodeError: Truncated message.",
                    format="frozen_graph",
                ),
                subject="the protobuf file",
            ),
        ),
    ),
    Rule(
        name="graph-parse",
        said=_NOT_PARSED,
        facts=(_GRAPH_DEF,),
        unless=(r"parse_saved_model", *_ENDS),
        certainty=ONE_OF,
        cause=_WRONG,
        explain=_graph,
        alternatives=(OR_DAMAGED,),
        source="google/protobuf/message.py; public report",
        examples=(
            Example(
                "graph_def.ParseFromString(f.read())\n"
                "google.protobuf.message.DecodeError: Error parsing message",
                subject="graph_def",
            ),
        ),
    ),
    Rule(
        name="protobuf-of-another-kind",
        said=_NOT_PARSED,
        facts=(bytes_of_another_kind("a protobuf file"),),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a protobuf file"),
        source="google/protobuf/message.py",
        examples=(
            Example(
                Symptom(
                    message="DecodeError: Error parsing message",
                    path="m.pb",
                    at=PathFacts(exists=True, is_folder=False, head=b"PK\x03\x04"),
                ),
                subject="m.pb",
            ),
        ),
    ),
    Rule(
        name="no-graph-def",
        said=(r"graph_def`? must be a GraphDef proto",),
        certainty=LIKELY,
        cause=_WRONG,
        subject="graph_def",
        explanation="tf.import_graph_def was given something else than a GraphDef.",
        remedies=(
            advice(
                "Pass a parsed GraphDef. A SavedModel is loaded with tf.saved_model.load instead."
            ),
        ),
        source="tensorflow/python/framework/importer.py",
        examples=(
            Example("TypeError: graph_def must be a GraphDef proto.", subject="graph_def"),
            Example(
                "TypeError: Argument `graph_def` must be a GraphDef proto.", subject="graph_def"
            ),
        ),
    ),
    Rule(
        name="protobuf-text",
        said=_TEXT,
        certainty=LIKELY,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a protobuf text file"),
        source="google/protobuf/text_format.py",
        examples=(
            Example(
                "google.protobuf.text_format.ParseError: 1:1 : '\\n': Expected identifier or "
                "number, got \\n.",
                subject="the file",
            ),
        ),
    ),
    Rule(
        name="protobuf-text-malformed",
        said=(
            r"text_format\.ParseError: (?P<at>\d+:\d+) : [^\n]{0,200}?[Ee]xpected ",
            r"(?P<at>\d+:\d+) : [^\n]{0,200}?Expected (?:identifier or number|\"[^\"\n]\")",
        ),
        unless=_TEXT,
        certainty=ONE_OF,
        cause=_WRONG,
        subject="line and column {at}",
        explanation=(
            "The text does not follow the protobuf text format at line and column {at}: often a "
            "bracket or a quote is missing there."
        ),
        remedies=(advice("Correct that line, or take the original file."),),
        alternatives=(OR_DAMAGED,),
        source="google/protobuf/text_format.py",
        examples=(
            Example(
                'google.protobuf.text_format.ParseError: 3:3 : Expected "}".',
                subject="line and column 3:3",
            ),
            Example(
                "google.protobuf.text_format.ParseError: 5:1 : Expected identifier or number, got "
                "{.",
                subject="line and column 5:1",
            ),
        ),
        counter_examples=(
            Example("google.protobuf.text_format.ParseError: 1:1 : Expected identifier, got <."),
        ),
    ),
    Rule(
        name="protobuf-field",
        said=(
            r"(?:(?P<at>\d+):\d+ : )?Message type \"?(?P<message>[\w.]+)\"? has no field named "
            r"\"?(?P<field>\w+)",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        explain=_no_field,
        alternatives=(_OR_VERSION,),
        source="google/protobuf/text_format.py",
        examples=(
            Example(
                'google.protobuf.text_format.ParseError: 1:1 : Message type "tensorflow.SavedModel"'
                ' has no field named "node".',
                subject="node",
            ),
        ),
    ),
)
