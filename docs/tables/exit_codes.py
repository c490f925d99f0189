"""The exit codes, as the help of the command has them."""

from __future__ import annotations

from docs.tables.markdown import sentence, table
from reports.every import EXIT_CODES


def exit_codes() -> str:
    """A row for each."""
    return table(("code", "meaning"), [(code, sentence(meaning)) for code, meaning in EXIT_CODES])
