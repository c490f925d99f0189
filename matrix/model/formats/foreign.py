"""Files that are not TensorFlow models: what they are, and what to do."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from matrix.model.codecs.json_text import MOST_JSON, json_in
from matrix.model.codecs.protobuf_wire import LENGTH, VARINT, outline_in
from matrix.model.codecs.readable import Readable
from matrix.model.formats.keras_config import is_architecture, parsed
from matrix.model.formats.signatures import FOREIGN
from matrix.model.opened_files import OpenedFile

_NAME_IT = "Give the path of the model itself"
_CONVERT = "Convert it to TensorFlow first, and give the path of the result"
_ONNX = {**dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25), LENGTH), 1: VARINT, 5: VARINT}
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


def refusal(file: OpenedFile) -> str:
    """A sentence on a file that no format reader knows."""
    if file.head.lstrip()[:1] in (b"{", b"[", b'"'):
        return _not_our_json(file)
    if is_onnx(file) and file.head.strip(b"\0"):
        return onnx(file.path)
    return sentence(file.path, file.head)


def _not_our_json(file: OpenedFile) -> str:
    path = file.path
    if file.size > MOST_JSON:
        return f"{path} is a JSON file of more than 64 MB, which is too large for an architecture."
    try:
        return _other_json(path, json_in(file))
    except RecursionError:
        return sentence(path, file.head)
    except ValueError as error:
        if file.head.lstrip()[:2] not in (b'{"', b"{\n", b"{\r", b"{ "):
            return sentence(path, file.head)
        message = f"{path} starts like JSON but is not valid JSON: {str(error)[:100]}"
        return f"{message}. It may be incomplete: download or copy it again."


def _other_json(path: Path, document: Any) -> str:
    if isinstance(document, str) and is_architecture(parsed(document)):
        # What `json.dump(model.to_json(), file)` writes; no release takes it.
        message = f"{path} is an architecture inside a JSON string, which Keras does not read"
        advice = "Write the text of model.to_json() into the file without encoding it again."
        return f"{message}. {advice}"
    if is_tfjs(document):
        return tfjs(path)
    return (
        f"{path} is JSON, but not the architecture of a Keras model. Give the path of the "
        "model itself."
    )


def sentence(path: Path, head: bytes) -> str:
    """A sentence on a file that is no model, given how it begins."""
    if not head:
        return f"{path} is empty. The copy may be incomplete: download or copy it again."
    what, advice = _described(head)
    return f"{path} is {what}, not a TensorFlow model. {advice}."


def known(head: bytes) -> tuple[str, str] | None:
    """What a well-known kind of file is, given how it begins, and what to do with it."""
    kind = next((row for row in FOREIGN if row.matches_head(head)), None)
    return None if kind is None else (kind.words, kind.advice)


def _described(head: bytes) -> tuple[str, str]:
    if (kind := known(head)) is not None:
        return kind
    if _is_text(head):
        lines = head[:30].decode("utf-8", "replace").split("\n", 1)
        return f"a text file that starts with {lines[0]!r}", _NAME_IT
    return f"a file of an unknown type that starts with {head[:8]!r}", _NAME_IT


def is_onnx(file: Readable) -> bool:
    """Whether a file has the outermost fields of an ONNX model."""
    outline = outline_in(file)
    if outline is None:
        return False
    return {(7, LENGTH), (1, VARINT)} <= outline.fields and outline.within(_ONNX)


def onnx(path: Path) -> str:
    """A sentence on an ONNX model."""
    return f"{path} is an ONNX model, not a TensorFlow model. {_CONVERT}."


def is_tfjs(document: object) -> bool:
    """Whether a JSON document is the `model.json` of TensorFlow.js."""
    keys = {"modelTopology", "weightsManifest"}
    return isinstance(document, dict) and bool(keys & set(document))


def tfjs(path: Path) -> str:
    """A sentence on the JSON or the folder of a TensorFlow.js model."""
    message = f"{path} is a TensorFlow.js model, which TensorFlow itself does not load"
    return f"{message}. Convert it with tensorflowjs_converter, and give the path of the result."


def zipped(path: Path, names: list[str]) -> str | None:
    """What a zip file is that is no archive of a model, by the names in it; `None` for others."""
    if any(name.endswith(("/data.pkl", "/constants.pkl")) or name == "data.pkl" for name in names):
        return f"{path} is a PyTorch file, not a TensorFlow model. {_CONVERT}."
    if names and all(name.endswith(".npy") for name in names):
        return f"{path} contains NumPy arrays (npz), not a TensorFlow model. {_NAME_IT}."
    if "[Content_Types].xml" in names:
        return f"{path} is an Office document, not a TensorFlow model. {_NAME_IT}."
    if any(name.startswith("META-INF/") for name in names):
        return f"{path} is a Java archive, not a TensorFlow model. {_NAME_IT}."
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)
