"""Each cause says what it means and what usually helps, and the documents say the same."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reports.report.cause import Cause

CAUSES = Path(__file__).resolve().parents[3] / "docs" / "causes.md"


def test_documents_list_every_cause_as_it_is_defined() -> None:
    rows = [f"| `{cause.value}` | {cause.definition} | {cause.usual_remedy} |" for cause in Cause]
    text = CAUSES.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == rows


@pytest.mark.parametrize("cause", Cause)
def test_cause_has_a_title_and_whole_sentences(cause: Cause) -> None:
    assert cause.title
    assert cause.definition.endswith(".")
    assert cause.usual_remedy.endswith(".")


def test_titles_tell_causes_apart() -> None:
    assert len({cause.title for cause in Cause}) == len(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_report_has_the_word_of_a_cause(cause: Cause) -> None:
    assert msgspec.to_builtins(cause) == cause.value
    assert msgspec.convert(cause.value, Cause) is cause
