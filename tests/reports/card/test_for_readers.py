"""Readers of a card get what they can do, and nothing of the machine and call of the tester."""

from __future__ import annotations

import pytest

from reports.card.for_readers import for_readers


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "It was not passed. Give the Python file that defines it with `--custom-objects FILE`.",
            "It was not passed. Pass it as custom_objects when you load the model.",
        ),
        (
            "m.py from --custom-objects cannot be imported (no 'a' from 'b' (b/c/__init__.py)).",
            "m.py cannot be imported (no 'a' from 'b').",
        ),
        ("Loaders tried: only keras (--loader).", "Loaders tried: only keras."),
        (
            "Measured in 2 of 9 releases (--fast); 7 predicted: run without --fast.",
            "Measured in 2 of 9 releases; 7 predicted.",
        ),
        (
            "Its inputs may be invalid. Give valid ones with --inputs F.",
            "Its inputs may be invalid.",
        ),
        ("The flag --xla_dump is set. Twice.", "The flag --xla_dump is set. Twice."),
        ("a -- b: see 2.15 (weights.h5)", "a -- b: see 2.15 (weights.h5)"),
    ],
)
def test_readers_are_told_what_they_can_use(text: str, told: str) -> None:
    assert for_readers(text) == told
