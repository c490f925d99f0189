"""Graphs written for other definitions of their ops: attributes, inputs, outputs and shapes."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import as_new_as_writer
from reports.diagnosis.advising.graph_direction import with_attribute
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Explain, Remedies, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_VERSION = Cause.OP_ATTR_OR_SHAPE_VERSION
_AS_WRITER = advice(
    "Load it with the TensorFlow release that wrote it, and save it again with the one that has "
    "to load it."
)
_OP = r"Op<\s*name\s*=\s*(?P<op>\w+)"
_OP_OF_NODE = r"NodeDef:?\s+(?:\{\{node )?[\w/.-]+(?:\}\})? = (?P<op>\w+)\["
_IN_A_SESSION = advice(
    "Load it with tf.compat.v1.saved_model.load in a session, or export it again with a newer "
    "TensorFlow.",
    loader="session",
)
_BEING_LOADED = Fact(
    "a graph was being loaded", lambda s: s.stage == "load" or (not s.stage and bool(s.loader))
)


def _attribute(explanation: str, *remedies: Remedies) -> Explain:
    """An answer about an attribute, whose op a sentence that was cut may not name."""

    def explain(symptom: Symptom, match: Match) -> Diagnosis:
        op = match["op"]
        subject = "{op}.{attribute}" if op else "attribute {attribute}"
        of = f" of op `{op}`" if op else ""
        return diagnosis(symptom, match, _VERSION, subject, explanation, *remedies, of=of)

    return explain


DEFINITIONS = (
    Rule(
        name="attribute-unknown",
        said=(
            r"NodeDef\s+mentions\s+attr(?:ibute)?s?\s+['\"]?(?P<attribute>\w+)['\"]?"
            rf"(?s:.{{0,80}}?){_OP}",
            r"NodeDef\s+mentions\s+attr(?:ibute)?s?\s+['\"]?(?P<attribute>\w+)['\"]?",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        explain=_attribute(
            "The graph uses the attribute `{attribute}`{of}, which {here} does not have.",
            lambda s, f: with_attribute(f["op"], f["attribute"], s),
        ),
        source="tensorflow/core/framework/node_def_util.cc",
        examples=(
            Example(
                "NodeDef mentions attr 'half_pixel_centers' not in Op<name=ResizeBilinear; s>",
                subject="ResizeBilinear.half_pixel_centers",
            ),
            Example(
                "NodeDef mentions attribute debug_name which is not in the op definition: "
                "Op<name=VarHandleOp; signature= -> resource:resource",
                subject="VarHandleOp.debug_name",
            ),
        ),
    ),
    Rule(
        name="attribute-missing",
        said=(
            r"No attr (?:named|with name) '(?P<attribute>\w+)' in NodeDef",
            rf"NodeDef\s+missing\s+attrs?\s+['\"]?(?P<attribute>\w+)['\"]?(?s:.{{0,80}}?){_OP}",
        ),
        certainty=CERTAIN,
        cause=_VERSION,
        named=(_OP_OF_NODE,),
        explain=_attribute(
            "The graph lacks the attribute `{attribute}`{of}, which {here} asks for.", _AS_WRITER
        ),
        source="tensorflow/core/framework/node_def_util.cc",
        examples=(
            Example(
                "NodeDef missing attr 'Tidx' from Op<name=Sum; signature=x>", subject="Sum.Tidx"
            ),
            Example(
                "No attr named 'T' in NodeDef: {{node a/b}} = Cast[DstT=DT_INT32](c)",
                subject="Cast.T",
            ),
        ),
    ),
    Rule(
        name="attribute-value",
        said=(
            r"Value for attr ['\"](?P<attribute>\w+)['\"] of (?P<value>\S+) is not in the list of "
            r"allowed values",
            r"(?:Value|Length) for attr ['\"](?P<attribute>\w+)['\"] of (?P<value>\S+) must be at "
            r"least minimum",
            r"AttrValue (?:had|missing) value with (?:expected )?type '(?P<value>[^'\n]+)'",
        ),
        named=(_OP, _OP_OF_NODE, r"for attr '(?P<attribute>\w+)'"),
        unless=(r"\[Op:\w+\]",),
        certainty=CERTAIN,
        cause=_VERSION,
        explain=_attribute(
            "{here} does not accept `{value}` as `{attribute}`{of}: the graph was written for "
            "another version of that op.",
            as_new_as_writer,
        ),
        source="tensorflow/core/framework/op_def_util.cc",
        examples=(
            Example(
                "Value for attr 'T' of int8 is not in the list of allowed values: half; ; "
                "NodeDef: {{node a}}; Op<name=Conv2D>",
                subject="Conv2D.T",
            ),
        ),
        counter_examples=(
            Example(
                "Value for attr 'T' of string is not in the list of allowed values: half; "
                "; Op<name=MatMul; signature=a> [Op:MatMul]"
            ),
        ),
    ),
    Rule(
        name="inputs-of-another-version",
        said=(rf"NodeDef expected inputs '(?P<expected>[^']+)' do not match(?s:.{{0,400}}?){_OP}",),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{op}",
        explanation=(
            "Op `{op}` takes different inputs in {here} than in the release that wrote the graph."
        ),
        remedies=(as_new_as_writer,),
        source="tensorflow/core/framework/op_kernel.cc",
        examples=(
            Example(
                "NodeDef expected inputs 'string, int64' do not match 1 inputs specified; "
                "Op<name=Foo>",
                subject="Foo",
            ),
        ),
    ),
    Rule(
        name="outputs-of-another-version",
        said=(r"Node '(?P<node>[^']+)' has an _output_shapes attribute inconsistent",),
        certainty=CERTAIN,
        cause=_VERSION,
        subject="{node}",
        explanation=(
            "The op at `{node}` produces different shapes in {here} than in the release that "
            "wrote the graph."
        ),
        remedies=(as_new_as_writer,),
        source="tensorflow/core/common_runtime/graph_constructor.cc",
        examples=(
            Example(
                "Node 'a/b' has an _output_shapes attribute inconsistent with the GraphDef for "
                "output #0: Dimension 1 in both shapes must be equal",
                subject="a/b",
            ),
        ),
    ),
    Rule(
        name="shape-function",
        said=(
            r"Shape must be (?:at (?:least|most) )?rank \d+ but is rank \d+",
            r"Shapes must be equal rank, but are \d+ and \d+",
        ),
        named=(r"\(op: '(?P<op>\w+)'\)", r"\}\} = (?P<op>\w+)\["),
        facts=(_BEING_LOADED,),
        certainty=CERTAIN,
        cause=_VERSION,
        explain=lambda s, f: diagnosis(
            s,
            f,
            _VERSION,
            f["op"] or "shapes",
            "{here} checks the shapes in the graph more strictly than the release that wrote it.",
            _IN_A_SESSION,
        ),
        source="tensorflow/core/framework/shape_inference.cc",
        examples=(
            Example(
                Symptom(
                    kind="ValueError",
                    message="Shape must be rank 1 but is rank 0 for '{{node P/Q}} = "
                    "ParseExample[N=1]'",
                    loader="saved_model",
                    stage="load",
                ),
                subject="ParseExample",
            ),
            Example(
                Symptom(
                    message="Shape must be rank 1 but is rank 0 for 'P/Q' (op: 'ParseExample') "
                    "with input shapes: [], [0], [], [0].",
                    loader="session",
                    stage="load",
                ),
                subject="ParseExample",
            ),
        ),
    ),
)
