"""The most telling hostile models, in a real environment; `nox -s hostile` runs all of them.

They meet the real tool and the environments of the user, so these want nothing that would harm
them: a marker, a secret and a listener of the test, and the verdicts of their neighbours.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from matrix.isolation import self_test
from matrix.options.isolation import IsolationOptions
from tests.hostile import running
from tests.hostile.beside import Hostile
from tests.hostile.copies import Copies
from tests.hostile.effects import MODELS, Effect, entries
from tests.hostile.judging import Judged

# Each line is a run.
_TELLING = (
    ("reading_ops.text_lines", "keras_files.lambda_in_h5", "network_ops.datagram"),
    ("forging.every_descriptor",),
    ("forging.own_words",),
    ("names.layer", "names.file"),
)
_NAMES = [name for names in _TELLING for name in names]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Judged]:
    """What was seen of each model."""
    if sys.platform != "linux":
        pytest.skip("what a model does is observed with means of Linux")
    if not self_test.holds(IsolationOptions()):
        pytest.skip("this machine has no walls that hold a model back")
    copies, wanted = Copies.originals(), entries(*_NAMES)
    missing = {one.cell for one in wanted if copies.environment(one.cell) is None}
    if missing:
        pytest.skip(f"there are no environments of {', '.join(sorted(missing))}")
    folder = tmp_path_factory.mktemp("hostile") / "play"
    with running.orphans_adopted():
        hostile = Hostile.laid_out(folder, copies, wanted, running.Way())
        seen = [one for names in _TELLING for one in hostile.judged(*entries(*names))]
    return {one.entry.name: one for one in seen}


@pytest.mark.real
@pytest.mark.parametrize("name", _NAMES)
def test_hostile_model_has_no_effect_and_is_named(judged: Mapping[str, Judged], name: str) -> None:
    assert judged[name].effects == {}
    assert judged[name].is_named, judged[name].named


def test_every_model_has_a_maker_and_every_maker_an_entry() -> None:
    known = {entry.name for entry in entries()}
    makers = set[str]()
    for file in MODELS.glob("*.py"):
        if file.stem not in ("common", "make"):
            lines = file.read_text(encoding="utf-8").splitlines()
            found = [line for line in lines if "(path, facts):" in line]
            names = [line.split("(")[0].removeprefix("def ") for line in found]
            makers |= {f"{file.stem}.{name}" for name in names if not name.startswith("_")}
    assert known == makers


def test_there_are_models_of_every_effect() -> None:
    # Nobody has left a process behind so far: that is looked for all the same.
    assert set(Effect) - {entry.effect for entry in entries()} <= {Effect.STAYS}
