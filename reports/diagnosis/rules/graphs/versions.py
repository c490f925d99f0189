"""Graphs whose version, types or descriptions are of another TensorFlow."""

from __future__ import annotations

import re
from dataclasses import replace

from matrix.catalogue.api_history import api_history
from matrix.catalogue.op_packages import bringing
from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import as_new_as_writer
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_VERSION = Cause.OP_ATTR_OR_SHAPE_VERSION
_OP = re.compile(r"Op\s+type\s+not\s+registered:?\s+\\?['\"]?(?P<op>[\w>:.-]+)")
_NEWER = "The graph was written by a newer TensorFlow than the one that reads it."


def _skewed(symptom: Symptom, match: Match) -> Diagnosis | None:
    """TensorFlow says itself that the graph is newer: unless the op is of a package, that is it."""
    op = _OP.search(symptom.text)
    ours = op is None or (bringing(op["op"]) is None and api_history().op_releases(op["op"]))
    subject = "GraphDef version {producer}"
    return diagnosis(symptom, match, _VERSION, subject, _NEWER, as_new_as_writer) if ours else None


def _serialized(symptom: Symptom, match: Match) -> Diagnosis:
    """A compiled module: newer than the reader reads, or older than it still reads."""
    needed = int(match["needed"] or 0)
    least, most = int(match["least"] or 0), int(match["own"] or 0)
    if needed and least and needed < least:
        return diagnosis(
            symptom,
            match,
            _VERSION,
            "XlaCallModule version {needed}",
            "{here} no longer reads compiled modules as old as the one in the graph.",
            advice("Load it with the TensorFlow release that wrote it, and export it again."),
        )
    subject = "XlaCallModule version {needed}" if needed else "XlaCallModule"
    found = diagnosis(
        symptom,
        match,
        _VERSION,
        subject,
        "The graph has a compiled module of a newer TensorFlow or JAX than {here} reads.",
        as_new_as_writer,
    )
    return found if most or needed else replace(found, certainty=LIKELY)


