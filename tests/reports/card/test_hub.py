"""`--push`: through the real huggingface_hub, against a stand-in of the Hub on this machine."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError, UsageError
from reports.card.markers import section_of
from reports.jobs.card import card
from tests.cards import CARDS
from tests.reports.jobs.test_card import CARD, _report

REPOSITORY = "people/model"
FIRST, SECOND = "a" * 40, "b" * 40


class Hub(http.server.ThreadingHTTPServer):
    """As much of the Hub as a commit of one file takes; `files` is what the repository holds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.head = FIRST
        self.commits: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._file(body=False)

    def do_GET(self) -> None:
        if self.path.startswith(f"/api/models/{REPOSITORY}"):
            self._json({"id": REPOSITORY, "sha": self.server.head, "tags": [], "siblings": []})
        elif self.path.startswith("/api/"):
            self._json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
        else:
            self._file(body=True)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/api/validate-yaml":
            self._json({"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            asked = json.loads(sent)["files"]
            modes = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in asked
            ]
            self._json({"files": modes})
        else:
            self._commit([json.loads(line) for line in sent.splitlines()])

    def _commit(self, lines: list[dict[str, Any]]) -> None:
        header = next(line["value"] for line in lines if line["key"] == "header")
        if header.get("parentCommit") not in (None, self.server.head):
            self._json({"error": "A commit has happened since"}, 412)
            return
        self.server.commits.append(header)
        for line in lines:
            if line["key"] == "file":
                content = base64.b64decode(line["value"]["content"])
                self.server.files[line["value"]["path"]] = content
        self.server.head = SECOND
        url = f"{self.server.address}/{REPOSITORY}/commit/{SECOND}"
        self._json({"commitUrl": url, "commitOid": SECOND, "success": True})

    def _file(self, *, body: bool) -> None:
        content = self.server.files.get(self.path.rpartition("/")[2])
        if content is None:
            self._json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            return
        self.send_response(200)
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", self.server.head)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _json(
        self, document: Any, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _answers_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    # huggingface_hub reads the address of the Hub once, when it is imported.
    _answers_at(server.address, monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _push(folder: Path, repository: str = REPOSITORY) -> int:
    return card([_report(folder), CARD, "--push", repository], folder)


def test_card_on_the_hub_keeps_what_people_wrote_there(hub: Hub, tmp_path: Path) -> None:
    hub.files[CARD] = CARDS["template"]
    (tmp_path / CARD).write_text("# another one, here\n", encoding="utf-8")
    assert _push(tmp_path) == 0
    text = hub.files[CARD].decode()
    section = section_of(text)
    assert section is not None
    assert text.replace(section + "\n\n", "").encode() == CARDS["template"]


def test_repository_without_a_card_gets_the_one_from_here(hub: Hub, tmp_path: Path) -> None:
    assert _push(tmp_path) == 0
    assert hub.files[CARD] == (tmp_path / CARD).read_bytes()


def test_nothing_is_committed_where_nothing_changed(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _push(tmp_path)
    _push(tmp_path)
    assert len(hub.commits) == 1
    out = capsys.readouterr().out
    assert f"committed as {hub.address}/{REPOSITORY}/commit/{SECOND}" in out
    assert f"{REPOSITORY}: nothing to change." in out


def test_commit_is_made_upon_the_one_that_was_read(hub: Hub, tmp_path: Path) -> None:
    _push(tmp_path)
    assert hub.commits[0]["parentCommit"] == FIRST


def test_unknown_repository_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The repository nobody/nothing does not exist"):
        _push(tmp_path, "nobody/nothing")
    assert hub.commits == []


def test_name_that_cannot_be_one_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The repository a/b/c does not exist"):
        _push(tmp_path, "a/b/c")
    assert hub.commits == []


def test_hub_that_does_not_answer_is_one_sentence(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answers_at("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(LoadmatrixError, match="could not be updated"):
        _push(tmp_path)
    assert hub.commits == []


def test_card_that_cannot_be_fetched_is_not_taken_for_absent(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files[CARD] = CARDS["template"]
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    with pytest.raises(LoadmatrixError, match="could not be updated"):
        _push(tmp_path)
    assert hub.files[CARD] == CARDS["template"]
