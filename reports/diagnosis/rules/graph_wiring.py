"""Graphs whose nodes do not fit each other: frozen, cut or exported wrongly."""

from __future__ import annotations

from reports.diagnosis.rule import advice, answer, rule
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
            "The graph was frozen or cut wrongly: node `{input}` still expects a variable where a "
            "constant was put.",
            advice("Freeze again with convert_variables_to_constants_v2, or edit the node out."),
        ),
    ),
    rule(
        "reference-in-a-function",
        r"Output \d+ of node '(?P<node>[^']+)' has a reference type (?P<type>\w+_ref)",
        answer(
            Cause.WRONG_FORMAT_OR_PATH,
            "{node}",
            "This graph of TensorFlow 1 has reference variables (`{node}`), which functions of "
            "TensorFlow 2 cannot hold: it needs a session.{saved}",
            advice(
                "Load it into a session.",
                "tf.compat.v1.saved_model.load(session, tags, path)",
            ),
        ),
    ),
    rule(
        "input-twice",
        r"TF_Output (?P<node>[\w/:.-]+) appears more than once in the input list",
        answer(
            _DEFECT,
            "{node}",
            "A signature names the same tensor `{node}` for two of its inputs, which a function "
            "cannot have.",
            advice(
                "Load it into a session, or export the signature without the double.",
                "tf.compat.v1.saved_model.load(session, tags, path)",
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
            "The graph was frozen wrongly: `{node}` became a constant and kept its inputs, as "
            "happens where the learning phase of Keras was a placeholder.",
            advice("Freeze the model for inference: tf.keras.backend.set_learning_phase(0) first."),
        ),
    ),
    rule(
        "node-missing",
        r"Node '(?P<node>[^']+)'?: Unknown input node '(?P<input>[^']+)'|"
        r"graph_def is invalid at node '?(?P<at>[^'\n]+)'?",
        answer(
            _DEFECT,
            "{node}{at}",
            "The graph is incomplete: a node takes its input from one that was cut away.",
            advice("Export the graph again, with all its outputs named."),
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
            "The exporter referred to something that no attribute of the model holds, so the file "
            "lacks it.",
            advice("Keep it as an attribute of the module that is exported."),
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
            "The model names a file by the path it had on the machine that exported it, "
            "`{path}{file}`, not by its copy among its own assets.",
            advice("Export again with tf.saved_model.Asset, or put the file where it is sought."),
        ),
        when=lambda s: "/tmp/tmp" not in s.text and "tfhub_modules" not in s.text,  # noqa: S108
    ),
)
