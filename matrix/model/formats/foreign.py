"""What is no model that TensorFlow loads, named for what it is, with what to do about it."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

_ANEW = "Give the path of the model itself"
_CONVERT = "Convert it to TensorFlow first, and give the path of the result"

# First bytes, what they are, what to do.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"version https://git-lfs.github.com/spec/",
        "a git-lfs pointer instead of the file itself",
        "Run `git lfs pull` in its repository and try again",
    ),
    (b"\x93NUMPY", "a NumPy array", _ANEW),
    (b"\x89PNG\r\n", "a PNG image", _ANEW),
    (b"\xff\xd8\xff", "a JPEG image", _ANEW),
    (b"GIF8", "a GIF image", _ANEW),
    (b"RIFF", "a RIFF file (sound or image)", _ANEW),
    (b"%PDF-", "a PDF document", _ANEW),
    (b"\x7fELF", "a program or shared library", _ANEW),
    (b"MZ", "a Windows program", _ANEW),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and give the path of the model inside"),
    (b"Rar!", "a RAR archive", "Unpack it, and give the path of the model inside"),
    (b"GGUF", "a GGUF model", _CONVERT),
    (
        b"\x1f\x8b",
        "a gzip file that is not a tar file",
        "Unpack it, and give the path of the model inside",
    ),
    (
        b"BZh",
        "a bzip2 file that is not a tar file",
        "Unpack it, and give the path of the model inside",
    ),
    (
        b"\xfd7zXZ\x00",
        "an xz file that is not a tar file",
        "Unpack it, and give the path of the model inside",
    ),
    (b"PAR1", "a Parquet table", _ANEW),
    (b"SQLite format 3", "an SQLite database", _ANEW),
    (b"CDF", "a NetCDF file", _ANEW),
)
_FLAGS = re.IGNORECASE | re.DOTALL
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", _FLAGS)
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
# The header of a safetensors file has its length in front.
_MOST_HEADER = 10**9
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def special(path: Path) -> str:
    """A sentence on what is neither file nor folder: it is never opened, for it may never end."""
    mode = path.stat().st_mode
    what = next((name for test, name in _KINDS if test(mode)), "neither a file nor a folder")
    return f"{path} is {what}. Give the path of a model file or folder."


def sentence(path: Path, head: bytes) -> str:
    """A sentence on a file that is no model, given how it begins."""
    if not head:
        return f"{path} is empty. The copy may be incomplete: download or copy it again."
    what, advice = _described(head)
    return f"{path} is {what}, not a TensorFlow model. {advice}."


def known(head: bytes) -> tuple[str, str] | None:
    """What a well-known kind of file is, given how it begins, and what to do with it."""
    for beginning, what, advice in _BEGINNINGS:
        if head.startswith(beginning):
            return what, advice
    return next(((what, advice) for test, what, advice in _TESTS if test(head)), None)


def _described(head: bytes) -> tuple[str, str]:
    if found := known(head):
        return found
    if _is_text(head):
        lines = head[:30].decode("utf-8", "replace").split("\n", 1)
        return f"a text file that starts with {lines[0]!r}", _ANEW
    return f"a file of an unknown type that starts with {head[:8]!r}", _ANEW


def onnx(path: Path) -> str:
    """A sentence on an ONNX model."""
    return f"{path} is an ONNX model, not a TensorFlow model. {_CONVERT}."


def tfjs(path: Path) -> str:
    """A sentence on the JSON or the folder of a TensorFlow.js model."""
    message = f"{path} is a TensorFlow.js model, which TensorFlow itself does not load"
    return f"{message}. Convert it with tensorflowjs_converter, and give the path of the result."


def zipped(path: Path, names: list[str]) -> str | None:
    """What a zip file is that is no archive of a model, by the names in it; `None` for others."""
    if any(name.endswith(("/data.pkl", "/constants.pkl")) or name == "data.pkl" for name in names):
        return f"{path} is a PyTorch file, not a TensorFlow model. {_CONVERT}."
    if names and all(name.endswith(".npy") for name in names):
        return f"{path} contains NumPy arrays (npz), not a TensorFlow model. {_ANEW}."
    if "[Content_Types].xml" in names:
        return f"{path} is an Office document, not a TensorFlow model. {_ANEW}."
    if any(name.startswith("META-INF/") for name in names):
        return f"{path} is a Java archive, not a TensorFlow model. {_ANEW}."
    return None


def names_in(path: Path) -> list[str]:
    """The names in a zip file; none where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _is_safetensors(head: bytes) -> bool:
    return head[8:10] in (b'{"', b"{}") and 0 < int.from_bytes(head[:8], "little") < _MOST_HEADER


def _is_zeros(head: bytes) -> bool:
    return not head.strip(b"\0")


_TESTS: tuple[tuple[Callable[[bytes], object], str, str], ...] = (
    (
        _HTML.match,
        "an HTML page",
        "The download may have failed. Open the page and download the file itself",
    ),
    (
        _PICKLE.match,
        "a Python pickle",
        "Load it with the library that wrote it, and save the model in a TensorFlow format",
    ),
    (_is_safetensors, "a safetensors file (weights without a model)", _CONVERT),
    (_is_zeros, "a file of zeros", "The copy may be incomplete: download or copy it again"),
)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)
