"""One check in the report: its verdict, and what explains the verdict.

The names of the fields are those of `report.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from matrix.plan.loaders import LOADERS
from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.results.verdicts import NOTHING_TO_CALL, Verdict, kind_of, words
from reports.report.cause import Cause, Diagnosis
from reports.report.text import first_line

VerdictWord: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": list(words())})]
LoaderName: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": list(LOADERS)})]
StageName: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"enum": ["import", "load", "run", "compare"]})
]
ExpectedWord: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": list(EXPECTED)})]
Seconds: TypeAlias = Annotated[float, Meta(ge=0)]
_MOST_WHY = 400
OWN_WORD, TRUSTED = "by its own word", "trusted"
# What the marks of verdicts mean.
MARKS = {
    OWN_WORD: (
        "Python code of the model ran in the process that reports this verdict, "
        "so the model could have written it itself"
    ),
    TRUSTED: (
        "Python code of the model ran in the process that reports this verdict; "
        "the caller vouches for it (--trust)"
    ),
}
OwnWord: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": ["", OWN_WORD, TRUSTED]})]
# Numbers and texts such as "nan", which JSON has no number for.
TensorValue: TypeAlias = bool | int | float | str


def known_verdict(word: str) -> str:
    """The word of a verdict.

    Raises:
        ValueError: no verdict has that word.
    """
    return kind_of(word).word


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorLink:
    """An exception that another one was raised from."""

    type: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorReport:
    """An exception; `chain` are those it came from."""

    type: str
    message: str
    traceback: str
    chain: tuple[ErrorLink, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EndingReport:
    """How a process died, such as `SIGSEGV`, and the last it wrote."""

    detail: str
    log: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceReport:
    """The output that differs most; `relative` is `largest` as a share of the larger value."""

    output: str
    compared_with: str
    largest: float | None
    relative: float | None = None
    explanation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementReport:
    """How far the outputs are from the reference, all of them within tolerance."""

    compared_with: str
    largest: float | None
    relative: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TensorReport:
    """An input or an output. Short ones have all `values`, long ones a `sample` of them.

    `place` is where an input was among the arguments of the call, left out where it has a name.
    """

    name: str
    dtype: str
    digest: str
    shape: tuple[int, ...]
    values: tuple[TensorValue, ...] | UnsetType = UNSET
    sample: tuple[TensorValue, ...] | UnsetType = UNSET
    stored: str | UnsetType = UNSET
    statistics: Mapping[str, TensorValue] | UnsetType = UNSET
    place: tuple[int | str, ...] | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True, slots=True)
class CallReport:
    """A signature that was called: with inputs and outputs, or with the error it raised.

    `repeatable` is false where a second call gave other outputs: random ops, counters. `made` says
    of a call that failed whether this tool made all its inputs. `fed` says where inputs came from.
    """

    signature: str
    error: ErrorReport | UnsetType | None = UNSET
    made: bool | UnsetType = UNSET
    inputs: tuple[TensorReport, ...] | UnsetType = UNSET
    outputs: tuple[TensorReport, ...] | UnsetType = UNSET
    repeatable: bool | UnsetType = UNSET
    fed: str | UnsetType = UNSET


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionReport:
    """What was predicted of a loader in a cell from the bytes of the model, and why."""

    verdict: ExpectedWord
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckReport:
    """One loader tried in one way. `reason` is one line, or empty; `peak_mb` the most memory."""

    loader: LoaderName
    variant: str | None
    verdict: VerdictWord
    loads: Annotated[
        bool | None,
        Meta(description="whether the model was loaded; null if the verdict is not an answer"),
    ]
    stage: StageName
    reason: str = ""
    seconds: Seconds
    peak_mb: int | None = None
    repeated: bool = False
    without_objects: Annotated[
        bool,
        Meta(
            description=(
                "whether the model was loaded although the file or module of `custom_objects` "
                "could not be imported in this cell"
            )
        ),
    ] = False
    error: ErrorReport | None
    diagnosis: Diagnosis | None
    ending: EndingReport | None = None
    difference: DifferenceReport | None = None
    agreement: AgreementReport | None = None
    group: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            description=(
                "for a check that runs: the number of its group, if several groups give "
                "different outputs (`summary.groups`)"
            )
        ),
    ] = None
    own_word: Annotated[
        OwnWord,
        Meta(
            description=(
                "for a check that loads a model which brings Python code: that code ran in the "
                "process that reports this, so the verdict is the model's own word; `trusted` if "
                "the caller vouched for it (`--trust`)"
            )
        ),
    ] = ""
    calls: tuple[CallReport, ...] = ()
    prediction: Annotated[
        PredictionReport | UnsetType,
        Meta(
            description=(
                "what was predicted before anything ran: whether it loads. It is no result: "
                "a check with the verdict `predicted` was not measured"
            )
        ),
    ] = UNSET

    def __post_init__(self) -> None:
        known_verdict(self.verdict)

    @property
    def kind(self) -> type[Verdict]:
        """The class of the verdict, which answers every question about it."""
        return kind_of(self.verdict)

    @property
    def runs(self) -> bool | None:
        """Whether it also ran and answered as the reference; `None` where nothing says so."""
        # Loaded, and then stopped or blocked.
        unknown = self.loads is None or (self.loads and self.kind.answer is None)
        return None if unknown else self.kind.agrees is True

    @property
    def has_calls(self) -> bool:
        """Whether the model was loaded and there was something to call."""
        kind = self.error.type if self.error else ""
        idle = self.kind.answer is True and kind in ("", NOTHING_TO_CALL)
        return self.loads is True and not (self.kind.agrees is None and idle)

    @property
    def is_answer(self) -> bool:
        """Whether the verdict says something about the model, not only about the attempt."""
        return self.kind.is_answer

    @property
    def expected(self) -> str:
        """What was predicted of it: `loads`, `fails` or `unknown`."""
        return self.prediction.verdict if self.prediction else UNKNOWN

    @property
    def why(self) -> str:
        """The cause and what it means where a rule knew the failure, else the reason."""
        known = self.diagnosis is not None and self.diagnosis.cause is not Cause.UNCLASSIFIED
        if self.diagnosis is None or not known or not self.is_answer:
            return self.reason or self.verdict
        explanation = first_line(self.diagnosis.explanation, _MOST_WHY).removesuffix(".")
        return f"{self.verdict}: {self.diagnosis.causes_in_words}: {explanation}"

    @property
    def reason_alone(self) -> str:
        """The reason without the word of the verdict that it begins with."""
        return self.reason.removeprefix(f"{self.verdict}: ")

    @property
    def rank(self) -> float:
        """0 for the best; what died after the load is worse than `loads`, better than `fails`."""
        return self.kind.rank_of(loaded=self.loads is True)
