"""Known answers travel in one file: what is whole arrives, nothing else does."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.entries import Entries, Entry
from matrix.errors import UsageError
from matrix.known.answers import Answer, answer_document
from matrix.known.fed import inputs_digest
from matrix.known.travel import Imported, export_known, import_known
from matrix.run.keeping.model_inputs import RULES
from matrix.run.probe_output.events import ProbeRecord
from matrix.run.probe_output.records import EnvironmentRecord
from matrix.run.probe_process import Verification
from matrix.run.store import Store

KEYS = ("ab" * 20, "cd" * 20)
SEEN = Verification(
    probe=ProbeRecord(imported=True, environment=EnvironmentRecord(python="3.11.7"))
)
ANSWER = Entry(
    document=answer_document(Answer(cell="2.15.1", verification=SEEN, measured=1.0)),
    files={"outputs-0.npz": b"numbers"},
)
INPUTS = Entry(document={}, files={RULES: b"{}", "1.npz": b"arrays"})
MARK = b"loadmatrix known answers 1\n"


@pytest.fixture
def here(tmp_path: Path) -> Entries:
    entries = Entries(folder=tmp_path / "here")
    for key, entry in zip(KEYS, (ANSWER, INPUTS), strict=True):
        entries.write(key, entry)
    return entries


@pytest.fixture
def there(tmp_path: Path) -> Entries:
    return Entries(folder=tmp_path / "there")


def written(folder: Path, content: bytes) -> Path:
    file = folder / "file"
    file.write_bytes(gzip.compress(content))
    return file


def line(entries: Entries, key: str) -> bytes:
    content = entries.packed(key)
    assert content is not None
    return b"%b %d\n%b" % (key.encode(), len(content), content)


def test_what_was_exported_arrives(here: Entries, there: Entries, tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert export_known(here, file).entries == 2
    assert import_known(there, file) == Imported(new=2)
    assert there.read(KEYS[0]) == ANSWER
    assert there.read(KEYS[1]) == INPUTS
    assert import_known(there, file) == Imported(kept=2)
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_what_is_there_stays(here: Entries, there: Entries, tmp_path: Path) -> None:
    file = tmp_path / "file"
    export_known(here, file)
    other = replace(ANSWER, files={"outputs-0.npz": b"others"})
    there.write(KEYS[0], other)
    assert import_known(there, file) == Imported(new=1, kept=1)
    assert there.read(KEYS[0]) == other


def test_damaged_entries_are_counted_and_left_out(
    here: Entries, there: Entries, tmp_path: Path
) -> None:
    whole = line(here, KEYS[0])
    damaged = line(here, KEYS[1]).replace(b"arrays", b"ARRAYS")
    # Whole by its checksum, and neither an answer nor inputs.
    Entries(folder=tmp_path / "odd").write("ef" * 20, Entry(document={"run": "this"}))
    odd = line(Entries(folder=tmp_path / "odd"), "ef" * 20)
    file = written(tmp_path, MARK + damaged + odd + whole + b"end 3\n")
    assert import_known(there, file) == Imported(new=1, damaged=2)
    assert sorted(there.all_keys()) == [KEYS[0]]


def test_another_key_is_not_believed(here: Entries, there: Entries, tmp_path: Path) -> None:
    moved = line(here, KEYS[0]).replace(KEYS[0].encode(), b"ef" * 20)
    assert import_known(there, written(tmp_path, MARK + moved + b"end 1\n")).damaged == 1


@pytest.mark.parametrize(
    "head",
    [b"../../outside 4\n", b"/etc/passwd 4\n", b"ab/cd 4\n", b"AB" * 20 + b" 4\n", b"x" * 500],
)
def test_nothing_but_a_key_names_an_entry(there: Entries, tmp_path: Path, head: bytes) -> None:
    taken = import_known(there, written(tmp_path, MARK + head + b"evil" + b"end 1\n"))
    assert taken == Imported(torn="it is cut short or damaged")
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


def test_a_bomb_is_not_unpacked(here: Entries, tmp_path: Path) -> None:
    small = Entries(folder=tmp_path / "small", most=2**20)
    # One entry larger than any may be is passed over; more than the cache may hold ends it.
    large = b"%b %d\n" % (b"ef" * 20, 2**19) + b"\0" * 2**19
    whole = line(here, KEYS[0])
    assert import_known(small, written(tmp_path, MARK + large + whole + b"end 2\n")) == Imported(
        new=1, damaged=1
    )
    taken = import_known(small, written(tmp_path, MARK + large * 3))
    assert (taken.damaged, taken.new) == (2, 0)
    assert "--known-gb" in taken.torn


@pytest.mark.parametrize("rules", [b"no JSON", b"[]", b"[" * 10**5])
def test_inputs_whose_rules_are_none_are_left_out(
    there: Entries, tmp_path: Path, rules: bytes
) -> None:
    odd = Entries(folder=tmp_path / "odd")
    odd.write(KEYS[1], Entry(document={}, files={RULES: rules, "1.npz": b"arrays"}))
    file = written(tmp_path, MARK + line(odd, KEYS[1]) + b"end 1\n")
    assert import_known(there, file) == Imported(damaged=1)


def test_arrays_of_others_are_not_unpacked(tmp_path: Path) -> None:
    """They would be, to see what a model is fed: a few KB of them may be many GB."""
    store = Store(folder=tmp_path)
    place = store.inputs(0).emptied()
    digests = []
    for size in (2 * 10**7, 2 * 10**7 + 1):
        with zipfile.ZipFile(place / "1.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.npy", b"\0" * size)
        tracemalloc.start()
        digests.append(inputs_digest(store, 0))
        assert tracemalloc.get_traced_memory()[1] < 10**7
        tracemalloc.stop()
    assert digests[0] != digests[1]


@pytest.mark.parametrize("missing", [1, 5, 100])
def test_a_torn_file_gives_what_is_whole(
    here: Entries, there: Entries, tmp_path: Path, missing: int
) -> None:
    content = MARK + line(here, KEYS[0]) + line(here, KEYS[1]) + b"end 2\n"
    taken = import_known(there, written(tmp_path, content[:-missing]))
    assert taken.torn
    assert taken.new == len(list(there.all_keys())) >= 1
    whole = gzip.compress(content)
    (tmp_path / "file").write_bytes(whole[: len(whole) - 20])
    assert import_known(there, tmp_path / "file").torn


def test_other_files_are_refused(there: Entries, tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    for content in (b"", b"text", archive.getvalue(), gzip.compress(b"loadmatrix")):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(UsageError, match="no file of `cache export`"):
            import_known(there, tmp_path / "file")
    with pytest.raises(UsageError, match="cannot be read"):
        import_known(there, tmp_path / "absent")
    assert not there.folder.exists()
