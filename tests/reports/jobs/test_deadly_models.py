"""Models whose inspection kills its process. Little is imported: each of many processes does so."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from matrix.models_list.given_model import GivenModel
from reports.jobs.each_model.in_parts import shown_of_each
from reports.jobs.each_model.shown import Shown


def _tell(model: GivenModel, refused: str = "") -> Shown:
    """In a process that is killed when it looks at a model called deadly."""
    if not refused and model.given.startswith("deadly"):
        os.kill(os.getpid(), signal.SIGKILL)
    return Shown.of(refused or model.given, 3 if refused else 0)


def test_model_that_kills_its_process_costs_only_itself() -> None:
    names = ["a", "b", "c", "deadly", "d"]
    models = [GivenModel(model=Path(name), given=name) for name in names]
    shown = list(shown_of_each(models, _tell, size=3))
    assert [one.text for one in shown[:3]] == names[:3]
    assert "deadly cannot be inspected: the process that read it was killed" in shown[3].text
    assert shown[4].text == "d"
    assert [one.code for one in shown] == [0, 0, 0, 3, 0]
