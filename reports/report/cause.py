"""Why a model does not load, in the words every report shares: cause, diagnosis, remedy."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Cause(enum.Enum):
    """The kinds of reasons; `docs/design.md` says where one ends and the next begins."""

    UNREGISTERED_OP = "unregistered_op"
    OP_ATTR_OR_SHAPE_VERSION = "op_attr_or_shape_version"
    KERAS_CONFIG_INCOMPATIBLE = "keras_config_incompatible"
    KERAS3_FORMAT_UNSUPPORTED = "keras3_format_unsupported"
    MISSING_CUSTOM_OBJECT = "missing_custom_object"
    UNSAFE_LAMBDA_BLOCKED = "unsafe_lambda_blocked"
    WEIGHTS_MISMATCH = "weights_mismatch"
    CORRUPT_OR_TRUNCATED = "corrupt_or_truncated"
    MISSING_FILE = "missing_file"
    PERMISSION_DENIED = "permission_denied"
    WRONG_FORMAT_OR_PATH = "wrong_format_or_path"
    ENV_IMPORT_FAILURE = "env_import_failure"
    API_REMOVED = "api_removed"
    EXPORT_DEFECT = "export_defect"
    TFLITE_OP_UNSUPPORTED = "tflite_op_unsupported"
    LOOKUP_TABLE_OR_RESOURCE_INIT = "lookup_table_or_resource_init"
    CALL_INPUT_MISMATCH = "call_input_mismatch"
    DEVICE_OR_GPU = "device_or_gpu"
    RESOURCE_EXHAUSTED = "resource_exhausted"
    PYTHON_VERSION = "python_version"
    TIMEOUT_OR_CRASH = "timeout_or_crash"
    BLOCKED_BY_ISOLATION = "blocked_by_isolation"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """What makes it load: `verified` when this run loaded the model that way in that very cell.

    `snippet` is Python, a shell command or a requirement; empty where there is none.
    """

    text: str
    snippet: str = ""
    verified: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """`subject` is the op, class, file or package meant; `evidence` the line it rests on."""

    cause: Cause
    subject: str
    explanation: str
    evidence: str = ""
    remedies: tuple[Remedy, ...] = ()
