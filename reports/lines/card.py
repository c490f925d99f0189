"""The command line of `card`."""

from __future__ import annotations

from matrix.options.command_line.line import Line
from matrix.options.parsing import Option

_OPTIONS = {
    "check": Option(
        name="check", kind=bool, line_only=True, help="fail if the card is out of date"
    ),
    "diff": Option(name="diff", kind=bool, line_only=True, help="show what would change and stop"),
    "push": Option(
        name="push", kind=str, value="REPO_ID", help="also update the card on the Hugging Face Hub"
    ),
    "model": Option(
        name="model",
        kind=list,
        value="MODEL",
        help="the model, of a report of several: its name, or its current path; may be repeated",
    ),
}
_FILES = Option(name="files", kind=list, value="FILE", is_word=True, help="[report.json] README.md")


def card_line() -> Line:
    """The command line of the `card` session."""
    return Line("card", _OPTIONS, {"files": _FILES})
