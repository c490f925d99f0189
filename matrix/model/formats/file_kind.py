"""The kind of a file, by its bytes and by its name."""

from __future__ import annotations

from pathlib import Path

from matrix.model.codecs.graph_kind import text_kind
from matrix.model.codecs.readable import Readable
from matrix.model.formats.registry import signatures
from matrix.model.formats.signatures import HDF5, Signature
from matrix.model.integrity.files import ModelFile

# TensorFlow's own beside the model, messages unknown to us: those that loaders parse, and others.
_PARSED = frozenset({"keras_metadata.pb", "saved_model_debug_info.pb"})
_BESIDE = frozenset({"fingerprint.pb", "tfhub_module.pb"})
_USER_BLOCKS = (512, 1024, 2048)


def kind_in(file: ModelFile) -> Signature | None:
    """What the bytes are for sure; `None` where no mark says so."""
    by_head = (row for row in signatures() if row.matches_head(file.head))
    if (signature := next(by_head, None)) is not None:
        return signature
    if kind_promised(file.path) is HDF5 and _behind_a_user_block(file.opened):
        return HDF5
    return next((row for row in signatures() if row.matches(file.opened)), None)


def kind_promised(path: Path) -> Signature | None:
    """What a name promises; `None` where it promises nothing."""
    suffix = path.suffix.lower()
    return next((row for row in signatures() if suffix in row.suffixes), None)


def kind_to_check(file: ModelFile) -> str | None:
    """As what a file is checked: by its bytes, and where they say nothing by its name."""
    name = file.path.name
    if (signature := kind_in(file)) is not None:
        return signature.kind
    if (named := next((row for row in signatures() if name in row.names), None)) is not None:
        return named.kind
    if name in _PARSED:
        return "message"
    if name in _BESIDE or "assets" in Path(file.name).parts[:-1]:
        return None
    if file.path.suffix == ".pbtxt" and text_kind(file.head) is None:
        # Label maps, schemas and settings are texts of other messages.
        return None
    promised = kind_promised(file.path)
    return None if promised is None or promised.marked else promised.kind


def _behind_a_user_block(file: Readable) -> bool:
    return any(HDF5.matches_head(file.read_at(place, 8)) for place in _USER_BLOCKS)
