"""Graphs with nodes that do not match: frozen, cut or exported incorrectly."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import answer, rule
from reports.report.cause import Cause

_DEFECT = Cause.EXPORT_DEFECT

WIRING = (
    rule(
        "wired-to-a-reference",
        r"[Ii]nput (?:tensor )?'?(?P<slot>[\w/:.-]+)'?(?: of node (?P<input>\S+))?[^\n]{0,200}?"
        r"(?:was passed (?P<got>\w+) from[^\n]{0,300}?"
        r"incompatible with expected (?P<wanted>resource|\w+_ref)|"
        r"Cannot convert a tensor of type (?P<have>\w+) to an input of type (?P<want>\w+))",
        answer(
            _DEFECT,
            "{input}",
            "The graph was frozen or cut incorrectly: node `{input}` expects a variable, but "
            "gets a constant.",
            advice(
                "Freeze the graph again with convert_variables_to_constants_v2, or remove the node."
            ),
        ),
    ),
    rule(
        "reference-in-a-function",
        r"Output \d+ of node '(?P<node>[^']+)' has a reference type (?P<type>\w+_ref)",
        answer(
            Cause.WRONG_FORMAT_OR_PATH,
            "{node}",
            "This TensorFlow 1 graph has reference variables (`{node}`), which TensorFlow 2 "
            "functions cannot use. It needs a session.{saved}",
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session.",
                "tf.compat.v1.saved_model.load(session, tags, path)",
                loader="session",
            ),
        ),
    ),
    rule(
        "input-twice",
        r"TF_Output (?P<node>[\w/:.-]+) appears more than once in the input list",
        answer(
            _DEFECT,
            "{node}",
            "A signature uses the same tensor `{node}` for two of its inputs, which a function "
            "does not allow.",
            advice(
                "Load it with tf.compat.v1.saved_model.load in a session, or export the "
                "signature without the duplicate input.",
                "tf.compat.v1.saved_model.load(session, tags, path)",
                loader="session",
            ),
        ),
    ),
    rule(
        "inputs-of-a-constant",
        r"NodeDef expected inputs '' do not match[^\n]*?(?:NodeDef: (?:\{\{node )?(?P<node>[\w/"
        r".-]+)|$)",
        answer(
            _DEFECT,
            "{node}",
            "The graph was frozen incorrectly: `{node}` became a constant but kept its inputs. "
            "This happens when the Keras learning phase was a placeholder.",
            advice(
                "Call tf.keras.backend.set_learning_phase(0) before you build and freeze the model."
            ),
        ),
    ),
    rule(
        "node-missing",
        r"Node '(?P<node>[^']+)'?: Unknown input node '(?P<input>[^']+)'|"
        r"graph_def is invalid at node '?(?P<at>[^'\n]+)'?",
        answer(
            _DEFECT,
            "{node}{at}",
            "The graph is incomplete: a node takes its input from a node that is missing.",
            advice("Export the graph again, and name all its outputs."),
        ),
    ),
    rule(
        "untracked",
        r"captures tensor which is unsupported or not reachable|"
        r"(?:Tried to export a function which references|untracked resource|"
        r"references an? ['\"]?untracked)[^\n]*?(?:Tensor\(\"(?P<name>[^\"]+)\")?",
        answer(
            _DEFECT,
            "{name}",
            "The exported function uses an object that is not an attribute of the model, so it "
            "was not saved.",
            advice("Make the object an attribute of the exported module, and export again."),
        ),
    ),
    rule(
        "asset-elsewhere",
        r"(?<![^\s;'\"`])(?P<path>/[^\s;'\"]{0,300}/assets/[^\s;'\"]+)[^\n]{0,20}(?:No such file|"
        r"; |not found)|"
        r"(?:No such file or directory|Not found|NotFound\w*):?[^\n]{0,40}?"
        r"(?P<file>/[^\s;'\"]*/assets/[^\s;'\"]+)",
        answer(
            _DEFECT,
            "{path}{file}",
            "The model uses a file by its path on the machine that exported it, `{path}{file}`, "
            "instead of the copy in its assets.",
            advice("Export it again with tf.saved_model.Asset, or copy the file to that path."),
        ),
        when=lambda s: "/tmp/tmp" not in s.text and "tfhub_modules" not in s.text,  # noqa: S108
    ),
)
