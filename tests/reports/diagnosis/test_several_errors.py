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


@pytest.mark.parametrize(
    ("text", "of_pytorch"),
    [
        (
            "RuntimeError: Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict",
            True,
        ),
        ("_pickle.UnpicklingError: Weights only load failed. This file can still be loaded", True),
        ("RuntimeError: the state_dict of the keras layer is odd", False),
    ],
)
def test_an_error_of_pytorch_is_said_to_be_one(text: str, of_pytorch: bool) -> None:
    found = diagnose(symptom_of(text)).explanation
    assert found.startswith("This is an error of PyTorch.") is of_pytorch