VERSIONS = (
    Rule(
        name="graph-too-new",
        said=(
            r"built\s+when\s+GraphDef\s+version\s+was\s+(?P<own>\d+)\.?\s*The\s+GraphDef\s+was\s+"
            r"produced\s+by\s+a\s+binary\s+built\s+when\s+GraphDef\s+version\s+was\s+"
            r"(?P<producer>\d+)",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        explain=_skewed,
        source="tensorflow/core/common_runtime/graph_constructor.cc",
        examples=(
            Example(
                "The binary trying to import the GraphDef was built when GraphDef version was "
                "440. The GraphDef was produced by a binary built when GraphDef version was 561.",
                subject="GraphDef version 561",
            ),
        ),
    ),
    Rule(
        name="graph-version-range",
        said=(
            r"GraphDef min consumer version (?P<version>\d+) above current version (?P<own>\d+)",
            r"GraphDef disallows consumer version (?P<own>\d+)",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="GraphDef version {version}",
        explanation=_NEWER,
        remedies=(as_new_as_writer,),
        source="tensorflow/core/public/version.h; tensorflow/core/framework/versions.cc",
        examples=(
            Example(
                "GraphDef min consumer version 12 above current version 9 for TensorFlow 1.0",
                subject="GraphDef version 12",
            ),
        ),
    ),
    Rule(
        name="graph-too-old",
        said=(r"GraphDef producer version (?P<version>\d+) below min producer (?P<least>\d+)",),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="GraphDef version {version}",
        explanation="The graph was written by a TensorFlow that is older than {here} still reads.",
        remedies=(advice("Load it with an older TensorFlow, and save it again there."),),
        source="tensorflow/core/framework/versions.cc",
        examples=(
            Example(
                "GraphDef producer version 5 below min producer 8 supported by TensorFlow 1.9",
                subject="GraphDef version 5",
            ),
        ),
    ),
    Rule(
        name="op-removed",
        said=(
            r"Op (?P<op>\w+) is not available in GraphDef version (?P<own>\d+)\.? It has been "
            r"removed in version (?P<since>\d+)",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "Op `{op}` was removed from TensorFlow: graphs newer than GraphDef version {since} "
            "cannot use it."
        ),
        remedies=(
            advice("Convert the graph with the old TensorFlow that wrote it, without that op."),
        ),
        source="tensorflow/core/framework/op_def_util.cc",
        examples=(
            Example(
                "Op BatchNormWithGlobalNormalization is not available in GraphDef version 134. "
                "It has been removed in version 9.",
                subject="BatchNormWithGlobalNormalization",
            ),
        ),
    ),
    Rule(
        name="serialized-for-another",
        said=(
            r"XlaCallModule[^\n]*supports up to serialization version (?P<own>\d+)[^\n]*needs "
            r"version (?P<needed>\d+)",
            r"XlaCallModule with version (?P<needed>\d+) is not supported[.,]? [Mm]ust be "
            r"(?:>= (?P<least>\d+))?(?: and )?(?:<= (?P<own>\d+))?",
            r"(?:deserialize|parse) (?:the )?(?:portable artifact|StableHLO|VHLO)",
            r"(?:StableHLO|VHLO)[^\n]{0,80}(?:newer than|is too new)",
            # A compiled module has its inputs inside: whatever else it quotes, it was not read.
            r"(?s)XlaCallModule.{0,400}Cannot deserialize computation",
        ),
        facts=(Fact("the call is of a compiled module", lambda s: "XlaCallModule" in s.text),),
        certainty=CERTAIN,
        cause=_VERSION,
        explain=_serialized,
        source="tensorflow/compiler/tf2xla/kernels/xla_call_module_loader.cc; jax2tf",
        examples=(
            Example(
                "XlaCallModule supports up to serialization version 8 but the serialized module "
                "needs version 9.",
                subject="XlaCallModule version 9",
            ),
            Example(
                "XlaCallModule with version 9 is not supported. Must be >= 5 and <= 8",
                subject="XlaCallModule version 9",
            ),
            Example(
                "XlaCallModule with version 2 is not supported, must be >= 5 and <= 8",
                subject="XlaCallModule version 2",
            ),
        ),
    ),
    Rule(
        name="unknown-type",
        said=(
            r"type_enum is not a valid types_pb2\.DataType: (?P<type>\d+)",
            r"DataType (?P<type>\d{2,}) is not",
            r"Unrecognized DataType enum value (?P<type>\d+)",
            r"AttrValue (?:contains|has) invalid DataType(?: enum: (?P<type>\d+))?",
            r"(?P<type>\d{2,}) is not a valid (?:tensorflow\.)?DataType",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="DataType {type}",
        explanation="The graph uses a data type that {here} does not have.",
        remedies=(as_new_as_writer,),
        source="tensorflow/python/framework/dtypes.py; tensorflow/core/framework/types.cc",
        examples=(
            Example(
                "TypeError: type_enum is not a valid types_pb2.DataType: 29",
                subject="DataType 29",
            ),
        ),
    ),
    Rule(
        name="object-of-a-newer-release",
        said=(
            r"Unknown SavedObject type: (?P<what>[^\n.]{1,60})",
            r"(?:Can't|Cannot) convert node (?P<what>[^\n]{1,80}?) to tensor",
            r"(?:Unable|Missing functionality) to restore state of object (?P<what>[^\n]{1,80}?) "
            r"from the checkpoint",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{what}",
        explanation="The SavedModel has an object of a kind that {here} does not know.",
        remedies=(as_new_as_writer,),
        source="tensorflow/python/saved_model/load.py",
        examples=(
            Example(
                "ValueError: Unknown SavedObject type: captured_tensor. Expected one of [].",
                subject="captured_tensor",
            ),
        ),
    ),
    Rule(
        name="specification-unreadable",
        said=(
            r"No encoder for object[^\n]*of type \[?<class '[^'\n]*struct_pb2",
            r"is not supported by this version of TensorFlow\. \(The object you are loading must",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="function specification",
        explanation=(
            "The SavedModel describes the inputs of its functions in a format that {here} "
            "cannot read."
        ),
        remedies=(as_new_as_writer,),
        source="tensorflow/python/saved_model/nested_structure_coder.py",
        examples=(
            Example(
                "NotEncodableError: No encoder for object x of type <class "
                "'tensorflow.core.protobuf.struct_pb2.StructuredValue'>.",
                subject="function specification",
            ),
        ),
    ),
    Rule(
        name="specification-of-a-package",
        said=(r"No TypeSpec has been registered with name '?(?P<spec>[\w.>]+)",),
        certainty=CERTAIN,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{spec}",
        explanation=(
            "The SavedModel has inputs of type `{spec}`, which its package defines and which is "
            "not imported here."
        ),
        remedies=(advice("Import the package that defines the type before you load the model."),),
        source="tensorflow/python/framework/type_spec_registry.py",
        examples=(
            Example(
                "ValueError: No TypeSpec has been registered with name 'tensorflow_gnn.GraphSpec'",
                subject="tensorflow_gnn.GraphSpec",
            ),
        ),
    ),
)
