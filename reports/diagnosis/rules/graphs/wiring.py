"""Graphs with nodes that do not match: frozen, cut or exported incorrectly."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.report.cause import Cause

_DEFECT = Cause.EXPORT_DEFECT

WIRING = (
    Rule(
        name="wired-to-a-reference",
        said=(
            (
                r"[Ii]nput (?:tensor )?'?(?P<slot>[\w/:.-]+)'?(?: of node "
                r"(?P<input>\S+))?[^\n]{0,200}?(?:was passed (?P<got>\w+) "
                r"from[^\n]{0,300}?incompatible with expected (?P<wanted>resource|\w+_ref)|"
                r"Cannot convert a tensor of type (?P<have>\w+) to an input of type "
                r"(?P<want>\w+))"
            ),
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{input}",
        explanation=(
            "The graph was frozen or cut incorrectly: node `{input}` expects a variable, but "
            "gets a constant."
        ),
        remedies=(
            advice(
                "Freeze the graph again with convert_variables_to_constants_v2, or remove the node."
            ),
        ),
        source="",
        examples=(
            Example(
                (
                    "Input 0 of node a/Assign was passed float from b:0 incompatible with "
                    "expected float_ref."
                ),
                subject="a/Assign",
            ),
        ),
    ),
    Rule(
        name="reference-in-a-function",
        said=((r"Output \d+ of node '(?P<node>[^']+)' has a reference type (?P<type>\w+_ref)"),),
        certainty=CERTAIN,
        cause=Cause.WRONG_FORMAT_OR_PATH,
        subject="{node}",
        explanation=(
            "This TensorFlow 1 graph has reference variables (`{node}`), which TensorFlow 2 "
            "functions cannot use. It needs a session.{saved}"
        ),
        remedies=(
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session.",
                "tf.compat.v1.saved_model.load(session, tags, path)",
                loader="session",
            ),
        ),
        source="",
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
                "tf.compat.v1.saved_model.load(session, tags, path)",
                loader="session",
            ),
        ),
        source="",
        examples=(
            Example(
                ("InvalidArgumentError: TF_Output i1:0 appears more than once in the input list"),
                subject="i1:0",
            ),
        ),
    ),
    Rule(
        name="inputs-of-a-constant",
        said=(
            (
                r"NodeDef expected inputs '' do not match[^\n]*?(?:NodeDef: (?:\{\{node "
                r")?(?P<node>[\w/.-]+)|$)"
            ),
        ),
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
        source="",
        examples=(
            Example(
                ("NodeDef expected inputs '' do not match 1 inputs specified; Op<name=Const"),
                subject="NodeDef expected inputs '' do not match 1 inputs specified;…",
            ),
        ),
    ),
    Rule(
        name="node-missing",
        said=(
            r"Node '(?P<node>[^']+)'?: Unknown input node '(?P<input>[^']+)'",
            r"graph_def is invalid at node '?(?P<at>[^'\n]+)'?",
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{node}{at}",
        explanation=(
            "The graph is incomplete: a node takes its input from a node that is missing."
        ),
        remedies=(advice("Export the graph again, and name all its outputs."),),
        source="",
        examples=(Example("ValueError: Node 'a': Unknown input node 'b'", subject="a"),),
    ),
    Rule(
        name="untracked",
        said=(
            r"captures tensor which is unsupported or not reachable",
            (
                r"(?:Tried to export a function which references|untracked resource|"
                r"references an? ['\"]?untracked)[^\n]*?(?:Tensor\(\"(?P<name>[^\"]+)\")?"
            ),
        ),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{name}",
        explanation=(
            "The exported function uses an object that is not an attribute of the model, so it "
            "was not saved."
        ),
        remedies=(
            advice("Make the object an attribute of the exported module, and export again."),
        ),
        source="",
        examples=(
            Example(
                (
                    "AssertionError: Tried to export a function which references untracked "
                    'resource Tensor("12:0").'
                ),
                subject="Tried to export a function which references",
            ),
        ),
    ),
    Rule(
        name="asset-elsewhere",
        said=(
            (
                r"(?<![^\s;'\"`])(?P<path>/[^\s;'\"]{0,300}/assets/[^\s;'\"]+)[^\n]{0,20}(?:"
                r"No such file|; |not found)"
            ),
            (
                r"(?:No such file or directory|Not found|NotFound\w*):?[^\n]{0,40}?(?P<path>"
                r"/[^\s;'\"]*/assets/[^\s;'\"]+)"
            ),
        ),
        unless=(r"[/]tmp/tmp", r"tfhub_modules"),
        certainty=CERTAIN,
        cause=_DEFECT,
        subject="{path}",
        explanation=(
            "The model uses a file by its path on the machine that exported it, `{path}`, "
            "instead of the copy in its assets."
        ),
        remedies=(
            advice("Export it again with tf.saved_model.Asset, or copy the file to that path."),
        ),
        source="",
        examples=(
            Example(
                ("FileNotFoundError: /cache/m/assets/vocab.txt; No such file or directory"),
                subject="/cache/m/assets/vocab.txt",
            ),
        ),
    ),
)
