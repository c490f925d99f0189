"""One model in one cell of the report.

The names of the fields are those of `report.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from matrix.catalogue.registration import Handover
from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.results.result import Source
from matrix.results.verdicts import Verdict, kind_of
from reports.report.check_report import CheckReport, LoaderName, Seconds, VerdictWord, known_verdict
from reports.report.isolation_report import IsolationReport

SourceWord: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"enum": [source.value for source in Source]})
]


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedReport:
    """A package that the model asks for and a plain cell lacks.

    `because` says what in the model asks for it. `requirement` is what fits the release and `cell`
    the cell that has it, or `reason` says why nothing fits.
    """

    package: str
    module: str
    because: Annotated[str, Meta(description="what in the model needs it")]
    requirement: Annotated[
        str | None, Meta(description="the requirement that matches this release")
    ]
    cell: Annotated[str | None, Meta(description="the cell that has it")]
    reason: Annotated[str | None, Meta(description="why no version matches")]


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptReport:
    """A script that was tried because a loader did not load the model."""

    loader: str
    name: str
    script: str
    loaded: bool


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class CellReport:
    """One cell. `environment` is what the probe saw there, empty where it saw nothing."""

    id: str
    tensorflow: str
    python: str
    keras: str
    plain: Annotated[
        bool, Meta(description="the cell contains only what a user of the release has")
    ]
    companions: Annotated[
        Mapping[str, str],
        Meta(description="what the cell has in addition to TensorFlow: package and requirement"),
    ] = field(default_factory=dict)
    requirements: Annotated[
        tuple[str, ...],
        Meta(
            description=(
                "what is installed in addition to TensorFlow, including what the metadata lacks"
            )
        ),
    ] = ()
    imports: Annotated[
        tuple[str, ...], Meta(description="modules that are imported before the model is loaded")
    ] = ()
    handover: Annotated[
        Handover | None,
        Meta(description="the objects of companions that loaders get, as dotted names"),
    ] = None
    variables: Annotated[
        Mapping[str, str] | UnsetType,
        Meta(description="environment variables that this cell sets and others do not"),
    ] = UNSET
    runtime: Annotated[
        str | UnsetType,
        Meta(description="what the cell started, where it was not Python with TensorFlow"),
    ] = UNSET
    needs: Annotated[
        tuple[NeedReport, ...],
        Meta(description="companions that the model needs and this plain cell does not have"),
    ] = ()
    verdict: VerdictWord
    loads: Annotated[
        bool | None,
        Meta(description="whether the model was loaded; null if the verdict is not an answer"),
    ]
    reason: str = ""
    source: Annotated[
        SourceWord,
        Meta(
            description=(
                "where the verdicts come from: `measured` by this run, `reused` from an earlier "
                "one, or `predicted` by a run with --fast, which measured nothing here"
            )
        ),
    ] = "measured"
    measured_at: Annotated[
        str | UnsetType,
        Meta(
            description="if reused: when it was measured",
            extra_json_schema={"format": "date-time"},
        ),
    ] = UNSET
    import_cpu_seconds: Seconds = 0.0
    environment: Mapping[str, Any] = field(default_factory=dict)
    isolation: Annotated[
        IsolationReport | None,
        Meta(description="the walls around the model; null if the model was not started here"),
    ] = None
    checks: tuple[CheckReport, ...]
    attempts: Annotated[
        tuple[AttemptReport, ...],
        Meta(description="scripts that were tried because a loader did not load the model"),
    ] = ()

    def __post_init__(self) -> None:
        known_verdict(self.verdict)

    def __repr__(self) -> str:
        """A line: with all its checks it would be pages."""
        return f"<CellReport {self.id}: {self.verdict}>"

    @property
    def kind(self) -> type[Verdict]:
        """The class of the verdict."""
        return kind_of(self.verdict)

    @property
    def is_predicted(self) -> bool:
        """Whether a fast run left it to its prediction: then nothing was measured here."""
        return self.source == Source.PREDICTED.value

    @property
    def expected(self) -> str:
        """The best that was predicted of its loaders."""
        said = {check.expected for check in self.checks if check.kind.applies}
        return next((word for word in EXPECTED if word in said), UNKNOWN)

    @property
    def loaders(self) -> tuple[str, ...]:
        """The loaders that were tried here, each once."""
        return tuple(dict.fromkeys(check.loader for check in self.checks))

    def best(self, loader: LoaderName) -> CheckReport | None:
        """The best variant of a loader, `None` where it was not planned here."""
        mine = [check for check in self.checks if check.loader == loader]
        return min(mine, key=lambda check: check.rank, default=None)
