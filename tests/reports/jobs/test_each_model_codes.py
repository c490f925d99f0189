"""One exit code for several models, whichever command looks at them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reports.jobs.inspect import inspect
from reports.jobs.predict import predict
from tests.conftest import EXAMPLE


@pytest.mark.parametrize("look", [inspect, predict])
@pytest.mark.parametrize(
    ("models", "code"),
    [
        pytest.param([str(EXAMPLE), "nowhere"], 3, id="one-missing"),
        pytest.param(["nowhere", "neither"], 4, id="all-missing"),
        pytest.param(["nowhere", "notes.txt"], 3, id="missing-and-no-model"),
        pytest.param([str(EXAMPLE)], 0, id="sound"),
    ],
)
def test_code_of_several_models_is_that_of_a_run(
    look: Callable[..., int], models: list[str], code: int, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("notes\n")
    assert look(models, tmp_path) == code
