"""The kind of a file by its first bytes, and by its name."""

from __future__ import annotations

import re

from matrix.model.formats.signatures import (
    BZIP2,
    FOREIGN,
    GZIP,
    HDF5,
    KERAS_ZIP,
    LFS_POINTER,
    TFLITE,
    WEB_PAGE,
    XZ,
)

_OWN_WORDS = (
    (LFS_POINTER, "a git-lfs pointer"),
    (WEB_PAGE, "a web page"),
    (TFLITE, "a TFLite file"),
)
_KINDS = (HDF5, KERAS_ZIP, GZIP, BZIP2, XZ, *FOREIGN)
# Texts, which may begin with a space or in capitals.
_TEXTS = (
    (b"<?xml", "an XML file"),
    (b"{", "a JSON file"),
    (b"model_checkpoint_path", "the `checkpoint` text file"),
    (b"saved_model_schema_version", "a SavedModel as text"),
    (b"node {", "a graph as text"),
)
NOT_A_MODEL = frozenset({"a git-lfs pointer", "a web page", "an XML file"})
_ENDINGS = {
    ".h5": "an HDF5 file",
    ".hdf5": "an HDF5 file",
    ".keras": "a zip file",
    ".tflite": "a TFLite file",
    ".pb": "a protobuf file",
    ".pbtxt": "a protobuf text file",
    ".json": "a JSON file",
    ".yaml": "a YAML file",
    ".onnx": "an ONNX file",
    ".pt": "a PyTorch file",
    ".pth": "a PyTorch file",
    ".weights": "a Darknet file",
    ".caffemodel": "a Caffe file",
    ".mlmodel": "a Core ML file",
    ".safetensors": "a safetensors file",
    ".pkl": "a pickle",
    ".npz": "a zip file",
    ".npy": "a NumPy array",
    ".index": "part of a checkpoint",
    ".meta": "part of a checkpoint",
    ".ckpt": "a checkpoint",
    ".zip": "a zip file",
    ".tar": "a tar file",
    ".gz": "a gzip file",
    ".tgz": "a gzip file",
}
_MODEL_FILE = re.compile(
    r"(?<![^\s'\"`<>|({=])[^\s'\"`<>|({}=]{0,200}[^\s'\"`<>|({}=./\\](?:"
    + "|".join(map(re.escape, sorted(_ENDINGS, key=len, reverse=True)))
    + r"|\.ckpt-\d{1,12})\b(?!\.?\w)"
)
_NAMED = (re.compile(rf"(?<=['\"]){_MODEL_FILE.pattern}(?=['\"])"), _MODEL_FILE)


def kind_of(head: bytes | None) -> str:
    """What a file is by its first bytes; empty where they tell nothing."""
    if head is None:
        return ""
    if not head:
        return "an empty file"
    own = next((words for kind, words in _OWN_WORDS if kind.matches_head(head)), "")
    lower = head.lstrip()[:40].lower()
    text = next((name for start, name in _TEXTS if lower.startswith(start)), "")
    return own or text or next((kind.words for kind in _KINDS if kind.matches_head(head)), "")


def promised(path: str) -> str:
    """What the ending of a name promises; empty where it promises nothing."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if ".data-" in name or ".ckpt-" in name:
        return "part of a checkpoint"
    return next((what for ending, what in _ENDINGS.items() if name.endswith(ending)), "")


def file_in(text: str) -> str:
    """A file of a model that a text names, in quotes rather than not; empty where there is none."""
    found = (match.group() for kind in _NAMED for match in kind.finditer(text))
    return next((name for name in found if "-packages" not in name), "")
