"""The hostile models are complete: each has a maker, an entry and an effect."""

from __future__ import annotations

from tests.hostile.effects import MODELS, Effect, entries


def test_every_model_has_a_maker_and_every_maker_an_entry() -> None:
    known = {entry.name for entry in entries()}
    makers = set[str]()
    for file in MODELS.glob("*.py"):
        if file.stem not in ("common", "make"):
            lines = file.read_text(encoding="utf-8").splitlines()
            found = [
                line.split("(")[0].removeprefix("def ")
                for line in lines
                if "(path, facts):" in line
            ]
            makers |= {f"{file.stem}.{name}" for name in found if not name.startswith("_")}
    assert known == makers


def test_there_are_models_of_every_effect() -> None:
    # Nobody has left a process behind so far: that is looked for all the same.
    assert set(Effect) - {entry.effect for entry in entries()} <= {Effect.STAYS}
