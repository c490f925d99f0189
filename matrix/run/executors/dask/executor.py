"""Runs cells on Dask workers, which send back outcomes as values."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from importlib.util import find_spec
from itertools import chain

from matrix.errors import LoadmatrixError, UsageError
from matrix.log import logger
from matrix.run.executor import Ended, PlannedRun
from matrix.run.processes import termination_raises

_LOG = logger(__name__)


class DaskExecutor:
    """Cells on the workers of the scheduler at `place`, or of one of our own where that is empty.

    Raises:
        UsageError: Dask is not installed.
    """

    def __init__(self, place: str = "") -> None:
        if find_spec("distributed") is None:
            raise UsageError(
                "--executor dask needs the package distributed. Install it with: "
                "pip install 'loadmatrix[dask]'"
            )
        self.place = place

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        """The outcome of each cell; see `Executor`."""
        # Here, because it takes most of a second, and only who has it installed comes here.
        from matrix.run.executors.dask.cluster import Lost, connected
        from matrix.run.executors.dask.dispatcher import Dispatcher

        rest = iter(runs)
        first = next(rest, None)
        if first is None:
            return
        with termination_raises(), connected(self.place, first.options.jobs) as cluster:
            dispatcher = Dispatcher(cluster=cluster, runs=chain([first], rest))
            try:
                yield from dispatcher.outcomes()
            except Lost as lost:
                self._tell(lost, begun=dispatcher.has_ended_any)
            finally:
                dispatcher.stop()
        if dispatcher.why_none:
            raise LoadmatrixError(dispatcher.why_none)

    def _tell(self, lost: Exception, *, begun: bool) -> None:
        sentence = (
            f"{lost} What is known is kept: run the same command again later, and it "
            "tries only the cells that are left."
        )
        if not begun:
            raise LoadmatrixError(sentence)
        _LOG.warning("%s", sentence)
