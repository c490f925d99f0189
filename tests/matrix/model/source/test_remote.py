"""Models that lie elsewhere: fetched once, named by their address, never a traceback."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import pytest

from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts
from matrix.model.inspection import inspect_testable
from matrix.model.source import remote
from matrix.model.source.address import SCHEMES, Address
from matrix.model.source.remote import fetched


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this machine and a store in memory stand in for those elsewhere."""
    monkeypatch.setattr(remote, "SCHEMES", SCHEMES | {"http", "memory"})


def _address(text: str) -> Address:
    address = Address.of(text)
    assert address
    return address


def _looked(address: Address) -> ModelFacts:
    return inspect_testable(address).facts


def _h5(path: Path, version: str = "2.9.0") -> Path:
    with h5py.File(path, "w") as file:
        file.attrs.update(model_config="{}", keras_version=version)
    return path


class _Quiet(SimpleHTTPRequestHandler):
    asked: list[str]

    def log_message(self, *_: object) -> None:
        self.asked.append(self.command)


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def site(tmp_path: Path, asked: list[str]) -> Iterator[tuple[str, Path]]:
    """A server on this machine and the folder it serves."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = type("Handler", (_Quiet,), {"asked": asked})
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


def test_model_behind_an_address_is_shown_by_it(site: tuple[str, Path]) -> None:
    host, folder = site
    _h5(folder / "m.h5")
    facts = _looked(_address(f"{host}/m.h5?token=secret"))
    document = facts.to_dict()
    assert (document["path"], document["format"]) == (f"{host}/m.h5", "keras_h5")
    assert facts.path.name == "m.h5"
    assert "secret" not in str(document)


def test_facts_of_a_fetched_model_survive_their_document(site: tuple[str, Path]) -> None:
    _h5(site[1] / "m.h5")
    facts = _looked(_address(f"{site[0]}/m.h5"))
    assert ModelFacts.from_dict(facts.to_dict()) == facts


def test_model_is_fetched_once(site: tuple[str, Path], asked: list[str], tmp_path: Path) -> None:
    _h5(site[1] / "m.h5")
    first = fetched(_address(f"{site[0]}/m.h5"), tmp_path)
    assert fetched(_address(f"{site[0]}/m.h5"), tmp_path) == first
    assert asked.count("GET") == 1


def test_new_version_is_fetched_anew(site: tuple[str, Path], tmp_path: Path) -> None:
    address = _address(f"{site[0]}/m.txt")
    (site[1] / "m.txt").write_text("old", encoding="utf-8")
    before = fetched(address, tmp_path)
    (site[1] / "m.txt").write_text("newer", encoding="utf-8")
    assert fetched(address, tmp_path).read_text(encoding="utf-8") == "newer"
    assert before.read_text(encoding="utf-8") == "old"


def test_offline_takes_what_is_cached(site: tuple[str, Path], tmp_path: Path) -> None:
    address = _address(f"{site[0]}/m.h5")
    with pytest.raises(NothingTestable, match="is not cached, and --offline"):
        fetched(address, tmp_path, offline=True)
    _h5(site[1] / "m.h5")
    assert fetched(address, tmp_path) == fetched(address, tmp_path, offline=True)


def test_missing_page_is_a_usage_error(site: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"/gone\.h5 does not exist"):
        fetched(_address(f"{site[0]}/gone.h5"), tmp_path)


def test_refused_connection_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match=r"could not be downloaded: URLError") as caught:
        fetched(_address("http://127.0.0.1:9/m.h5"), tmp_path)
    assert caught.value.exit_code == 2


def test_page_in_place_of_a_model_is_told_with_its_address(site: tuple[str, Path]) -> None:
    (site[1] / "m.keras").write_text("<html>login", encoding="utf-8")
    with pytest.raises(NothingTestable, match=rf"^{site[0]}/m\.keras cannot be tested.*page"):
        _looked(_address(f"{site[0]}/m.keras"))


def test_folder_in_a_store_is_fetched_whole() -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    message = message_class("tensorflow.SavedModel")()
    message.meta_graphs.add().meta_info_def.tensorflow_version = "2.15.0"
    memory.pipe("/bucket/model/saved_model.pb", message.SerializeToString())
    memory.pipe("/bucket/model/variables/variables.index", b"index")
    facts = _looked(_address("memory://bucket/model"))
    assert (facts.format, facts.shown) == (Format.SAVED_MODEL_V1, "memory://bucket/model")
    assert (facts.path / "variables" / "variables.index").read_bytes() == b"index"


def test_nothing_in_a_store_is_a_usage_error(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(UsageError, match="memory://bucket/none does not exist"):
        fetched(_address("memory://bucket/none"), tmp_path)


def test_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(LoadmatrixError, match=r"pip install 'loadmatrix\[remote\]'"):
        fetched(_address("gs://bucket/model"), tmp_path)


@pytest.mark.parametrize(
    ("text", "shown", "name"),
    [
        pytest.param("hf://google/m", "hf://google/m", "m", id="hub"),
        pytest.param("s3://b/m.keras/", "s3://b/m.keras/", "m.keras", id="slash"),
        pytest.param("https://me:pw@h/m.h5?sig=1#x", "https://h/m.h5", "m.h5", id="secrets"),
        pytest.param("https://h/a/..", "https://h/a/..", "model", id="dots"),
    ],
)
def test_address_shows_no_secrets(text: str, shown: str, name: str) -> None:
    assert (str(_address(text)), _address(text).name) == (shown, name)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("http://me:pw@127.0.0.1/m.h5", id="http"),
        pytest.param("memory://bucket/model", id="memory"),
        pytest.param("ftp://h/m.h5", id="ftp"),
        pytest.param("file:///models/m.h5", id="file"),
        pytest.param("HTTP://h/m.h5", id="upper"),
        pytest.param("gcs://b/m", id="alias"),
    ],
)
@pytest.mark.parametrize("offline", [True, False])
def test_other_schemes_are_refused_with_those_that_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, offline: bool
) -> None:
    monkeypatch.setattr(remote, "SCHEMES", SCHEMES)
    with pytest.raises(UsageError, match="addresses are gs://, hf://, https://, s3://") as refused:
        fetched(_address(text), tmp_path, offline=offline)
    assert "pw" not in str(refused.value)


def test_redirection_to_another_scheme_is_refused(
    site: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leads_on(handler: _Quiet) -> None:
        handler.send_response(302)
        handler.send_header("Location", "ftp://127.0.0.1/m.h5")
        handler.end_headers()

    monkeypatch.setattr(_Quiet, "do_HEAD", leads_on)
    with pytest.raises(NothingTestable, match="it redirects to ftp://"):
        fetched(_address(f"{site[0]}/m.h5"), tmp_path)


@pytest.mark.parametrize("text", ["model", "/a/b", "C:\\m.h5", "hf:m", "a//b", "C://m"])
def test_path_is_no_address(text: str) -> None:
    assert Address.of(text) is None
