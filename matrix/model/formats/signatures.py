"""The table of magic numbers and suffixes of all kinds of files.

A `FormatReader` may bring signatures of its own; `matrix/model/formats/file_kind.py` asks for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from matrix.model.codecs.readable import Readable

_NAME_IT = "Give the path of the model itself"
_CONVERT = "Convert it to TensorFlow first, and give the path of the result"
_UNPACK = "Unpack it, and give the path of the model inside"
_HTML = re.compile(
    rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
# The header of a safetensors file has its length in front.
_MOST_HEADER = 10**9


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One kind of file.

    `kind` is what its content is called in the code, `words` in a sentence. `magic` are bytes that
    every such file has, each with its place (counted from the end where negative); one of them is
    enough. `test` looks at the first bytes instead. `suffixes` and `names` are those of its files;
    several rows of one kind may differ in them. `rename` completes "rename it to". `advice` says
    what to do with a file that is no model.
    """

    kind: str
    words: str
    magic: tuple[tuple[int, bytes], ...] = ()
    test: Callable[[bytes], object] | None = None
    suffixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rename: str = ""
    advice: str = ""

    def matches(self, file: Readable) -> bool:
        """Whether the bytes of a file are of this kind for sure."""
        if self.matches_head(file.head):
            return True
        ends = ((place, mark) for place, mark in self.magic if place < 0)
        return any(file.size >= -place and file.tail(-place).startswith(m) for place, m in ends)

    def matches_head(self, head: bytes) -> bool:
        """Whether first bytes are those of this kind."""
        begins = ((place, mark) for place, mark in self.magic if place >= 0)
        if any(head.startswith(mark, place) for place, mark in begins):
            return True
        return self.test is not None and bool(self.test(head))

    @property
    def marked(self) -> bool:
        """Whether every file of this kind shows it in its first bytes."""
        return any(place >= 0 for place, _ in self.magic)


_HDF5, _GZIP = b"\x89HDF\r\n\x1a\n", b"\x1f\x8b"
# An empty zip file starts otherwise, and is no archive of anything.
ZIP_START = b"PK\x03\x04"
# How the record at its end begins, and how an empty one starts.
ZIP_END = b"PK\x05\x06"

# Model files.
HDF5 = Signature(
    kind="hdf5",
    words="an HDF5 file",
    magic=((0, _HDF5),),
    suffixes=(".h5", ".hdf5"),
    rename="a name that ends in .h5",
)
KERAS_ZIP = Signature(
    kind="zip",
    words="a zip file",
    magic=((0, ZIP_START), (0, ZIP_END)),
    suffixes=(".keras",),
    rename="a name that ends in .keras",
)
TFLITE = Signature(
    kind="tflite",
    words="a TensorFlow Lite model",
    magic=((4, b"TFL3"),),
    suffixes=(".tflite",),
    rename="a name that ends in .tflite",
)
# Where a table of LevelDB ends: the `.index` of V2 checkpoints, and V1 files whole.
TABLE = Signature(
    kind="table",
    words="a checkpoint index",
    magic=((-8, bytes.fromhex("57fb808b247547db")),),
    suffixes=(".index",),
    rename="a name that ends in .index",
)
KERAS_JSON = Signature(kind="json", words="a JSON file", suffixes=(".json",))
SAVED_MODEL = Signature(
    kind="saved_model", words="a SavedModel", names=("saved_model.pb", "saved_model.pbtxt")
)
GRAPH = Signature(
    kind="graph", words="a protocol buffer", suffixes=(".pb",), rename="a name that ends in .pb"
)
META_GRAPH = Signature(
    kind="graph", words="a protocol buffer", suffixes=(".meta",), rename="a name that ends in .pb"
)
TEXT_GRAPH = Signature(
    kind="graph", words="a protocol buffer", suffixes=(".pbtxt",), rename="a name that ends in .pb"
)

