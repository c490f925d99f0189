"""Paths: nothing there, a folder instead of a file, or a format that is unknown."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.files import (
    NAME_IT,
    OR_DENIED,
    OR_MISSING,
    missing,
    other_kind,
)
from reports.report.cause import Cause

_MISSING = Cause.MISSING_FILE
_DENIED = Cause.PERMISSION_DENIED
_EXTENSION = r"(?P<kind>\.(?:h5|hdf5|keras|weights|cfg|pb|tflite))"
_WRONG = Cause.WRONG_FORMAT_OR_PATH

# What systems say, Windows in the language of the user.
_NO_SUCH = (
    r"(?:(?<!shared object file: )No such file or directory|"
    r"[Tt]he system cannot find the (?:path|file)(?: specified)?|"
    r"kann (?:den angegebenen Pfad|die angegebene Datei) nicht finden|"
    r"系统找不到指定的(?:路径|文件)|指定された(?:パス|ファイル)が見つかりません|"
    r"(?:fichier|chemin d'accès) spécifié est introuvable|"
    r"no puede encontrar (?:el archivo|la ruta) especificad[oa]|"
    r"não pode encontrar o (?:arquivo|caminho) especificado|"
    r"Impossibile trovare il (?:file|percorso) specificato|"
    r"найти указанный (?:файл|путь)|지정된 (?:파일|경로)[을를] 찾을 수 없습니다)"
)
QUOTED = r"b?['\"](?P<path>[^'\"\n]+)['\"]"
BARE = r"(?<![^\s'\"`(])(?P<path>(?:[A-Za-z]:)?[^\s;:'\"`(]{1,300})"
# What TensorFlow says on Windows: what it did, ` : `, and what Windows said.
OPENING = (
    r"(?:New\w{4,40} failed to Create/Open|FindFirstFile failed for|[Ff]ailed to (?:open|read))"
)
WRITING = r"(?:[Ff]ailed to (?:create(?!/Open)|rename|delete|remove)|CreateDirectory failed)"
# The other name, where something is renamed.
TO = r"(?: to:? [^\n]{1,300}?)?"

# A name without an ending below a folder of checkpoints, such as `ckpt/my-1`.
_IN_CHECKPOINTS = (
    r"[\w./\\:-]{0,200}(?i:ckpts?|checkpoints?)[\w./\\-]{0,100}[/\\][\w-]{1,100}(?=['\"\s]|$)"
)

PATHS = (
    Rule(
        name="no-file-at-all",
        said=(
            rf"No file or directory found at (?!\{{|\S*\.ckpt(?:-\d+)?\b|{_IN_CHECKPOINTS})"
            r"(?P<path>[^\n]+)",
            rf"(?:{OPENING}|{WRITING})[^\n:]{{0,40}}: (?P<path>[^\n]{{1,300}}?){TO} ?: ?"
            rf"[^\n:]{{0,40}}?{_NO_SUCH}",
            rf"{OPENING}[^\n:]{{0,40}}: (?P<path>[^\n]{{1,300}}?) : [^\n]{{1,80}}\s; No such "
            r"(?:process|file)",
            r"\b(?:File|IOError: File) (?P<path>\S{1,300}) does not exist",
            r"File does not exist\. Received: (?P<path>\S{1,300}\w)",
            rf"to load [\w ]{{1,40}} from does not exist\.?(?::? {QUOTED})?",
            r"unable to find '(?P<path>[^'\n]+)' for model",
            r"FileNotFoundException: (?P<path>[^\n(]{1,300}?) \((?:No such file|The system)",
        ),
        certainty=CERTAIN,
        cause=_MISSING,
        explain=missing,
        source="keras/src/legacy/saving/legacy_h5_format.py; keras/saving/legacy/save.py (Keras 2)",
        examples=(
            Example("OSError: No file or directory found at m.h5", subject="m.h5"),
            Example(
                '    f"No file or directory found at {filepath_str}"\n'
                "OSError: No file or directory found at m.h5",
                subject="m.h5",
            ),
            Example(
                "NewRandomAccessFile failed to Create/Open: m\\x.pb : Das System kann die "
                "angegebene Datei nicht finden.",
                subject="m\\x.pb",
            ),
        ),
    ),
    Rule(
        name="checkpoint-for-a-keras-model",
        said=(
            r"No file or directory found at (?P<path>[^\n]{1,300}\.ckpt(?:-\d+)?)(?=['\"\s.]|$)",
            rf"No file or directory found at (?P<path>{_IN_CHECKPOINTS})",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "No file has the name `{path}`. Where it is the prefix of a checkpoint, it has only "
            "weights: load_model cannot read it."
        ),
        remedies=(
            advice("Build the model in code, then load its weights.", "model.load_weights(prefix)"),
        ),
        alternatives=(OR_MISSING,),
        source="keras/src/legacy/saving/legacy_h5_format.py; keras/saving/legacy/save.py (Keras 2)",
        examples=(
            Example("OSError: No file or directory found at m/cp.ckpt", subject="m/cp.ckpt"),
            Example("OSError: No file or directory found at ckpt/my-1", subject="ckpt/my-1"),
        ),
        counter_examples=(
            Example("OSError: No file or directory found at m.h5"),
            Example("OSError: No file or directory found at checkpoints/best-3.h5"),
        ),
    ),
    Rule(
        name="no-file",
        said=(
            rf"{_NO_SUCH}[: ]*{QUOTED}",
            rf"{BARE}[:;] {_NO_SUCH}",
            rf"(?:Errno 2|WinError [23])\][^\n]{{0,80}}?{QUOTED}",
            _NO_SUCH,
            r"\[Errno 2\]",
            r"NotFoundError: NewRandomAccessFile failed to Create/Open: "
            r"(?P<path>[^\n;]{1,300}?)\.?\s*$",
            r"(?:NotFound\w*|FileNotFoundError|Not found): +"
            r"(?P<path>(?!\S*\.so\b)(?:[A-Za-z]:)?[\w.\\/~-]*[\\/][^\s;:'\"`]+)",
            r"(?:[Ff]ile|[Dd]irectory|[Pp]ath|[Ff]older|[Cc]heckpoint|[Mm]odel)[: ]{1,2}"
            r"['\"`]?(?P<path>[^\s'\"`]{1,300})['\"`]? (?:does not|doesn't|does NOT) exist",
            r"FileNotFound(?:Error|Exception): (?P<path>[^\s'\"\[]{1,300}\.\w{1,10})(?m:\s*$)",
            r"(?:[Ff]ile|[Mm]odel|[Cc]heckpoint|[Ww]eights?)(?: file)? (?:was )?not found"
            r"(?:: | at:? | in:? )['\"`]?(?P<path>(?!filepath)[^\s'\"`]{1,300}[\w/\\])",
            r"(?:Could not|Cannot|Couldn't|Can't) find ['\"`]?(?P<path>[^\s'\"`,]{1,300}"
            r"\.(?:h5|hdf5|keras|pb|pbtxt|tflite|json|ckpt|index|meta|pkl|npz))\b",
            r"Could not find (?:the )?(?:file|model(?: file)?):? ['\"`]?"
            r"(?P<path>[^\s'\"`./\\]{0,200}[./\\][^\s'\"`]{0,300})",
        ),
        unless=(r"Op type not registered", r"\bEACCES\b"),
        certainty=LIKELY,
        cause=_MISSING,
        explain=missing,
        source="tsl/platform/error (the words of the system)",
        examples=(
            Example("FileNotFoundError: [Errno 2] No such file or directory: 'm'", subject="m"),
            Example(
                "NotFoundError: NewRandomAccessFile: a/b.txt; No such file or directory",
                subject="a/b.txt",
            ),
            Example("java.io.FileNotFoundException: detect.tflite", subject="detect.tflite"),
            Example("ValueError: File not found: m.weights.h5", subject="m.weights.h5"),
            Example("[WinError 3] 系统找不到指定的路径。: 'C:\\\\m'", subject="C:\\\\m"),
        ),
        counter_examples=(
            Example("libcudart.so.11.0: cannot open shared object file: No such file or directory"),
        ),
    ),
    Rule(
        name="no-path-of-windows",
        said=(rf"\[(?:Errno 22|WinError 123)\][^\n]{{0,120}}?{QUOTED}",),
        certainty=LIKELY,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "`{path}` is not a path that the system takes: it has a character that no name may "
            "have."
        ),
        remedies=(
            advice(
                "Write the path with `/`, or as a raw string: in `'C:\\new'` Python reads `\\n` as "
                "a new line."
            ),
        ),
        source="public report (the words of the system)",
        examples=(
            Example(
                "OSError: [Errno 22] Invalid argument: 'C:\\models\\x08est.h5'",
                subject="C:\\models\\x08est.h5",
            ),
        ),
        counter_examples=(Example("OSError: [Errno 22] Invalid argument"),),
    ),
    Rule(
        name="not-opened",
        said=(
            r"(?:[Cc]an't|[Cc]annot|[Cc]ould not|[Uu]nable to|[Ff]ailed to|[Ee]rror) open(?:ing)?"
            r"(?: (?:the )?(?:model|input|weights?|graph))?(?: file)?:? "
            r"['\"`](?P<path>[^'\"`\n]*\.\w{1,12})['\"`]",
        ),
        certainty=ONE_OF,
        cause=_MISSING,
        explain=missing,
        alternatives=(OR_DENIED,),
        source="public report",
        examples=(
            Example(
                "cv2.error: FAILED: fs.is_open(). Can't open \"model.pb\" in function 'read'",
                subject="model.pb",
            ),
        ),
    ),
    Rule(
        name="weights-of-transformers-absent",
        said=(
            r"Error no file named \[?[^\n]{0,200}?(?P<path>tf_model\.h5)[^\n]{0,120}? found in",
            r"Error no file named (?P<path>[\w.]+)[^\n]{0,120}? found in",
            r"[\w/.-]{1,200} does not appear to have a file named (?P<path>[\w./-]+\w)",
        ),
        unless=(r"PyTorch weights",),
        certainty=CERTAIN,
        cause=_MISSING,
        subject="{path}",
        explanation="The folder of the model has no `{path}`.",
        remedies=(advice("Download the model again, with its TensorFlow weights."),),
        source="transformers/modeling_tf_utils.py",
        examples=(
            Example(
                "OSError: Error no file named ['pytorch_model.bin', 'tf_model.h5'] found in "
                "directory m or `from_pt` set to False",
                subject="tf_model.h5",
            ),
        ),
    ),
    Rule(
        name="folder-for-file",
        said=(
            rf"(?:Is a|Not a) directory[: ]+{QUOTED}",
            rf"{BARE}[:;] (?:Is a|Not a) directory",
            r"(?:Is|Not)ADirectoryError",
            r"\[Errno 2[01]\] (?:Is a|Not a) directory",
            r"name = '(?P<path>[^'\n]{1,300})'[^\n]{0,120}error message = '(?:[Ii]s a|[Nn]ot a) "
            r"directory",
            r"(?<![^\s'\"`(])(?P<path>(?!\d+\])[^\s'\"`(]{1,300})['\"`]? is (?:a|not a) "
            r"directory\b",
            rf"\[WinError 267\][^\n]{{0,80}}?{QUOTED}",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "what this loader opens (a file or a folder)"),
        source="tsl/platform/error (the words of the system)",
        examples=(
            Example("IsADirectoryError: [Errno 21] Is a directory: 'm'", subject="m"),
            Example("FailedPreconditionError: m/1; Is a directory", subject="m/1"),
        ),
    ),
    Rule(
        name="hub-folder-of-what",
        said=(
            r"Trying to load a model of (?:incompatible/)?unknown type\. '(?P<path>[^'\n]+)'",
            r"Trying to load a model of (?:incompatible/)?unknown type",
        ),
        certainty=ONE_OF,
        cause=_WRONG,
        subject="{path}",
        explanation="`{path}` is not a model of TensorFlow Hub: it has no saved_model.pb.",
        remedies=(NAME_IT,),
        alternatives=(OR_MISSING,),
        source="tensorflow_hub/module_v2.py",
        examples=(
            Example(
                "ValueError: Trying to load a model of incompatible/unknown type. 'm' contains "
                "neither 'saved_model.pb' nor 'saved_model.pbtxt'.",
                subject="m",
            ),
        ),
    ),
    Rule(
        name="file-of-another-extension",
        said=(
            rf"(?:must|should|has to) be an? {_EXTENSION} file",
            rf"(?P<path>[^\s'\"`]{{1,300}})['\"`]? is not an? {_EXTENSION} file",
        ),
        certainty=LIKELY,
        cause=_WRONG,
        subject="{path} {kind}",
        explanation="The program reads only files whose name ends in `{kind}`, and the path that "
        "it was given ends in something else.",
        remedies=(advice("Give the path of the model file, with its extension."),),
        source="public report",
        examples=(
            Example(
                "AssertionError: Keras model or weights must be a .h5 file.",
                subject=".h5",
            ),
            Example("AssertionError: tiny.txt is not a .weights file", subject="tiny.txt .weights"),
        ),
    ),
    Rule(
        name="unknown-format",
        said=(
            r"(?i:(?:unknown|unsupported|unrecogni[sz]ed|invalid) (?:model |file |saved ?model )"
            r"?(?:format|file type|file format|file extension|model type))[^\n]*",
            r"(?P<path>[^\s'\"`]{1,300})['\"`]? is not an? (?i:(?:valid )?(?:saved ?model|keras "
            r"model|model file|h5 file|hdf5 file|tflite model))",
        ),
        certainty=LIKELY,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a model that this loader reads"),
        source="public report",
        examples=(
            Example("ValueError: Unknown model format of the file given", subject="the file"),
            Example("ValueError: m.bin is not a valid SavedModel", subject="m.bin"),
        ),
    ),
)
