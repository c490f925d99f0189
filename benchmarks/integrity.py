"""How fast a gigabyte of tensors is held against its checksums, as a share of merely reading it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import google_crc32c

from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.sstable import masked
from matrix.model.examine import examine
from matrix.model.inspection import Inspection, inspect_path
from matrix.model.opened_files import OpenedFiles

TARGET = 0.6
GIGABYTE = 2**30
_TENSOR = 2**24
_CHUNK = 2**20
_ROUNDS = 5


def integrity() -> None:
    """A checkpoint of 1 GB made here, read alone and examined, from the disk and from its cache."""
    folder = Path(tempfile.mkdtemp(prefix="loadmatrix-integrity-"))
    try:
        shard = _bundle(folder / "model")
        for name, prepare in (
            ("from the disk", _forget),
            ("from its cache", _nothing),
        ):
            for what, job in (("integrity", _examined), ("integrity and SHA-256", _looked)):
                reading, looking = _compared(shard, folder, prepare, job)
                share = reading / looking
                verdict = "met" if share >= TARGET else "MISSED"
                print(
                    f"{what} of 1 GB {name}: {share:.0%} of the speed of reading alone "
                    f"(target at least {TARGET:.0%}: {verdict}); "
                    f"read {reading:.2f} s, looked at {looking:.2f} s",
                    flush=True,
                )
        seconds = min(_timed(lambda: _digest(shard)) for _ in range(2))
        print(f"SHA-256 alone, from its cache: {seconds:.2f} s", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compared(
    shard: Path, folder: Path, prepare: Callable[[Path], None], job: Callable[[Path], None]
) -> tuple[float, float]:
    """The best of some rounds, taken in turns, because the machine is shared."""
    reading, examining = [], []
    for _ in range(_ROUNDS):
        prepare(shard)
        reading.append(_timed(lambda: _read(shard)))
        prepare(shard)
        examining.append(_timed(lambda: job(folder)))
    return min(reading), min(examining)


def _examined(folder: Path) -> None:
    # A benchmark of something that stops at the first fault would be a lie.
    assert examine(folder) == ()


def _looked(folder: Path) -> None:
    seen = inspect_path(folder / "model")
    assert isinstance(seen, Inspection)
    assert seen.findings == ()


def _digest(path: Path) -> str:
    with OpenedFiles() as opened:
        return opened.at(path).sha256()


def _read(path: Path) -> None:
    buffer = bytearray(_CHUNK)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def _timed(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def _nothing(_: Path) -> None:
    pass


def _forget(path: Path) -> None:
    """Have the system drop what it keeps of a file, where it lets us ask for that."""
    if not hasattr(os, "posix_fadvise"):
        return
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _bundle(prefix: Path) -> Path:
    """A checkpoint in one shard; its index is written the way TensorFlow does."""
    # The tests know how to write what we only read.
    from tests.tiny_models import table

    header = message_class("tensorflow.BundleHeaderProto")(num_shards=1)
    items = [(b"", header.SerializeToString())]
    shard = prefix.with_name(f"{prefix.name}.data-00000-of-00001")
    with shard.open("wb") as file:
        for number in range(GIGABYTE // _TENSOR):
            data = os.urandom(_TENSOR)
            entry = message_class("tensorflow.BundleEntryProto")(dtype=1, size=_TENSOR)
            entry.shape.dim.add(size=_TENSOR // 4)
            entry.offset, entry.crc32c = number * _TENSOR, masked(google_crc32c.value(data))
            items.append((f"layer/{number:04d}".encode(), entry.SerializeToString()))
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    prefix.with_name(f"{prefix.name}.index").write_bytes(table(items))
    return shard
