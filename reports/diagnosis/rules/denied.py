"""Paths that this process may not read or write, and folders that Windows calls denied."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.file_kind import promised
from reports.diagnosis.facts.path_facts import IS_FILE
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import ACCESS, OR_DENIED, OR_FOLDER, denied, path_in
from reports.diagnosis.rules.paths import BARE, OPENING, QUOTED, TO, WRITING
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Cause, Diagnosis

_DENIED = Cause.PERMISSION_DENIED
_WRONG = Cause.WRONG_FORMAT_OR_PATH

_REFUSED = (
    r"(?:Permission denied|Access is denied|Zugriff verweigert|拒绝访问|"
    r"アクセスが拒否されました|Accès refusé|Acceso denegado|Acesso negado|Accesso negato|"
    r"Отказано в доступе|액세스가 거부되었습니다)"
)


def _refused_by_windows(symptom: Symptom, match: Match) -> Diagnosis:
    """Windows denies to open a folder as a file, in the words for a file without permission."""
    path = path_in(match, symptom)
    # A name that TensorFlow gives the parts of a checkpoint may be that of a folder as well.
    if promised(path) not in ("", "a checkpoint") or symptom.at.is_file:
        return replace(denied(symptom, match), certainty=ONE_OF, alternatives=(OR_FOLDER,))
    found = diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` is most likely a folder that was opened as a file. Windows reports this as "
        '"access denied".',
        advice("Give the path of the file, or use the loader for folders."),
        at=path or "the path",
    )
    return replace(found, alternatives=(OR_DENIED,))


DENIED = (
    Rule(
        name="denied",
        said=(
            rf"{BARE}; {_REFUSED}",
            rf"{_REFUSED}[: ]+{QUOTED}",
            r"(?:Permission denied|PERMISSION_DENIED)[: ]+(?P<path>[\w./\\~-]*[\\/][\w./\\~-]+)",
            r"\b(?:PermissionError|PERMISSION_DENIED|PermissionDenied\w*)\b",
            rf"\[(?:Errno|WinError) (?:13|5)\][^\n]{{0,80}}?{QUOTED}",
            r"\[Errno 13\]",
            r"(?P<path>[^\s:]{1,300}): open failed: EACCES",
            r"exceptions\.Forbidden: 403[^\n]{0,20}?(?P<path>(?:https?|gs)://[^\s:?'\"]+)?",
            r"An error occurred \((?:403|AccessDenied|Forbidden)\) when calling",
            r"does not have storage\.\w+\.\w+ access",
        ),
        unless=(r"Could not install packages", r"/dev/\w+", r"docker\.sock"),
        certainty=LIKELY,
        cause=_DENIED,
        explain=denied,
        source="tsl/platform/error (the words of the system)",
        examples=(
            Example(
                "PermissionError: [Errno 13] Permission denied: '/m/model.pb'",
                subject="/m/model.pb",
            ),
            Example(
                "java.io.FileNotFoundException: /sdcard/m.tflite: open failed: EACCES "
                "(Permission denied)",
                subject="/sdcard/m.tflite",
            ),
            Example(
                "PermissionDeniedError: m/graph.pbtxt; Permission denied", subject="m/graph.pbtxt"
            ),
        ),
    ),
    Rule(
        name="denied-to-read-a-file",
        said=(rf"{_REFUSED}", r"\[Errno 13\]"),
        facts=(IS_FILE,),
        certainty=CERTAIN,
        cause=_DENIED,
        explain=lambda s, f: replace(denied(s, f), certainty=CERTAIN),
        source="tsl/platform/error (the words of the system)",
        examples=(
            Example(
                Symptom(
                    message="[Errno 13] Permission denied: 'm.h5'",
                    path="m.h5",
                    at=PathFacts(exists=True, is_folder=False),
                ),
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="denied-to-write",
        named=(r"name = '(?P<path>[^'\n]+)', errno",),
        said=(
            r"Read-only file system(?:[: ]+['\"](?P<path>[^'\"\n]+))?",
            rf"{BARE}; (?:Read-only file system|Operation not permitted)",
            rf"{WRITING}[^\n:]{{0,40}}: (?P<path>[^\n]{{1,300}}?){TO} ?: ?{_REFUSED}",
            r"\[Errno (?:1|30)\] (?:Operation not permitted|Read-only file system)"
            rf"(?:: {QUOTED})?",
        ),
        certainty=CERTAIN,
        cause=_DENIED,
        subject="{path}",
        explanation="This process has no permission to write `{path}`.",
        remedies=(ACCESS,),
        source="tsl/platform/error (the words of the system)",
        examples=(
            Example("OSError: [Errno 30] Read-only file system: '/m/1'", subject="/m/1"),
            Example(
                "OSError: Unable to create file (unable to open file: name = '/m/a.h5', errno = "
                "30, error message = 'Read-only file system', flags = 13, o_flags = 242)",
                subject="/m/a.h5",
            ),
        ),
    ),
    Rule(
        name="denied-by-windows",
        said=(
            rf"{OPENING}[^\n:]{{0,40}}: (?P<path>[^\n]{{1,300}}?) ?: ?{_REFUSED}",
            # The number that Windows gave, in words for numbers of another system.
            rf"{OPENING}[^\n:]{{0,40}}: (?P<path>[^\n]{{1,300}}?) : [^\n]{{1,80}}\s; "
            r"Input/output error",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        alternatives=(OR_DENIED,),
        explain=_refused_by_windows,
        source="tsl/platform/windows/windows_file_system.cc",
        examples=(
            Example(
                "NewRandomAccessFile failed to Create/Open: D:\\m : Access is denied.\r\n"
                "; Input/output error",
                subject="D:\\m",
            ),
            Example(
                "Unable to open table file D:\\m\\vgg.ckpt: Unknown: NewRandomAccessFile failed to "
                "Create/Open: D:\\m\\vgg.ckpt : Access is denied.\r\n; Input/output error",
                subject="D:\\m\\vgg.ckpt",
            ),
        ),
    ),
)