# Archives, which may hold a model. Those that are compressed begin alike whatever is in them.
ZIP = Signature(kind="zip", words="a zip file", magic=KERAS_ZIP.magic, suffixes=(".zip",))
GZIP = Signature(
    kind="gzip",
    words="a gzip file",
    magic=((0, _GZIP),),
    suffixes=(".gz", ".tgz"),
    rename="a name that ends in .tar.gz",
)
TAR = Signature(kind="tar", words="a tar file", magic=((257, b"ustar"),))
BZIP2 = Signature(kind="bzip2", words="a bzip2 file", magic=((0, b"BZh"),))
XZ = Signature(kind="xz", words="an xz file", magic=((0, b"\xfd7zXZ\x00"),))


def _safetensors(head: bytes) -> bool:
    return head[8:10] in (b'{"', b"{}") and 0 < int.from_bytes(head[:8], "little") < _MOST_HEADER


def _zeros(head: bytes) -> bool:
    return not head.strip(b"\0")


def _foreign(kind: str, words: str, advice: str, *begins: bytes) -> Signature:
    magic = tuple((0, mark) for mark in begins)
    return Signature(kind=kind, words=words, advice=advice, magic=magic)


LFS_POINTER = _foreign(
    "lfs_pointer",
    "a git-lfs pointer instead of the file itself",
    "Run `git lfs pull` in its repository and try again",
    b"version https://git-lfs.github.com/spec/",
)
NUMPY = _foreign("numpy", "a NumPy array", _NAME_IT, b"\x93NUMPY")
WEB_PAGE = Signature(
    kind="web_page",
    words="an HTML page",
    test=_HTML.match,
    advice="The download may have failed. Open the page and download the file itself",
)
PICKLE = Signature(
    kind="pickle",
    words="a Python pickle",
    test=re.compile(rb"\x80[\x02-\x05]").match,
    advice="Load it with the library that wrote it, and save the model in a TensorFlow format",
)

# What is no model that TensorFlow loads, with what to do about it.
FOREIGN = (
    LFS_POINTER,
    NUMPY,
    _foreign("png", "a PNG image", _NAME_IT, b"\x89PNG\r\n"),
    _foreign("jpeg", "a JPEG image", _NAME_IT, b"\xff\xd8\xff"),
    _foreign("gif", "a GIF image", _NAME_IT, b"GIF8"),
    _foreign("riff", "a RIFF file (sound or image)", _NAME_IT, b"RIFF"),
    _foreign("pdf", "a PDF document", _NAME_IT, b"%PDF-"),
    _foreign("elf", "a program or shared library", _NAME_IT, b"\x7fELF"),
    _foreign("exe", "a Windows program", _NAME_IT, b"MZ"),
    _foreign("7z", "a 7z archive", _UNPACK, b"7z\xbc\xaf\x27\x1c"),
    _foreign("rar", "a RAR archive", _UNPACK, b"Rar!"),
    _foreign("gguf", "a GGUF model", _CONVERT, b"GGUF"),
    _foreign("no_tar", "a gzip file that is not a tar file", _UNPACK, _GZIP),
    _foreign("no_tar", "a bzip2 file that is not a tar file", _UNPACK, b"BZh"),
    _foreign("no_tar", "an xz file that is not a tar file", _UNPACK, b"\xfd7zXZ\x00"),
    _foreign("parquet", "a Parquet table", _NAME_IT, b"PAR1"),
    _foreign("sqlite", "an SQLite database", _NAME_IT, b"SQLite format 3"),
    _foreign("netcdf", "a NetCDF file", _NAME_IT, b"CDF"),
    WEB_PAGE,
    PICKLE,
    Signature(
        kind="safetensors",
        words="a safetensors file (weights without a model)",
        test=_safetensors,
        advice=_CONVERT,
    ),
    Signature(
        kind="zeros",
        words="a file of zeros",
        test=_zeros,
        advice="The copy may be incomplete: download or copy it again",
    ),
)
ARCHIVES = (ZIP, GZIP)
