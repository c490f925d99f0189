"""Sends a worker the models that its machine lacks."""

from __future__ import annotations

import secrets

from distributed import Client, KilledWorker

from matrix.errors import LoadmatrixError
from matrix.files import what_failed
from matrix.log import logger
from matrix.model.facts import ModelFacts
from matrix.run.executors.dask import task
from matrix.run.executors.dask.flight import Flight
from matrix.run.remote.shipping import packed
from matrix.run.remote.unit import UnitResult
from matrix.shown import on_one_line

_LOG = logger(__name__)
_SEND_SECONDS = 600


def send_lacking(client: Client, flight: Flight, worker: str, result: UnitResult) -> dict[int, str]:
    """Send a worker what its result says is lacking; why, of models that could not be sent."""
    unsent: dict[int, str] = {}
    models = flight.run.plan.models
    for number in result.lacking:
        if number >= len(models):
            continue
        model = models[number]
        _LOG.info("Sending %s to %s.", model.shown, result.host)
        if complaint := _sent(client, model, worker):
            _LOG.warning("%s", complaint)
            unsent[number] = complaint.rstrip(".")
    return unsent


def _sent(client: Client, model: ModelFacts, worker: str) -> str:
    """Why a model is not on the machine of a worker now; empty where it is."""
    try:
        sent = client.submit(
            task.receive,
            packed(model),
            key=f"loadmatrix-model-{secrets.token_hex(8)}",
            pure=False,
            workers=[worker],
            allow_other_workers=True,
        )
        return on_one_line(str(sent.result(timeout=_SEND_SECONDS)))
    except LoadmatrixError as error:
        return str(error)
    except TimeoutError:
        return f"{model.shown} was not received within {_SEND_SECONDS // 60} minutes"
    except OSError as error:
        return what_failed(error)
    except KilledWorker:
        return f"{model.shown} was not received: the worker {worker} was lost"
