"""A run without workers says so, and does not wait for ever."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("distributed")

from matrix.run.executors.dask import dispatcher
from matrix.run.executors.dask.cluster import Lost
from matrix.run.executors.dask.dispatcher import Dispatcher
from tests.builders import make_options
from tests.matrix.run.executors.dask.test_flight import flight


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


@pytest.mark.parametrize("begun", [False, True])
def test_cell_whose_only_worker_has_gone_is_sent_to_others(begun: bool) -> None:
    """Also where a scheduler of somebody else keeps it to repeat it there by itself."""
    sent: list[Any] = []

    def submit(_: Any, unit: Any, *__: Any, workers: Any, **___: Any) -> Any:
        sent.append((workers, unit.may_ask))
        return SimpleNamespace(
            done=lambda: False, cancel=lambda: None, add_done_callback=lambda _: None
        )

    client = SimpleNamespace(subscribe_topic=lambda *_: None, submit=submit)
    slots = {"tcp://one": 1}
    cluster: Any = SimpleNamespace(client=client, is_ours=False, slots=lambda: slots)
    run = Dispatcher(cluster=cluster, runs=())
    cell = flight()
    cell.run = replace(cell.run, options=make_options(ship_models=True))
    cell.unit = cell.unit.after_sending({})
    run._send(cell, ["tcp://one"])
    if begun:
        cell.begin("tcp://one")
    assert not list(run._sent_where_workers_are())
    slots.clear()
    slots["tcp://two"] = 1
    assert not list(run._sent_where_workers_are())
    # What the first was sent is not at the other.
    assert sent == [(["tcp://one"], False), (["tcp://two"] if begun else None, True)]
