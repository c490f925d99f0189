"""Why a model does not load: cause, diagnosis, remedy."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Self


class Cause(enum.Enum):
    """The kinds of reasons.

    `title` names a cause in a sentence, `definition` says what it means, `usual_remedy` what helps
    in most cases. `docs/reference/causes/` has a page for each.
    """

    title: str
    definition: str
    usual_remedy: str

    def __new__(
        cls, value: str, title: str = "", definition: str = "", usual_remedy: str = ""
    ) -> Self:
        """A member whose value is the word that a report has."""
        member = object.__new__(cls)
        member._value_ = value
        member.title = title
        member.definition = definition
        member.usual_remedy = usual_remedy
        return member

    UNREGISTERED_OP = (
        "unregistered_op",
        "unregistered op",
        "The graph has an op that this TensorFlow does not know.",
        "Load it with the release that wrote it or a newer one; for an op of a package, "
        "install and import that package first.",
    )
    OP_ATTR_OR_SHAPE_VERSION = (
        "op_attr_or_shape_version",
        "op of another version",
        "An op, an attribute or the graph itself has a form of another TensorFlow version.",
        "Load it with the release that wrote it or a newer one.",
    )
    KERAS_CONFIG_INCOMPATIBLE = (
        "keras_config_incompatible",
        "incompatible Keras config",
        "A different version of Keras wrote the Keras config in the file.",
        "Load it with the Keras version that saved it, or save it again with the one that "
        "loads it.",
    )
    KERAS3_FORMAT_UNSUPPORTED = (
        "keras3_format_unsupported",
        "format not supported by Keras 3",
        "Keras 3 does not read this kind of file, such as a SavedModel folder.",
        "Use `keras.layers.TFSMLayer`, `tf.saved_model.load`, or tf-keras.",
    )
    MISSING_CUSTOM_OBJECT = (
        "missing_custom_object",
        "missing custom object",
        "The model uses a class or function that is neither in Keras nor registered.",
        "Import the code that defines it, or pass it with `custom_objects`.",
    )
    UNSAFE_LAMBDA_BLOCKED = (
        "unsafe_lambda_blocked",
        "unsafe Lambda blocked",
        "Keras refuses to run Python code that is stored in the file.",
        "If you trust the file, load it with `safe_mode=False`.",
    )
    WEIGHTS_MISMATCH = (
        "weights_mismatch",
        "weights mismatch",
        "The weights in the file do not match the layers of the model.",
        "Build the model exactly as it was when its weights were saved.",
    )
    CORRUPT_OR_TRUNCATED = (
        "corrupt_or_truncated",
        "damaged or incomplete file",
        "The file is damaged or incomplete.",
        "Download or copy it again, and compare size and checksum.",
    )
    MISSING_FILE = (
        "missing_file",
        "missing file",
        "There is no file at the path, or a part of the model is missing.",
        "Correct the path, or copy the whole model.",
    )
    PERMISSION_DENIED = (
        "permission_denied",
        "permission denied",
        "The file exists, but this user has no permission to read it.",
        "Change its permissions or its owner.",
    )
    WRONG_FORMAT_OR_PATH = (
        "wrong_format_or_path",
        "wrong format or path",
        "The path contains something that the loader does not read.",
        "Use the loader for that format, or give the path of the right file or folder.",
    )
    ENV_IMPORT_FAILURE = (
        "env_import_failure",
        "failed import",
        "A package in the environment is missing or has the wrong version, so an import fails.",
        "Install versions that work together.",
    )
    API_REMOVED = (
        "api_removed",
        "removed API",
        "The code calls something that this TensorFlow or Keras no longer has.",
        "Use its replacement, or an older release.",
    )
    EXPORT_DEFECT = (
        "export_defect",
        "export defect",
        "The model was exported in a way that no release can load or run.",
        "Export it again without the defect.",
    )
    TFLITE_OP_UNSUPPORTED = (
        "tflite_op_unsupported",
        "unsupported TFLite op",
        "The TensorFlow Lite interpreter has no such op, or not in that version.",
        "Use a newer runtime, the Flex delegate, or register the custom op.",
    )
    LOOKUP_TABLE_OR_RESOURCE_INIT = (
        "lookup_table_or_resource_init",
        "uninitialized table or resource",
        "A table, variable or other resource of the model was not initialized.",
        "Run the initializers, or load the model with a loader that does.",
    )
    CALL_INPUT_MISMATCH = (
        "call_input_mismatch",
        "inputs do not match",
        "The model loads, but the inputs of the call do not match its signature.",
        "Call it with the names, shapes and types of the signature.",
    )
    DEVICE_OR_GPU = (
        "device_or_gpu",
        "device or GPU",
        "The model needs a device or a kernel that this machine does not have.",
        "Run it on such a machine, or export it without the device.",
    )
    RESOURCE_EXHAUSTED = (
        "resource_exhausted",
        "resource exhausted",
        "Memory, disk or another limit of the machine was reached.",
        "Raise the limit, or load a smaller part.",
    )
    PYTHON_VERSION = (
        "python_version",
        "Python version",
        "The file contains Python code of another Python version.",
        "Use the Python version that saved it.",
    )
    TIMEOUT_OR_CRASH = (
        "timeout_or_crash",
        "timeout or crash",
        "The process crashed or exceeded its time limit.",
        "Check its last output. Allow more time if it was still working.",
    )
    BLOCKED_BY_ISOLATION = (
        "blocked_by_isolation",
        "blocked by isolation",
        "The isolation blocked something that the model tried to do.",
        "Check what was blocked, and allow it if you trust the model.",
    )
    UNCLASSIFIED = (
        "unclassified",
        "unclassified",
        "No rule matches this failure.",
        "Read the quoted line. If it is an error of TensorFlow itself, report it.",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """What makes it load: `verified` when this run loaded the model that way in all of `cells`.

    `snippet` is Python, a shell command or a requirement; empty where there is none. It is what
    loaded the model in the first of `cells`.
    """

    text: str
    snippet: str = ""
    verified: bool = False
    cells: tuple[str, ...] = ()


class Certainty(enum.Enum):
    """How sure a diagnosis is."""

    definition: str

    def __new__(cls, value: str, definition: str) -> Self:
        """A member whose value is the word that a report has."""
        member = object.__new__(cls)
        member._value_ = value
        member.definition = definition
        return member

    CERTAIN = ("certain", "The message or the facts allow no other cause.")
    LIKELY = ("likely", "Nearly always the cause of this message.")
    ONE_OF = ("one of", "The message alone leaves several causes.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """Another cause that the failure allows; `decides` is the command or fact that tells."""

    cause: Cause
    explanation: str
    decides: str

    @property
    def in_words(self) -> str:
        """One line: what else it may be, and what to look at."""
        end = "" if self.decides.endswith((".", "?")) else "."
        return f"{self.explanation} What decides: {self.decides}{end}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """`subject` is the op, class, file or package meant; `evidence` the line it rests on.

    `certainty` is `None` where no rule knows the failure, `rule` the name of the one that does.
    """

    cause: Cause
    subject: str
    explanation: str
    evidence: str = ""
    certainty: Certainty | None = None
    alternatives: tuple[Alternative, ...] = ()
    rule: str = ""
    remedies: tuple[Remedy, ...] = ()

    @property
    def sentence(self) -> str:
        """The explanation, with those of other causes where the failure leaves several."""
        return " Or: ".join([self.explanation, *(other.explanation for other in self.alternatives)])

    @property
    def causes_in_words(self) -> str:
        """The cause and how sure that is; what is certain, or of an older report, has no word.

        `missing file`, `missing file (likely)`, `missing file or permission denied`.
        """
        if self.certainty is Certainty.LIKELY:
            return f"{self.cause.title} (likely)"
        if self.certainty is Certainty.ONE_OF:
            causes = dict.fromkeys((self.cause, *(other.cause for other in self.alternatives)))
            titles = [cause.title for cause in causes]
            return " or ".join(titles) if len(titles) > 1 else f"{titles[0]} (one of several)"
        return self.cause.title

    def __str__(self) -> str:
        """What a reader needs: the cause, why, and what to do with its code."""
        told = [f"{self.causes_in_words}: {self.sentence}"]
        for remedy in self.remedies:
            told += [
                f"- {remedy.text}",
                *(f"    {line}".rstrip() for line in remedy.snippet.splitlines()),
            ]
        return "\n".join(filter(None, told))
