"""Texts without an error message are said to have none; errors within prose are still found."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.pasted import errors_in_text
from reports.diagnosis.pasted.traceback_parser import symptom_of
from reports.report.cause import Cause
from tests.conftest import TESTS

README = """\
# half-plus-two

Needs Python 3.9 and enough memory: out of memory is retried once. Custom layers are not in it.

## Use

    pip install tensorflow

- If the file is missing, download it again.
- `load_model` raises an exception if a Lambda is in the file.

| verdict | meaning |
|---|---|
| error | Failed to load |
"""
DOCSTRING = """\
Reads a model.

Args:
  path: Where it is. It must exist, and a folder is not a file.

Raises:
  ValueError: If the file is not a model, or was damaged.
  ImportError: in case h5py cannot be imported.

The releases before 2.12 do not know this format; they try to read it as an HDF5 file, which is why
the sentence that they say is about a signature.
It is therefore best to look at the suffix of the file, and then at its first bytes.
"""
CODE = '''\
import h5py


def load(path):
    """Raises ValueError: the file is empty."""
    try:
        return h5py.File(path)
    except OSError as error:
        raise ValueError(f"Unable to open file (file signature not found): {path}") from error
'''
ISSUE = """\
### Describe the bug
The layers are custom ones, and nothing was changed in them.
We moved to another machine last week, with a lot more memory, and since then our model is slow.
### What happens
When I load it, I get `NotFoundError: Op type not registered 'Mirror' in binary running on vm.`
### Versions
Python 3.9, and all packages of the lock
Ubuntu 22.04 on eight cores
### What was tried
Another disk, and to load it twice.
"""


@pytest.mark.parametrize("text", [README, DOCSTRING, CODE], ids=["readme", "docstring", "code"])
def test_a_text_without_an_error_is_said_to_have_none(text: str) -> None:
    found = diagnose(symptom_of(text))
    assert (found.cause, found.certainty) == (Cause.UNCLASSIFIED, None)
    assert found.explanation == "No error message was found in this text."
    assert found.remedies


def test_our_own_readme_has_no_error() -> None:
    text = (TESTS.parent / "README.md").read_text(encoding="utf-8")
    assert symptom_of(text).has_error is False


def test_an_error_within_prose_is_explained_and_the_prose_is_not() -> None:
    symptom = symptom_of(ISSUE)
    assert diagnose(symptom).subject == "Mirror"
    assert "custom ones" not in symptom.text


def test_a_short_sentence_is_left_to_the_rules() -> None:
    told = "The Conv2D op currently only supports the NHWC tensor format on the CPU."
    assert diagnose(symptom_of(told)).rule
    assert "No error message" in diagnose(symptom_of("This model counts sheep.")).explanation


@pytest.mark.parametrize(
    "text",
    [
        "Killed",
        "Segmentation fault (core dumped)",
        "Failed to mmap model a.tflite",
        "E tensorflow/core/a.cc:12] nothing went well",
        "Status: fail: Not found: it",
        "tensorflow.python.framework.errors_impl.NotFoundError: No such op",
        "this is what I get when I see the following error:\n\nwhatever it was",
    ],
)
def test_what_a_program_says_is_an_error_also_in_a_long_text(text: str) -> None:
    long = "\n".join(["We use it every day, as everybody does."] * 20)
    assert errors_in_text.has_error(f"{long}\n{text}\n{long}", ())
