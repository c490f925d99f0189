"""What a card says, for readers who have the model and no command line of ours. Pure."""

from __future__ import annotations

import re

# What advises the tester, and what a reader can do instead.
_INSTEAD = {
    "Give the Python file that defines it with `--custom-objects FILE`.": (
        "Pass it as custom_objects when you load the model."
    ),
    r" from `?--custom-objects`?": "",
}
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*(?!\w)")
_OPTION_ALONE = re.compile(rf" \({_OPTION.pattern}\)")
# Where an error of Python says which file on the machine of the test it means.
_FILE = re.compile(r" \((?:[\w.+-]+[\\/])*[\w.+-]+\.(?:py|pyc|so|pyd)\)| \(unknown location\)")
_CLAUSES = re.compile(r"(?<=[.:;]) ")


def for_readers(text: str) -> str:
    """The text without advice for whoever tests, and without files of the place of the test."""
    for advice, instead in _INSTEAD.items():
        text = re.sub(advice, instead, text)
    text = _FILE.sub("", _OPTION_ALONE.sub("", text))
    if not _OPTION.search(text):
        return text
    kept = [clause for clause in _CLAUSES.split(text) if not _OPTION.search(clause)]
    told = " ".join(kept).rstrip(":; ")
    return told if not told or told.endswith((".", "…")) else f"{told}."
