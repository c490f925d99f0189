"""The verdicts: one class each, with everything that is said about it.

`fails` is an answer about the model; the ones after `out-of-memory` say why there is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from matrix.plan.prediction import EXPECTED, UNKNOWN, Prediction
from matrix.results.evidence import Agreement, Difference, Evidence
from matrix.results.verdict import CaseOutcome, Verdict, kind_of, kinds, words
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord

# Other modules take these from here, so that every verdict is registered before they are used.
__all__ = ["Verdict", "kind_of", "kinds", "words"]

# The type of the error of `loads` where a model offers nothing to call: no failure of anything.
NOTHING_TO_CALL = "NothingToCall"


@dataclass(frozen=True, kw_only=True)
class Runs(Verdict):
    """Loaded and executed; `compared_with` is the reference cell its outputs agree with.

    `max_abs_diff` and `max_rel_diff` are the largest differences there, all of them within
    tolerance. `expected` says that they were compared with what the caller expects. `group` numbers
    the cells that answer alike, where nothing tells which of several groups is right. `note` tells
    of outputs that were not compared with the reference.
    """

    word = "runs"
    order = 0
    symbol = "✓"
    tone = "good"
    meaning = "loaded and ran; the outputs match the reference"
    answer = True
    is_answer = True
    agrees = True
    outcome = CaseOutcome.PASSED

    compared_with: str | None = None
    max_abs_diff: float = 0.0
    max_rel_diff: float = 0.0
    expected: bool = False
    group: int | None = None
    note: str = ""

    @property
    def evidence(self) -> Evidence:
        if self.compared_with is None:
            return Evidence(group=self.group, note=self.note)
        return Evidence(
            agreement=Agreement(max_abs_diff=self.max_abs_diff, max_rel_diff=self.max_rel_diff),
            compared_with=self.compared_with,
            group=self.group,
            note=self.note,
        )


@dataclass(frozen=True, kw_only=True)
class Differs(Verdict):
    """Loaded and executed; the outputs are off from those of the cell `compared_with`.

    `expected` says that they were compared with what the caller expects.
    """

    word = "differs"
    order = 10
    symbol = "≠"
    tone = "warn"
    meaning = "loaded and ran; the outputs differ by more than the tolerance"
    answer = True
    is_answer = True
    agrees = False
    outcome = CaseOutcome.FAILURE

    compared_with: str
    difference: Difference
    expected: bool = False

    @property
    def evidence(self) -> Evidence:
        return Evidence(difference=self.difference, compared_with=self.compared_with)


@dataclass(frozen=True, kw_only=True)
class Raised(Verdict):
    """An exception decided: `error` says which."""

    is_answer = True

    error: ErrorRecord

    @property
    def evidence(self) -> Evidence:
        return Evidence(error=self.error)


@dataclass(frozen=True, kw_only=True)
class Loads(Raised):
    """Loaded; nothing callable, no inputs for it, or the call failed: `error` says which."""

    word = "loads"
    order = 20
    symbol = "◐"
    tone = "fair"
    meaning = "loaded, but could not be called"
    answer = True
    outcome = CaseOutcome.PASSED


@dataclass(frozen=True, kw_only=True)
class Fails(Raised):
    """This release cannot load this model this way."""

    word = "fails"
    order = 30
    symbol = "✗"
    tone = "bad"
    meaning = "this release cannot load the model this way"
    answer = False
    outcome = CaseOutcome.FAILURE


@dataclass(frozen=True, kw_only=True)
class Died(Verdict):
    """The probe died: `exit` says how.

    `loaded` is true where the model had been loaded before: a death is then no failure to load.
    """

    tone = "died"
    is_answer = True
    outcome = CaseOutcome.ERROR

    exit: ProcessExit
    loaded: bool = False

    @property
    def evidence(self) -> Evidence:
        return Evidence(exit=self.exit)

    @property
    def loads(self) -> bool | None:
        return True if self.loaded else self.answer


@dataclass(frozen=True, kw_only=True)
class Crashed(Died):
    """The probe died by itself."""

    word = "crashed"
    order = 40
    symbol = "↯"
    meaning = "the process died"
    answer = False


@dataclass(frozen=True, kw_only=True)
class Stopped(Died):
    """The probe was stopped for what it took: with more of it the model might load and run."""

    @property
    def runs(self) -> bool | None:
        return None


@dataclass(frozen=True, kw_only=True)
class TimedOut(Stopped):
    """The probe took longer than it was given."""

    word = "timed-out"
    order = 50
    symbol = "◷"
    meaning = "it took longer than --timeout"


@dataclass(frozen=True, kw_only=True)
class OutOfMemory(Stopped):
    """The probe took more memory than it was given."""

    word = "out-of-memory"
    order = 60
    symbol = "▲"
    meaning = "it needed more memory than --memory"


@dataclass(frozen=True, kw_only=True)
class NoAnswer(Verdict):
    """Nothing is known of the model: `reason` says why."""

    tone = "none"

    reason: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(reason=self.reason)


@dataclass(frozen=True, kw_only=True)
class Blocked(NoAnswer):
    """The isolation refused something that the model wanted, and so it did not load or run.

    `loaded` is true where it was refused to a model that had been loaded before.
    """

    word = "blocked"
    order = 70
    symbol = "⊘"
    tone = "wall"
    meaning = "the isolation blocked something that the model tried to do"
    reason_in_full = True

    loaded: bool = False

    @property
    def loads(self) -> bool | None:
        return True if self.loaded else None

    @property
    def runs(self) -> bool | None:
        return None


@dataclass(frozen=True, kw_only=True)
class Unproven(NoAnswer):
    """What was said in the probe cannot be true: nothing of it is believed."""

    word = "unproven"
    order = 75
    symbol = "?"
    tone = "wall"
    meaning = "what the probe reported contradicts itself or what was seen, so it is not believed"
    outcome = CaseOutcome.ERROR
    reason_in_full = True
    has_cause = False


@dataclass(frozen=True, kw_only=True)
class Broken(NoAnswer):
    """The environment was built, but its own `import tensorflow` fails: never the model's fault."""

    word = "broken"
    order = 80
    symbol = "⊠"
    meaning = "`import tensorflow` itself fails here"
    reason_in_full = True


