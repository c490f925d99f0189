"""`loadmatrix.explain`: the cause of an error, and what to do."""

from __future__ import annotations

import traceback

from loadmatrix.calls import called
from matrix.errors import UsageError
from reports.diagnosis.advising.advice import as_reported
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.pasted.several import errors_in
from reports.diagnosis.pasted.traceback_parser import symptom_of
from reports.report.cause import Diagnosis


def explain(error: str | BaseException) -> Diagnosis:
    """Find the cause of an error of TensorFlow or Keras, and what to do.

    Args:
        error: the text of an error, best with its traceback and as it was shown, or an exception
            that was caught. Of several errors in one text, the last one is explained.

    Returns:
        The diagnosis; `print` shows it in a few lines. Its `cause` is one of the members of
        `Cause`, `explanation` says why, `remedies` what to do with code to copy, `alternatives`
        what else it may be, and `certainty` how sure it is. An error that no rule knows has the
        cause `Cause.UNCLASSIFIED`.

    Raises:
        UsageError: the text is empty.

    Example:
        >>> import loadmatrix
        >>> found = loadmatrix.explain("ValueError: Unknown layer: Attention2")
        >>> found.cause.value, found.subject
        ('missing_custom_object', 'Attention2')
        >>> print(found.remedies[0].snippet)
        model = load_model(path, custom_objects={'Attention2': Attention2})
    """
    with called():
        last = errors_in(_text(error))[-1]
        return as_reported(diagnose(symptom_of(last)))


def _text(error: str | BaseException) -> str:
    if isinstance(error, BaseException):
        return "".join(traceback.format_exception(error))
    if not isinstance(error, str):
        raise TypeError(f"error must be a string or an exception, not {type(error).__name__}.")
    if not error.strip():
        raise UsageError("There is no error to explain: the text is empty.")
    return error
