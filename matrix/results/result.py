"""What a run found: models, cells and checks, each with its verdict."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from packaging.version import Version

from matrix.catalogue.cell import KERAS_3_FROM, Cell
from matrix.catalogue.companions import TF_KERAS
from matrix.catalogue.keras import KERAS
from matrix.plan.loaders import LOADERS
from matrix.plan.prediction import Prediction
from matrix.plan.required_packages import MissingPackage
from matrix.plan.variant import Variant
from matrix.results.agreeing_groups import Grouping
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import CallRecord, EnvironmentRecord, IsolationRecord
from matrix.versions import version_of


class Source(enum.Enum):
    """Where the verdicts of a model in a cell come from; `MEASURED` is this run, whatever it gave.

    `REUSED` are answers that an earlier run of the same measured, `PREDICTED` what a fast run left
    to its predictions.
    """

    MEASURED = "measured"
    REUSED = "reused"
    PREDICTED = "predicted"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check concluded. `seconds` is wall time, `peak_mb` the most resident memory.

    `without_objects`: it loaded although the caller's own Python could not be imported there.
    `stored` is the file with its large outputs, in the folder of the cell. `prediction` is what was
    expected before, and no part of the verdict.
    """

    loader: str
    variant: Variant
    verdict: Verdict
    stage: str = "import"
    seconds: float = 0.0
    peak_mb: int | None = None
    calls: tuple[CallRecord, ...] = ()
    repeated: bool = False
    without_objects: bool = False
    stored: str | None = None
    prediction: Prediction | None = None


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """A script that was tried because `loader` did not load the model."""

    loader: str
    name: str
    script: str
    loaded: bool


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """One model in one cell; `environment` is what the probe saw there, if it saw anything.

    `needs` are the companions that the model asks for and that a plain cell lacks. `isolation` are
    the walls around the model, `None` where it was never started. `source` says where its verdicts
    come from; of what was reused, `measured_at` is when it was measured, in seconds since 1970.
    """

    cell: Cell
    verdict: Verdict
    checks: tuple[CheckResult, ...]
    environment: EnvironmentRecord
    import_cpu_seconds: float = 0.0
    needs: tuple[MissingPackage, ...] = ()
    attempts: tuple[Attempted, ...] = ()
    isolation: IsolationRecord | None = None
    source: Source = Source.MEASURED
    measured_at: float | None = None

    @property
    def keras(self) -> str:
        """The version of `tf.keras` in this cell."""
        package = KERAS
        if self.cell.release.minor >= KERAS_3_FROM and not self.cell.keras_3:
            package = TF_KERAS
        version = self._installed(package) if self.cell.release.minor >= (2, 6) else None
        return version or self.cell.release.keras

    @property
    def keras_version(self) -> Version | None:
        """The same as a version: TensorFlow 2.2 calls its Keras `2.3.0-tf`."""
        return version_of(self.keras)

    def keras_of(self, loader: str) -> Version | None:
        """The version of the Keras that a loader uses here."""
        package = LOADERS[loader].package
        return version_of(self._installed(package)) if package else self.keras_version

    def _installed(self, package: str) -> str | None:
        """The version of a package, as seen or else as asked for."""
        seen = self.environment.version_of(package)
        asked = [companion for companion in self.cell.companions if companion.name == package]
        return seen or (asked[0].pinned if asked else None)

    def best(self, loader: str) -> CheckResult | None:
        """The best variant of a loader, `None` where it was not planned here."""
        mine = [check for check in self.checks if check.loader == loader]
        return min(mine, key=lambda check: check.verdict.rank, default=None)


@dataclass(frozen=True, kw_only=True)
class ModelResult:
    """One model in all its cells, in the order of the plan.

    `uncompared` are the cells where it ran and no output could be compared with what is expected,
    `groups` those that answer differently while nothing tells which is right. `nearest` is the
    release that comes nearest to the writer, `None` where nothing says who that is.
    """

    number: int
    cells: tuple[CellResult, ...]
    uncompared: tuple[str, ...] = ()
    groups: tuple[Grouping, ...] = ()
    nearest: Version | None = None

    @property
    def home(self) -> CellResult | None:
        """The plain cell that tells most of a model that runs nowhere, if any loads it.

        That of the release nearest to the writer, or else the newest.
        """
        loaded = [
            cell
            for cell in self.cells
            if cell.cell.plain and any(check.verdict.is_load for check in cell.checks)
        ]
        near = [cell for cell in loaded if cell.cell.release.version == self.nearest]
        return next(reversed([*loaded, *near]), None)
