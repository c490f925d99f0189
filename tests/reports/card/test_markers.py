"""The section of a card goes in between its markers, and nothing else changes."""

from __future__ import annotations

import pytest

from matrix.errors import UsageError
from reports.card.markers import (
    BEGIN,
    END,
    Stamp,
    is_untouched,
    placed,
    section_of,
    stamp_of,
    stamped,
)

STAMP = Stamp(tool="loadmatrix 0.1.0", date="2026-01-02")
SECTION = stamped("## New\n\ntext", STAMP)


def test_section_replaces_what_stands_between_the_markers() -> None:
    card = f"# A\n\nbefore {BEGIN}\nold\n{END} after\n"
    assert placed(card, SECTION) == f"# A\n\nbefore {SECTION} after\n"


@pytest.mark.parametrize(
    "heading",
    ["## How to Get Started with the Model", "### how to get started", "# 4. How to Get Started"],
)
def test_section_goes_before_how_to_get_started(heading: str) -> None:
    card = f"# A\n\ntext\n\n{heading}\n\nmore\n"
    assert placed(card, SECTION) == f"# A\n\ntext\n\n{SECTION}\n\n{heading}\n\nmore\n"


def test_heading_in_a_code_block_is_no_heading() -> None:
    card = "# A\n\n```\n## How to Get Started\n```\n"
    assert placed(card, SECTION) == f"{card}\n{SECTION}\n"


@pytest.mark.parametrize(
    ("card", "between"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("# A\n", "\n", id="line-end-at-its-end"),
        pytest.param("# A", "\n\n", id="no-line-end"),
    ],
)
def test_section_is_appended_where_nothing_says_better(card: str, between: str) -> None:
    assert placed(card, SECTION) == f"{card}{between}{SECTION}\n"


def test_section_takes_the_line_ends_of_the_card() -> None:
    text = placed("# A\r\n\r\ntext\r\n", SECTION)
    assert text.count("\n") == text.count("\r\n") > 5


@pytest.mark.parametrize("fence", ["```", "~~~~", "   ```markdown"])
def test_markers_in_code_are_text_about_markers(fence: str) -> None:
    close = fence.strip().removesuffix("markdown")
    card = f"# A\n\n{fence}\n{BEGIN}\n{END}\n{close}\n\nwrite `{BEGIN}` there\n"
    assert section_of(card) is None
    assert placed(card, SECTION).startswith(card)


@pytest.mark.parametrize(
    "marks",
    [
        [BEGIN],
        [END],
        [END, BEGIN],
        [BEGIN, END, BEGIN, END],
        [BEGIN, BEGIN, END],
        [BEGIN, END, END],
    ],
)
def test_unbalanced_or_doubled_markers_are_refused(marks: list[str]) -> None:
    with pytest.raises(UsageError, match="one BEGIN and one END"):
        placed("\n".join(["# A", *marks, ""]), SECTION)


def test_section_says_who_made_it_and_when() -> None:
    found = stamp_of(SECTION)
    assert found is not None
    assert (found.tool, found.date) == (STAMP.tool, STAMP.date)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_section_as_written_is_untouched(end: str) -> None:
    assert is_untouched(SECTION.replace("\n", end))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text", "texts"),
        ("sha256:", "sha256:0"),
        ("\n<!--", "\n\n<!--"),
        ("## New", "note\n## New"),
    ],
)
def test_edited_section_is_seen(old: str, new: str) -> None:
    assert not is_untouched(SECTION.replace(old, new, 1))
