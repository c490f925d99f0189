"""The kind of a file by its first bytes, and by its name."""

from __future__ import annotations

_HEADS = (
    (b"version https://git-lfs", "a git-lfs pointer"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
    (b"\x89hdf\r\n\x1a\n", "an HDF5 file"),
    (b"pk\x03\x04", "a zip file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"{", "a JSON file"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x03", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"model_checkpoint_path", "the `checkpoint` text file"),
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
    ".onnx": "an ONNX file",
    ".pt": "a PyTorch file",
    ".pth": "a PyTorch file",
    ".pkl": "a pickle",
    ".npz": "a zip file",
    ".index": "part of a checkpoint",
    ".meta": "part of a checkpoint",
    ".ckpt": "a checkpoint",
    ".zip": "a zip file",
}


def kind_of(head: bytes | None) -> str:
    """What a file is by its first bytes; empty where they tell nothing."""
    if head is None:
        return ""
    if not head:
        return "an empty file"
    if head[4:8] == b"TFL3":
        return "a TFLite file"
    lower = head.lstrip()[:40].lower()
    return next((name for start, name in _HEADS if lower.startswith(start)), "")


def promised(path: str) -> str:
    """What the ending of a name promises; empty where it promises nothing."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if ".data-" in name or ".ckpt-" in name:
        return "part of a checkpoint"
    return next((what for ending, what in _ENDINGS.items() if name.endswith(ending)), "")
