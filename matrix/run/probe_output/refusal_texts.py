"""What an error says of a path, a socket or a process: the texts of TensorFlow, Python and h5py.

All of them were collected from real releases behind real walls: `tests/matrix/run/refusals/`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix.run.probe_output.records import ErrorRecord, Refusal

_MOST_TEXT = 20_000
# Where the frames nearest to the error stand.
_MOST_FRAMES = 14


class Failing(enum.Enum):
    """How a path failed: forbidden, not there, or not openable for a reason that is not told."""

    DENIED = "denied"
    ABSENT = "absent"
    UNTOLD = "untold"


@dataclass(frozen=True)
class FailedPath:
    """A path that an error names; `prefix`: it may stand for several, as that of a checkpoint."""

    path: Path
    failing: Failing
    prefix: bool = False


_WORDS = {
    "Permission denied": Failing.DENIED,
    "Operation not permitted": Failing.DENIED,
    "Read-only file system": Failing.DENIED,
    "No such file or directory": Failing.ABSENT,
}
# Where a file is forbidden, Landlock says 13 and a read-only place 30; 1 is for other calls.
_NUMBERS = {"13": Failing.DENIED, "30": Failing.DENIED, "2": Failing.ABSENT}
_NODES = re.compile(r"\{\{[^{}]*\}\}")
_SAID = "|".join(_WORDS)
# The path, then what is said of it: TensorFlow, dlopen, SentencePiece.
_PATH_FIRST = re.compile(
    rf"(?<![\w/.-])(?P<path>/(?:(?!: /)[^;\n'\"]){{1,4000}}?)['\"]?"
    rf"(?:;|: cannot open shared object file:|:) (?P<said>{_SAID})"
)
# [Errno 13] Permission denied: '/x' -> '/y'
_ERRNO = re.compile(
    r"\[Errno (?P<number>13|30|2)\] [^:\n]{1,100}: b?(?P<q>['\"])(?P<path>/.{0,4000}?)(?P=q)"
    r"(?: -> b?(?P<q2>['\"])(?P<target>/.{0,4000}?)(?P=q2))?(?=\s|$|[^\w/.-])"
)
_HDF5 = re.compile(r"name = '(?P<path>/.{0,4000}?)', errno = (?P<number>\d+)")
# Sentences that do not tell a path that is forbidden from one that is not there.
_UNTOLD = re.compile(
    r"(?i:does not exist|not found|no file or directory|invalid path"
    r"|(?:could not|cannot|can't|unable to|failed to) (?:open|find|read|create))"
)
_PATH = re.compile(r"(?<![\w/.:{}-])/[^\s'\"`,;:(){}\[\]|]+(?!\", line)")

_WRITES = re.compile(
    r"(?:\b|__)(?:WriteFile|SaveV2|SaveSlices|ShardedFilename|MergeV2Checkpoints"
    r"|CreateSummaryFileWriter|CreateSummaryDbWriter|SaveDataset(?:V2)?|CacheDataset(?:V2)?"
    r"|DatasetToTFRecord|SnapshotDataset(?:V2)?|DebugIdentity|PrintV2)"
    r"(?:_\w*)?\b"
    r"|create (?:file|directory)|_\d+\.lockfile;|Read-only file system|o_flags = (?!0\))"
    r"|in (?:mkdir|makedirs|mkdtemp|mkstemp|_mkstemp_inner|write|_prewrite_check|copy\w*|move"
    r"|rename|rmtree|recursive_create_dir\w*|create_dir\w*|delete_\w+|write_\w+|save\w*|unlink|touch)\n"
    r"|open\([^\n]{1,300}?,\s*(?:mode\s*=\s*)?['\"][rbt]*[wax+]"
    r"|\.(?:mkdir|makedirs|remove|unlink|rmdir|rename|replace|symlink|link|chmod|truncate|touch)\("
)

_NETWORK = re.compile(
    r"name resolution|[Nn]ame or service not known|nodename nor servname|getaddrinfo"
    r"|\bgaierror\b|<urlopen error (?!\[Errno (?:2|13)\])|URL fetch failure"
    r"|Failed to (?:connect|resolve)|[Cc]ould not resolve host|libcurl code"
    r"|Couldn't (?:resolve host|connect to server)"
    r"|executing an HTTP request|NewConnectionError|NameResolutionError|MaxRetryError"
    r"|Connection refused|Network is unreachable|No route to host|[Cc]ould not start gRPC server"
    r"|socket\(\) failed|PickUnusedPort|pick an unused port|No address added out of total"
    r"|failed to connect to all addresses|ECONNREFUSED|ENETUNREACH"
)
_HOST = re.compile(
    r"(?:URL fetch failure on|when reading(?: metadata of)?|resolve host:|Failed to resolve|host=)"
    r" ?['\"]?(?P<host>[A-Za-z0-9][\w.:/%?=&+-]{2,200}?)[:'\"]?(?=[\s,)]|$)"
)
_BARE = re.compile(
    r"\[Errno (?:1\] Operation not permitted(?:: b?['\"](?P<path>[^'\"\n]{1,4000})['\"])?"
    r"|(?:13\] Permission denied|30\] Read-only file system))>?\s*$"
)
# What HDF5 says of another file that it was led to, without its name.
_LED_AWAY = re.compile(r"unable to open external raw data file|\(can't open file\)")
# Frames by which an error without a path is known for what it wanted, the likeliest first.
_FRAMES = (
    (
        "program",
        re.compile(r"subprocess\.py\"|in _execute_child|os\.(?:exec|posix_?spawn|popen|spawn)"),
    ),
    ("network", re.compile(r"socket(?:server)?\.py\"|socket\.socket|\.(?:connect|bind|sendto)\(")),
    (
        "process",
        re.compile(r"multiprocessing[/\\]|concurrent[/\\]futures|os\.(?:fork|kill|killpg)"),
    ),
)


def failed_paths(error: ErrorRecord) -> Iterator[FailedPath]:
    """The absolute paths that an error and those it came from blame, the nearest first."""
    for text in _texts(error):
        for found in _ERRNO.finditer(text):
            failing = _NUMBERS[found["number"]]
            # Where two are named, the second is what was to be made.
            for path in filter(None, (found["target"], found["path"])):
                yield FailedPath(Path(path), failing)
        for found in _HDF5.finditer(text):
            if found["number"] in _NUMBERS:
                yield FailedPath(Path(found["path"]), _NUMBERS[found["number"]])
        for found in _PATH_FIRST.finditer(text):
            yield FailedPath(Path(found["path"]), _WORDS[found["said"]])
    for text in _texts(error):
        for line in filter(_UNTOLD.search, text.splitlines()):
            for found in _PATH.finditer(line):
                # It may be the prefix of a checkpoint, or the folder of a SavedModel.
                path = found[0].rstrip("./")
                yield FailedPath(Path(path), Failing.UNTOLD, prefix=True)


def is_write(error: ErrorRecord) -> bool:
    """Whether what failed was making or changing a file, as far as the texts tell."""
    texts = [*(message for _, message in error.links), _frames(error)]
    return any(_WRITES.search(text) for text in texts)


def network_host(error: ErrorRecord) -> str | None:
    """The address that could not be reached, empty where it is not told; `None`: no such error."""
    texts = list(_texts(error))
    if not any(_NETWORK.search(text) for text in texts):
        return None
    hosts = (found["host"] for text in texts if (found := _HOST.search(text)))
    return next(hosts, "")


def bare_refusal(error: ErrorRecord) -> Refusal | None:
    """What was wanted where a call was refused that is none on a file; `None`: no such error.

    Its kind is known by the functions it was raised in, else empty.
    """
    found = next(filter(None, map(_BARE.search, _texts(error))), None)
    if found is None:
        return None
    frames = _frames(error)
    kind = next((kind for kind, pattern in _FRAMES if pattern.search(frames)), "")
    return Refusal(kind=kind, subject=found["path"] or "")


def leads_away(error: ErrorRecord) -> bool:
    """Whether another file could not be opened that an HDF5 file names."""
    return any(_LED_AWAY.search(text) for text in _texts(error))


def _texts(error: ErrorRecord) -> Iterator[str]:
    for _, message in error.links:
        # Where in the graph it happened looks like a path.
        yield _NODES.sub("", message[:_MOST_TEXT])


def _frames(error: ErrorRecord) -> str:
    """The end of the traceback, without the message that stands below it."""
    lines = error.traceback.splitlines()
    places = [n for n, line in enumerate(lines) if line.lstrip().startswith("File ")]
    if not places:
        return ""
    return "\n".join(lines[max(0, places[-1] - _MOST_FRAMES) : places[-1] + 3])
