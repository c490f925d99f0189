"""TensorFlow Serving: the folders that it searches, and models that it did not load."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_MISSING = Cause.MISSING_FILE
_OR_EMPTY = Alternative(
    cause=_MISSING,
    explanation="The folder is empty where the server runs: the model was not mounted or copied.",
    decides="ls -R of that folder, inside of the container",
)

SERVING = (
    Rule(
        name="base-path-absent",
        said=(
            r"Could not find base path (?P<path>\S+)",
            r"bind source path does not exist: (?P<path>\S*\w)",
        ),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation="The folder `{path}` does not exist where TensorFlow Serving runs.",
        remedies=(
            advice("Give the path that the folder has inside of the container, and mount it."),
        ),
        source="tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc",
        examples=(
            Example(
                "FileSystemStoragePathSource encountered a filesystem access error: Could not "
                "find base path /models/m for servable m",
                subject="/models/m",
            ),
        ),
    ),
    Rule(
        name="server-does-not-answer",
        said=(
            r"(?P<what>[Ff]ailed to connect to all addresses)",
            r"StatusCode\.(?P<what>UNAVAILABLE)\b",
        ),
        certainty=ONE_OF,
        cause=Cause.TIMEOUT_OR_CRASH,
        subject="server",
        explanation="No server answers at the address: it has not started, or it has ended.",
        remedies=(advice("Read the log of the server, and check the address and the port."),),
        alternatives=(
            Alternative(
                cause=_MISSING,
                explanation="The server waits, because it found no model to serve.",
                decides="whether its log says that a servable was loaded",
            ),
        ),
        source="grpc/src/core/ext/filters/client_channel/client_channel.cc",
        examples=(
            Example(
                "grpc._channel._InactiveRpcError: status = StatusCode.UNAVAILABLE details = "
                '"failed to connect to all addresses"',
                subject="server",
            ),
        ),
    ),
    Rule(
        name="servable-versions",
        said=(
            r"(?i:no versions? of\s+servable)\s+(?P<name>\S+)\s+(?i:found\s+under\s+base\s+path)"
            r":?\s+(?P<path>\S+)",
            r"(?i:no\s+versions?\s+of\s+servable)\s+(?P<name>\S+)\s+(?i:found\s+under\s+base)",
            r"(?i:no\s+servable\s+versions?\s+(?:found\s+)?under\s+base\s+path):?\s+(?P<path>\S+)",
        ),
        # A log that a terminal broke inside of a word.
        named=(r"under\s+base\s+p\s*a\s*t\s*h\s+(?P<path>\S+)",),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "TensorFlow Serving looks for numbered folders, such as `1`, in `{path}`, but there "
            "are none."
        ),
        remedies=(advice("Move the SavedModel into a folder whose name is a number."),),
        alternatives=(_OR_EMPTY,),
        source="tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc",
        examples=(
            Example(
                "No versions of servable m found under base path /models/m", subject="/models/m"
            ),
            Example(
                "W file_system_storage_path_source.cc:268] No versions of servable m found under "
                "base\npath /models/m",
                subject="/models/m",
            ),
            Example(
                "No versions of servable m found under base p    ath /models/m",
                subject="/models/m",
            ),
        ),
    ),
    Rule(
        name="base-path-relative",
        said=(
            r"Expected model (?P<name>\S+) to have an absolute path or URI; got "
            r"base_path\(\)=(?P<path>\S*)",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="{path}",
        explanation="TensorFlow Serving takes absolute paths only, and `{path}` is not one.",
        remedies=(advice("Give the path from the root: it begins with `/`."),),
        source="tensorflow_serving/model_servers/server_core.cc",
        examples=(
            Example(
                "Expected model m to have an absolute path or URI; got base_path()=./m",
                subject="./m",
            ),
        ),
    ),
    Rule(
        name="servable-not-loaded",
        said=(
            r"Servable not found for request: (?:Latest|Specific)\((?P<name>[^,)\n]+)",
            r"Could not find any versions of model (?P<name>\S+)",
        ),
        certainty=LIKELY,
        cause=_MISSING,
        subject="{name}",
        explanation="TensorFlow Serving has not loaded a model with the name `{name}`.",
        remedies=(
            advice(
                "Compare the name with --model_name or the model config file, and search the log "
                "of the server for why that model was not loaded."
            ),
        ),
        source="tensorflow_serving/core/manager.h; tensorflow_serving/model_servers",
        examples=(Example("Servable not found for request: Latest(m)", subject="m"),),
    ),
)
