"""`--isolation` in the main job: a means that is not here ends the run before it starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from matrix.isolation import isolation, self_test
from matrix.isolation.means import Means
from reports.jobs.matrix import matrix
from tests.tiny_models import saved_model

LACKING = Means(name="landlock", trouble=lambda: "this kernel has no Landlock")


@pytest.fixture
def machine_without_walls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    self_test.self_test.cache_clear()
    for module in (isolation, self_test):
        monkeypatch.setattr(module, "of_mode", lambda _mode: (LACKING,))
    yield
    self_test.self_test.cache_clear()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has it")
def test_a_means_of_another_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match="sandbox-exec cannot be used here") as refused:
        matrix(["no-such-model", "--isolation", "sandbox-exec"], tmp_path, tmp_path)
    assert refused.value.exit_code == 2


@pytest.mark.usefixtures("machine_without_walls")
def test_require_refuses_before_anything_is_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match="because this kernel has no Landlock") as refused:
        matrix(["no-such-model", "--isolation", "require"], tmp_path, tmp_path)
    assert refused.value.exit_code == 2
    # The lock on the cache of models is no output.
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


@pytest.mark.usefixtures("machine_without_walls")
def test_auto_warns_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = saved_model(tmp_path / "model")
    words = ["--tensorflow", "2.15", "--offline", "--envdir", "envs", "--executor", "in-process"]
    # Nothing can be built without a network: what counts is that this was tried.
    assert matrix([str(model), *words], tmp_path, tmp_path) == 3
    (said,) = [record for record in caplog.records if "held back" in record.message]
    assert said.levelname == "WARNING"
