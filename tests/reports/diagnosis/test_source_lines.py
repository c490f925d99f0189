"""A traceback shows the line of code that makes a message: the message itself is what counts."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

CASES = (
    (
        "    raise ValueError(f'No model config found in the file at {filepath}.')\n"
        "ValueError: No model config found in the file at w.h5.",
        Cause.WRONG_FORMAT_OR_PATH,
        "model config w.h5",
    ),
    (
        '--> 204     raise ValueError(f"Could not interpret initializer identifier: {name}")\n'
        "ValueError: Could not interpret initializer identifier: my_init",
        Cause.MISSING_CUSTOM_OBJECT,
        "my_init",
    ),
    (
        '        f"File not found: filepath={filepath}. Please ensure the file is an accessible "\n'
        "ValueError: File not found: filepath=m.keras. Please ensure the file is an accessible "
        "`.keras` zip file.",
        Cause.MISSING_FILE,
        "m.keras",
    ),
    (
        '    raise IOError("SavedModel file does not exist at: %s/{%s|%s}" % (export_dir,\n'
        "OSError: SavedModel file does not exist at: /m/1/{saved_model.pbtxt|saved_model.pb}",
        Cause.MISSING_FILE,
        "/m/1",
    ),
)


@pytest.mark.parametrize(("text", "cause", "subject"), CASES)
def test_the_message_counts_and_not_the_code_that_makes_it(
    text: str, cause: Cause, subject: str
) -> None:
    found = diagnose(Symptom(message=text))

    assert (found.cause, found.subject) == (cause, subject)


def test_the_code_counts_where_the_message_was_cut_off() -> None:
    text = '    raise ValueError("No model found in config file.")'

    assert diagnose(Symptom(message=text)).cause is Cause.WRONG_FORMAT_OR_PATH
