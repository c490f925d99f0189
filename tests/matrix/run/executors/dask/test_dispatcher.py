"""A run without workers says so, and does not wait for ever."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("distributed")

from matrix.run.executors.dask import dispatcher
from matrix.run.executors.dask.dispatcher import Dispatcher, Lost


def test_run_without_workers_says_so_once_and_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    slots: dict[str, int] = {}
    # Of a cluster only this is asked.
    client = SimpleNamespace(subscribe_topic=lambda *_: None)
    cluster: Any = SimpleNamespace(client=client, address="tcp://far", slots=lambda: slots)
    run = Dispatcher(cluster=cluster, runs=())
    run._wait_for_workers()
    run._wait_for_workers()
    assert caplog.text.count("has no workers any more") == 1
    assert "dask worker tcp://far" in caplog.text
    slots["tcp://one"] = 1
    run._wait_for_workers()
    slots.clear()
    run._wait_for_workers()
    assert caplog.text.count("has no workers any more") == 2
    monkeypatch.setattr(dispatcher, "_WORKERS_SECONDS", 0)
    with pytest.raises(Lost, match="No worker has come to the Dask scheduler at tcp://far"):
        run._wait_for_workers()