@dataclass(frozen=True, kw_only=True)
class Unavailable(NoAnswer):
    """No interpreter, no wheel for this platform, no network, no disk: `reason` says which."""

    word = "unavailable"
    order = 90
    symbol = "∅"
    meaning = "no environment could be built"
    reason_in_full = True


@dataclass(frozen=True, kw_only=True)
class NotApplicable(NoAnswer):
    """This loader cannot load this model here, which was known before: neither a failure nor a gap.

    It counts as a no all the same: a release before the format existed cannot load it.
    """

    word = "not-applicable"
    order = 100
    symbol = "\N{EN DASH}"
    tone = "faint"
    meaning = "this loader cannot load the model here, so it was not tried"
    answer = False
    applies = False


@dataclass(frozen=True, kw_only=True)
class Predicted(Verdict):
    """Left to its prediction by a fast run: nothing was measured, so it is no answer.

    `prediction` is what was predicted, `None` where nothing was.
    """

    word = "predicted"
    order = 105
    symbol = "◌"
    tone = "hollow"
    meaning = "predicted from the bytes of the model (✓ to load, ✗ to fail), not measured"
    reason_in_full = True
    reason_has_word = True
    has_cause = False

    prediction: Prediction | None = None

    @property
    def evidence(self) -> Evidence:
        if self.prediction is None:
            return Evidence(reason=f"{EXPECTED[UNKNOWN]}: nothing is known of this loader here")
        return Evidence(reason=self.prediction.sentence)

    @property
    def rank(self) -> float:
        """The best of a cell is the loader that is predicted to load."""
        expected = self.prediction.verdict if self.prediction else UNKNOWN
        return self.order + list(EXPECTED).index(expected) / len(EXPECTED)


@dataclass(frozen=True, kw_only=True)
class NotRun(NoAnswer):
    """Planned, never started."""

    word = "not-run"
    order = 110
    symbol = "○"
    meaning = "planned, but the run ended first"

    reason: str = "the run ended before this cell started"
