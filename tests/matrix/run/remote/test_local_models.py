"""Models of a plan are found on another machine by their bytes, wherever they come from."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import pytest

from matrix.cache import cache_folder
from matrix.model.facts import ModelFacts
from matrix.model.inspection import inspect_testable
from matrix.model.source import remote
from matrix.model.source.address import SCHEMES, Address
from matrix.run.remote.local_models import local_models
from matrix.run.remote.shipping import packed, unpack


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A model on a server of this machine: its file and its address."""
    monkeypatch.setattr(remote, "SCHEMES", SCHEMES | {"http"})
    file = tmp_path / "site" / "model.h5"
    file.parent.mkdir()
    with h5py.File(file, "w") as content:
        content.attrs.update(model_config="{}", keras_version="2.9.0")
    handler = functools.partial(_Quiet, directory=str(file.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield file, f"http://127.0.0.1:{server.server_port}/model.h5"
        server.shutdown()


def planned(text: str) -> ModelFacts:
    """The facts of a model as another machine has planned it, whose cache is not here."""
    address = Address.of(text)
    assert address
    return inspect_testable(address).facts


def test_model_of_an_address_is_fetched_where_it_is_tested(served: tuple[Path, str]) -> None:
    _, address = served
    model = planned(address)
    shutil.rmtree(cache_folder() / "models")
    found = local_models((model,), {0: address}, offline=False)
    assert not found.absent
    assert found.models[0].path.exists()
    assert found.models[0].sha256 == model.sha256


def test_address_that_has_another_model_by_now_is_told(served: tuple[Path, str]) -> None:
    file, address = served
    model = planned(address)
    package = packed(model)
    shutil.rmtree(cache_folder() / "models")
    with h5py.File(file, "a") as content:
        content.attrs["keras_version"] = "2.10.0"
    found = local_models((model,), {0: address}, offline=False)
    assert "with the digest of the plan" in found.absent[0]
    # It can be sent all the same.
    assert unpack(package) == ""
    assert found.has_come_meanwhile
    again = local_models((model,), {0: address}, offline=True)
    assert not again.absent
    assert not again.lies_as_planned(0)


def test_machine_without_a_network_says_why_it_has_no_model(served: tuple[Path, str]) -> None:
    _, address = served
    model = planned(address)
    shutil.rmtree(cache_folder() / "models")
    found = local_models((model,), {0: address}, offline=True)
    assert "has no model at" in found.absent[0]
    assert "offline" in found.absent[0]
    assert not found.lies_as_planned(0)
