"""Asks the predictions of `matrix/prediction/` for models, without a run."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from benchmarks.numerics.models import EXAMPLE
from matrix.catalogue.cell import Cell
from matrix.errors import LoadmatrixError
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.facts import Format
from matrix.model.inspection import Inspection, inspect_path, refused
from matrix.options.options import Options
from matrix.plan import planning
from matrix.plan.prediction import Prediction
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject

_TF_KERAS = "tf_keras"


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """A model as predictions see it: what is known of it, or why it is refused.

    Neither, where it could not be inspected.
    """

    subject: Subject | None
    refusal: str = ""

    @property
    def format(self) -> str:
        """The format that its content decides, `unknown` for what is refused."""
        return (self.subject.model.format if self.subject else Format.UNKNOWN).value


class Predictor:
    """Predictions for every release and loader, and the CPU seconds that they took."""

    def __init__(self, options: Options) -> None:
        """The cells are those of this machine."""
        everything = replace(options, models=(EXAMPLE,), tensorflow=SpecifierSet(">=1.15"))
        self._cells = [one.cell for one in planning.planned(everything).cells if _counts(one.cell)]
        self.seconds: dict[Path, float] = {}

    def inspect(self, path: Path) -> Inspected:
        """A model, read as a run reads it."""
        began = time.process_time()
        found = self._inspected(path)
        self.seconds[path] = time.process_time() - began
        return found

    def _inspected(self, path: Path) -> Inspected:
        try:
            seen = inspect_path(path, gather=contents_or_nothing)
        except LoadmatrixError as error:
            return Inspected(subject=None, refusal=str(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours predicts nothing
            print(f"{path} could not be inspected: {type(error).__name__}: {error}", flush=True)
            return Inspected(subject=None)
        why = refused(path, seen)
        if why or not isinstance(seen, Inspection):
            return Inspected(subject=None, refusal=why)
        subject = Subject(
            model=seen.facts, contents=seen.gathered, findings=seen.findings, place=seen.place
        )
        return Inspected(subject=subject)

    def predict(
        self, path: Path, inspected: Inspected, without: Collection[str] = ()
    ) -> Mapping[tuple[str, str], Prediction]:
        """By release and loader; `tf_keras` is that of the cells which have it."""
        if inspected.subject is None:
            return {}
        began = time.process_time()
        found = predicted(inspected.subject, self._cells, without)
        self.seconds[path] += time.process_time() - began
        return {
            (one.tensorflow, one.loader): one
            for one in found
            if (one.loader == _TF_KERAS) == one.cell.endswith(_TF_KERAS)
        }


def _counts(cell: Cell) -> bool:
    return cell.plain or cell.id.endswith(f"+{_TF_KERAS}")
