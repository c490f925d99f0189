"""Texts with several errors: which tracebacks are errors of their own."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.pasted.several import errors_in
from reports.diagnosis.pasted.traceback_parser import symptom_of

HEAD = 'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n    load(path)\n'
LAYER = f"{HEAD}ValueError: Unknown layer: Scale\n"
DAMAGED = f"{HEAD}IndexError: Read less bytes than requested\n"
HANDLING = "\nDuring handling of the above exception, another exception occurred:\n\n"


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param(LAYER + DAMAGED, ["Scale", "the checkpoint"], id="one-below-the-other"),
        pytest.param(
            f"I saw\n{DAMAGED}\nand then\n{LAYER}", ["the checkpoint", "Scale"], id="told"
        ),
        pytest.param(LAYER + HANDLING + LAYER, ["Scale"], id="a-chain"),
        pytest.param(LAYER + DAMAGED + HANDLING + DAMAGED, ["Scale", "the checkpoint"], id="both"),
        pytest.param(LAYER, ["Scale"], id="one"),
        # TensorFlow quotes the traceback of a function of Python in its own message.
        pytest.param(f"{LAYER}{HEAD}\n\t [[node PyFunc]]", ["Scale"], id="quoted"),
    ],
)
def test_each_error_is_explained_by_its_own_words(text: str, subjects: list[str]) -> None:
    found = [diagnose(symptom_of(error)) for error in errors_in(text)]
    assert [one.subject for one in found] == subjects
