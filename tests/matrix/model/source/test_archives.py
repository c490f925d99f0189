"""Archives: a model inside is tested, a hostile one is a sentence, and nothing lands elsewhere."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts
from matrix.model.identify import identify
from matrix.model.opened_files import OpenedFiles
from matrix.model.source import archives, limits


def _graph() -> bytes:
    message = message_class("tensorflow.SavedModel")()
    message.meta_graphs.add().meta_info_def.tensorflow_version = "2.15.0"
    return bytes(message.SerializeToString())


def _tar(path: Path, *members: tarfile.TarInfo | tuple[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for member in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member[0])
            content = b"" if isinstance(member, tarfile.TarInfo) else member[1]
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def _zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def _special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def _around(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _refused(path: Path, cache: Path) -> str:
    with pytest.raises(NothingTestable) as caught:
        identify(path, cache)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("top", ["", "export/", "a/b/"])
def test_saved_model_in_a_tar_file_is_tested(tmp_path: Path, mode: str, top: str) -> None:
    path = _tar(tmp_path / "m.archive", (f"{top}saved_model.pb", _graph()), mode=mode)
    facts = identify(path, tmp_path / "cache")
    assert (facts.path, facts.format, facts.tensorflow) == (path, Format.SAVED_MODEL_V1, "2.15.0")
    assert (facts.load_path / "saved_model.pb").read_bytes() == _graph()


def test_saved_model_in_a_zip_file_is_tested(tmp_path: Path) -> None:
    path = _zip(tmp_path / "m.zip", ("export/saved_model.pb", _graph()))
    facts = identify(path, tmp_path / "cache")
    assert facts.notes == ("It is an archive; the tested model is export inside it.",)
    assert ModelFacts.from_dict(facts.to_dict()) == facts


def test_archive_is_unpacked_once(tmp_path: Path) -> None:
    path = _zip(tmp_path / "m.zip", ("saved_model.pb", _graph()))
    first = identify(path, tmp_path / "cache").load_path
    before = (first / "saved_model.pb").stat().st_mtime_ns
    assert identify(path, tmp_path / "cache").load_path == first
    assert (first / "saved_model.pb").stat().st_mtime_ns == before


HOSTILE = [
    pytest.param(lambda p: _tar(p, ("../out", b"x")), "leads out", id="tar-up"),
    pytest.param(lambda p: _tar(p, ("/tmp/out", b"x")), "leads out", id="tar-absolute"),
    pytest.param(lambda p: _tar(p, ("a/../../out", b"x")), "leads out", id="tar-up-later"),
    pytest.param(
        lambda p: _tar(p, _special("a", tarfile.SYMTYPE, "/etc")), "link or a device", id="symlink"
    ),
    pytest.param(
        lambda p: _tar(p, _special("a", tarfile.SYMTYPE, ".."), ("a/out", b"x")),
        "link or a device",
        id="through-a-link",
    ),
    pytest.param(
        lambda p: _tar(p, _special("a", tarfile.LNKTYPE, "/etc/passwd")),
        "link or a device",
        id="hardlink",
    ),
    pytest.param(lambda p: _tar(p, _special("a", tarfile.CHRTYPE)), "a device", id="device"),
    pytest.param(lambda p: _tar(p, _special("a", tarfile.FIFOTYPE)), "a device", id="pipe"),
    pytest.param(lambda p: _tar(p, ("a", b"x"), ("a", b"y")), "two files with", id="twice"),
    pytest.param(lambda p: _zip(p, ("../out", b"x")), "leads out", id="zip-up"),
    pytest.param(lambda p: _zip(p, ("..\\out", b"x")), "leads out", id="zip-backslash"),
    pytest.param(lambda p: _zip(p, ("C:\\out", b"x")), "leads out", id="zip-drive"),
    pytest.param(lambda p: _zip(p, (_link("a"), b"/etc")), "link or a device", id="zip-link"),
]


@pytest.mark.parametrize(("make", "sentence"), HOSTILE)
def test_hostile_archive_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    path = make(tmp_path / "m.archive")
    assert sentence in _refused(path, tmp_path / "cache")
    assert _around(tmp_path) == ["cache", "m.archive"]


def _unpacked(path: Path, cache: Path, allowance: limits.Allowance) -> Path:
    with OpenedFiles() as files:
        file = files.at(path)
        return archives.unpacked(file, file.size, cache, allowance)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_more_bytes_than_allowed_are_refused(tmp_path: Path, mode: str) -> None:
    path = _tar(tmp_path / "m.tar", ("a", bytes(600)), ("b", bytes(600)), mode=mode)
    with pytest.raises(NothingTestable, match="its content is larger than"):
        _unpacked(path, tmp_path / "cache", replace(limits.OF_MODELS, size=1000))
    assert _around(tmp_path) == ["cache", "m.tar"]


def test_more_files_than_allowed_are_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "m.zip", *((str(number), b"") for number in range(3)))
    with pytest.raises(NothingTestable, match="it has more than 2 files"):
        _unpacked(path, tmp_path / "cache", replace(limits.OF_MODELS, files=2))


def test_links_in_archives_of_runs_are_copies_or_left_out(tmp_path: Path) -> None:
    """A merged run has files twice without taking space twice, and a model may have left links."""
    members: list[tarfile.TarInfo | tuple[str, bytes]] = [
        ("run/a/log.txt", b"said"),
        _special("run/b/log.txt", tarfile.LNKTYPE, "run/a/log.txt"),
        _special("run/c/log.txt", tarfile.SYMTYPE, "/etc/passwd"),
        _special("run/d", tarfile.SYMTYPE, ".."),
        _special("run/e", tarfile.FIFOTYPE),
        _special("run/f/log.txt", tarfile.LNKTYPE, "run/gone.txt"),
        ("run/plan.json", b"{}"),
    ]
    path = _tar(tmp_path / "run.tar.gz", *members, mode="w:gz")
    folder = _unpacked(path, tmp_path / "cache", limits.OF_RUNS)
    files = [one for one in _around(folder) if (folder / one).is_file()]
    assert files == ["run/a/log.txt", "run/b/log.txt", "run/plan.json"]
    assert (folder / "run/b/log.txt").read_bytes() == b"said"
    outside = _special("run/g", tarfile.LNKTYPE, "../../outside")
    with pytest.raises(NothingTestable, match="leads outside the archive"):
        _unpacked(_tar(tmp_path / "g.tar", outside), tmp_path / "cache", limits.OF_RUNS)


def test_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "m.zip", ("a", bytes(5000)))
    content = path.read_bytes().replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)
    assert str(path) in _refused(path, tmp_path / "cache")
    assert _around(tmp_path) == ["cache", "m.zip"]


def test_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    info = _special("a", tarfile.XHDTYPE)
    header = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "m.tar"
    path.write_bytes(header)
    assert "m.tar" in _refused(path, tmp_path / "cache")


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("mode", ["zip", "w:gz"])
def test_archive_that_is_cut_short_is_a_sentence(tmp_path: Path, mode: str, keep: float) -> None:
    members = [("saved_model.pb", _graph()), ("variables/x", bytes(range(256)) * 90)]
    path = tmp_path / "m"
    _zip(path, *members) if mode == "zip" else _tar(path, *members, mode=mode)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    assert str(path) in _refused(path, tmp_path / "cache")
    assert _around(tmp_path) in (["m"], ["cache", "m"])


def test_archives_in_archives_end(tmp_path: Path) -> None:
    path = _zip(tmp_path / "0.zip", ("saved_model.pb", _graph()))
    for number in range(1, 6):
        path = _zip(tmp_path / f"{number}.zip", (path.name, path.read_bytes()))
    assert "nested in more than" in _refused(path, tmp_path / "cache")


def test_archive_of_something_else_says_what_is_in_it(tmp_path: Path) -> None:
    path = _zip(tmp_path / "m.zip", ("notes.txt", b"hello"))
    said = _refused(path, tmp_path / "cache")
    assert "is an archive that contains no model" in said
    assert "a text file that starts with 'hello'" in said


def _flagged(path: Path, *, encrypted: bool = False, declared: int | None = None) -> Path:
    """A zip file whose members say that they are encrypted, or larger than they are."""
    content = bytearray(path.read_bytes())
    for mark, flags, size in ((b"PK\x03\x04", 6, 22), (b"PK\x01\x02", 8, 24)):
        place = content.find(mark)
        while place >= 0:
            if encrypted:
                content[place + flags] |= 1
            if declared is not None:
                content[place + size : place + size + 4] = declared.to_bytes(4, "little")
            place = content.find(mark, place + 4)
    path.write_bytes(content)
    return path


def test_archive_that_grows_beyond_any_weights_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FREE_BYTES", 1000)
    for mode in ("w:gz", "w:xz"):
        path = _tar(tmp_path / "m.tar", ("a", bytes(2**20)), mode=mode)
        assert "larger than 100 times its own size" in _refused(path, tmp_path / "cache")
    path = tmp_path / "m.tar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("saved_model.pb", bytes(2**20))
    assert "larger than 100 times its own size" in _refused(path, tmp_path / "cache")
    assert _around(tmp_path) == ["cache", "m.tar"]


def test_archives_in_archives_grow_by_the_size_of_the_outermost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FREE_BYTES", 1000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("saved_model.pb", _graph() + bytes(80_000))
    # Larger when it is unpacked than the archive around it, which compresses it once more.
    padded = inner.getvalue() + bytes(20_000)
    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", padded)
    size = (tmp_path / "m.zip").stat().st_size
    assert 100 * size < 80_000 < 100 * len(padded)
    assert "100 times its own size" in _refused(tmp_path / "m.zip", tmp_path / "cache")


def test_encrypted_archive_is_named_as_such_with_what_to_do(tmp_path: Path) -> None:
    path = _flagged(_zip(tmp_path / "m.zip", ("saved_model.pb", _graph())), encrypted=True)
    said = _refused(path, tmp_path / "cache")
    assert "it is encrypted" in said
    assert said.endswith("Unpack it with its password and give the path of the model.")


def test_member_that_declares_four_gigabytes_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("it was read")

    path = _zip(tmp_path / "m.zip", ("saved_model.pb", _graph()))
    _flagged(path, declared=2**32 - 2)
    monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    assert "larger than" in _refused(path, tmp_path / "cache")


@pytest.mark.parametrize("cut", [10, 200])
def test_architecture_that_is_cut_short_is_not_called_weights_only(
    tmp_path: Path, cut: int
) -> None:
    text = json.dumps({"class_name": "Sequential", "config": {"layers": [{"a": "b" * 300}]}})
    (tmp_path / "model.json").write_text(text[:-cut])
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.attrs["layer_names"] = np.array([b"d"])
    said = _refused(tmp_path, tmp_path / "cache")
    assert "model.json" in said
    assert "is not valid JSON: it is incomplete or damaged" in said
