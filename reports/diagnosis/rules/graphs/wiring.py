"""Graphs with nodes that do not match: frozen, cut or exported incorrectly."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_DEFECT = Cause.EXPORT_DEFECT

_FREEZE = advice(
    "Freeze the graph again with convert_variables_to_constants_v2, or remove the node."
)
_IN_A_SESSION = "model = tf.compat.v1.saved_model.load(session, tags, path)"
_OR_INCOMPLETE = Alternative(
    cause=Cause.MISSING_FILE,
    explanation="The model was copied or downloaded without that file of its own.",
    decides="whether that path is a part of the model's own folder",
)
_ASSET = r"(?P<path>(?:[A-Za-z]:)?[\\/](?!tmp/tmp)[^\s;'\"`]{0,300}[\\/]assets[\\/][^\s;'\"`]+)"
_GONE = r"(?:No such file or directory|[Nn]ot found|does not exist)"

WIRING = (
    Rule(
        name="wired-to-a-reference",
        said=(
            r"[Ii]nput (?:tensor )?'?(?P<slot>[\w/:.-]+)'?(?: of node (?P<node>\S+))?(?s:.{0,200}?)"
            r"was passed (?P<got>\w+) from(?s:.{0,300}?)incompatible with expected "
            r"(?P<wanted>resou\w*|\w+_re\w*)",
            r"[Ii]nput tensor '?(?P<node>[\w/:.-]+)'? Cannot convert a tensor of type "
            r"(?P<got>\w+) to an input of type (?P<wanted>resource|\w+_ref)",
            r"conversion requested dtype (?P<wanted>\w+_ref) for Tensor with dtype (?P<got>\w+)"
            r"(?:: <tf\.Tensor '(?P<node>[\w/.:-]+))?",
        ),
        named=(r"invalid at node u?'?(?P<node>[\w/.-]+)",),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{node}",
        explanation=(
            "The graph was frozen or cut incorrectly: node `{node}` expects a variable, but "
            "gets a constant."
        ),
        remedies=(_FREEZE,),
        source="tensorflow/core/common_runtime/graph_constructor.cc",
        examples=(
            Example(
                "Input 0 of node a/Assign was passed float from b:0 incompatible with expected "
                "float_ref.",
                subject="a/Assign",
            ),
            Example(
                "Input 2 of node a/Call was passed float from a/kernel:0 incompatible with "
                "expected resou",
                subject="a/Call",
            ),
        ),
    ),
    Rule(
        name="wired-to-another-type",
        said=(
            r"[Ii]nput (?P<slot>\d+) of node (?P<node>\S+)\s+was passed (?P<got>\w+) from "
            r"(?s:.{0,300}?)incompatible with expected (?P<wanted>\w+)",
        ),
        certainty=LIKELY,
        cause=_DEFECT,
        subject="{node}",
        explanation=(
            "The graph was changed or exported incorrectly: node `{node}` expects {wanted}, but "
            "gets {got}."
        ),
        remedies=(advice("Export the graph again from the code that made it."),),
        source="tensorflow/core/common_runtime/graph_constructor.cc",
        examples=(
            Example(
                "Input 0 of node a/Mul was passed int32 from b:0 incompatible with expected float.",
                subject="a/Mul",
            ),
        ),
    ),
    Rule(
        name="reference-in-a-function",
        said=(r"Output \d+ of node '(?P<node>[^']+)' has a reference type (?P<type>\w+_ref)",),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        subject="{node}",
        explanation=(
            "This TensorFlow 1 graph has reference variables (`{node}`), which TensorFlow 2 "
            "functions cannot use. It needs a session."
        ),
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session.",
                _IN_A_SESSION,
                loader="session",
            ),
        ),
        source="tensorflow/core/framework/graph_to_functiondef.cc",
        examples=(
            Example("Output 0 of node 'counter' has a reference type float_ref", subject="counter"),
        ),
    ),
    Rule(
        name="input-twice",
        said=(r"TF_Output (?P<node>[\w/:.-]+) appears more than once in the input list",),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{node}",
        explanation=(
            "A signature uses the same tensor `{node}` for two of its inputs, which a function "
            "does not allow."
        ),
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or export the "
                "signature without the duplicate input.",
                _IN_A_SESSION,
                loader="session",
            ),
        ),
        source="tensorflow/c/c_api_function.cc",
        examples=(
            Example(
                "InvalidArgumentError: TF_Output i1:0 appears more than once in the input list",
                subject="i1:0",
            ),
        ),
    ),
    Rule(
        name="inputs-of-a-constant",
        said=(r"NodeDef expected inputs '' do not match",),
        named=(r"NodeDef: (?:\{\{node )?(?P<node>[\w/.-]+)", r"Op<name=(?P<node>\w+)"),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{node}",
        explanation=(
            "The graph was frozen incorrectly: `{node}` became a constant but kept its inputs. "
            "This happens when the Keras learning phase was a placeholder."
        ),
        remedies=(
            advice(
                "Call tf.keras.backend.set_learning_phase(0) before you build and freeze the model."
            ),
        ),
        source="tensorflow/core/framework/op_kernel.cc",
        examples=(
            Example(
                "NodeDef expected inputs '' do not match 1 inputs specified; Op<name=Const; "
                "signature= -> output:dtype>; NodeDef: {{node bn/cond/switch}}",
                subject="bn/cond/switch",
            ),
        ),
    ),
    Rule(
        name="node-missing",
        said=(
            r"Node '(?P<node>[^']+)'?: Unknown input node '(?P<input>[^']+)'",
            r"graph_def is invalid at node u?'?(?P<node>[^'\n:]+)'?: Input tensor '?[^\n]{1,200} "
            r"not found",
            r"Node '(?P<node>[^']+)' expects to be colocated with unknown node",
            r"Specified colocation to an op:? ?[^\n]{1,200}? that does not exist during import"
            r"(?: for op)?:? (?P<node>[\w/.-]+)",
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{node}",
        explanation=(
            "The graph is incomplete: a node takes its input from a node that is missing."
        ),
        remedies=(advice("Export the graph again, and name all its outputs."),),
        source="tensorflow/core/common_runtime/graph_constructor.cc",
        examples=(Example("ValueError: Node 'a': Unknown input node 'b'", subject="a"),),
    ),
    Rule(
        name="node-invalid",
        said=(
            r"graph_def is invalid at node u?'?(?P<node>[^'\n:]+)'?",
            r"Connecting to invalid output (?P<slot>\d+) of source node (?P<node>\S+)",
            r"Node '(?P<node>[^']+)': Connecting to invalid output",
        ),
        certainty=LIKELY,
        cause=_DEFECT,
        subject="{node}",
        explanation="The graph was changed or exported incorrectly: node `{node}` does not fit.",
        remedies=(advice("Export the graph again from the code that made it."),),
        source="tensorflow/core/common_runtime/graph_constructor.cc; "
        "tensorflow/python/framework/importer.py",
        examples=(
            Example(
                "Node 'a': Connecting to invalid output 1 of source node b which has 1 outputs.",
                subject="b",
            ),
        ),
    ),
    Rule(
        name="collection-of-a-missing-op",
        said=(r"The name '(?P<name>[^'\n]+)' refers to an? (?:Operation|Tensor)",),
        facts=(
            Fact(
                "the frames show that a meta graph was being imported",
                lambda s: "import_scoped_meta_graph" in s.text,
            ),
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{name}",
        explanation=(
            "A collection of the exported graph names `{name}`, which the graph does not have."
        ),
        remedies=(
            advice("Export the graph again without cutting it, or clear its collections first."),
        ),
        source="tensorflow/python/framework/meta_graph.py",
        examples=(
            Example(
                "in import_scoped_meta_graph\n    ops.prepend_name_scope(value, scope))\n"
                "KeyError: \"The name 'Momentum' refers to an Operation not in the graph.\"",
                subject="Momentum",
            ),
        ),
        counter_examples=(
            Example("KeyError: \"The name 'Momentum' refers to an Operation not in the graph.\""),
        ),
    ),
    Rule(
        name="types-of-an-op-differ",
        said=(r"Inconsistent values for attr '(?P<attr>\w+)' (?P<a>DT_\w+) vs\. (?P<b>DT_\w+)",),
        named=(r"building NodeDef '(?P<node>[^'\n/]+)",),
        certainty=ONE_OF,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="{node|attr}",
        explanation=(
            "`{node}` gets values of types that do not belong together: {a} and {b}. The saved "
            "config of the op no longer has the type of a constant."
        ),
        remedies=(advice("Export the model again, with the TensorFlow that has to load it."),),
        alternatives=(
            Alternative(
                cause=_DEFECT,
                explanation="The graph was exported or changed incorrectly.",
                decides="whether the model can be loaded by the TensorFlow that saved it",
            ),
        ),
        source="tensorflow/c/c_api.cc; tensorflow/core/framework/node_def_builder.cc",
        examples=(
            Example(
                "ValueError: Inconsistent values for attr 'T' DT_FLOAT vs. DT_INT32 while building "
                "NodeDef 'tf_op_layer_add/add' using Op<name=AddV2>",
                subject="tf_op_layer_add",
            ),
        ),
    ),
    Rule(
        name="nested-inputs-differ",
        said=(
            r"structures don't have the same nested structure(?s:.{0,600}?)TensorSpec\("
            r"[^\n]{0,200}?name='(?P<name>[\w/.:-]+)'",
        ),
        certainty=ONE_OF,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        subject="{name}",
        explanation=(
            "The saved functions take their inputs in another structure than the layer that is "
            "built from the config."
        ),
        remedies=(advice("Load it with tf.saved_model.load, or export it again."),),
        alternatives=(
            Alternative(
                cause=Cause.CALL_INPUT_MISMATCH,
                explanation="The model is loaded, and was called with a list instead of a tuple.",
                decides="whether the frames name the load or a call",
            ),
        ),
        source="tensorflow/python/util/nest.py",
        examples=(
            Example(
                "The two structures don't have the same nested structure.\n\nFirst structure: "
                "type=tuple str=(TensorSpec(shape=(None, 5), dtype=tf.float32, name='inputs/0'),)",
                subject="inputs/0",
            ),
        ),
    ),
    Rule(
        name="asset-elsewhere",
        said=(
            rf"(?<![^\s'\"`(]){_ASSET};? {_GONE}",
            rf"(?:NotFound\w*|Not found):? +{_ASSET}(?=[;:]| {_GONE})",
            rf"{_GONE}: ?['\"]?{_ASSET}",
        ),
        certainty=ONE_OF,
        cause=_DEFECT,
        subject="{path}",
        explanation=(
            "The model uses a file by its path on the machine that exported it, `{path}`, "
            "instead of the copy in its assets."
        ),
        remedies=(
            advice("Export it again with tf.saved_model.Asset, or copy the file to that path."),
        ),
        alternatives=(_OR_INCOMPLETE,),
        source="public report",
        examples=(
            Example(
                "FileNotFoundError: /cache/m/assets/vocab.txt; No such file or directory",
                subject="/cache/m/assets/vocab.txt",
            ),
            Example(
                "/cache/tfhub_modules/09bd4e66/assets/vocab.txt; No such file or directory",
                subject="/cache/tfhub_modules/09bd4e66/assets/vocab.txt",
            ),
        ),
        counter_examples=(Example("NotFoundError: /tmp/tmp1x/assets/vocab.txt; No such file"),),
    ),
)
