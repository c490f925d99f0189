"""The pages of the causes: as the rules are, complete, and found by name."""

from __future__ import annotations

import re

import pytest

from matrix.errors import UsageError
from reports.causes.markdown import FOLDER, pages, render
from reports.causes.neighbours.all import PAIRS, neighbours_of
from reports.causes.page import CausePage, RuleEntry, Seen, cause_named, page_of, rule_named
from reports.causes.terminal import entry_in_words, page_in_words
from reports.diagnosis.rules.all import RULES
from reports.report.cause import Alternative, Cause, Certainty, Remedy

PAGES = pages()
ENTRY = RuleEntry(
    name="no-file",
    cause=Cause.MISSING_FILE,
    certainty=Certainty.ONE_OF,
    seen=(Seen(lines=("OSError: <no> `file` at *m*",), known="format h5"),),
    where=("the path is known", "nothing is there"),
    explanation="There is nothing at `__init__`, or <none> may read __it__.",
    remedies=(Remedy(text="Copy it.", snippet="cp a b"), Remedy(text="Or not.")),
    alternatives=(
        Alternative(
            cause=Cause.PERMISSION_DENIED,
            explanation="It may not be read.",
            decides="`ls -l m`",
        ),
    ),
    others=((Seen(lines=("Op type not registered",)), Cause.UNREGISTERED_OP),),
    source="keras/src/saving/saving_lib.py",
)
PAGE = CausePage(
    cause=Cause.MISSING_FILE,
    neighbours=tuple(neighbours_of(Cause.MISSING_FILE)),
    remedies=("Copy it.",),
    entries=(ENTRY,),
)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_made_from_the_rules_as_they_are(name: str) -> None:
    path = FOLDER / name
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    command = "run `python -m reports.causes.markdown` and commit docs/reference/causes"
    assert kept == PAGES[name], command


def test_no_page_is_of_a_cause_that_is_gone() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("cause", [one for one in Cause if one is not Cause.UNCLASSIFIED])
def test_cause_has_neighbours_and_rules(cause: Cause) -> None:
    page = page_of(cause)
    assert page.neighbours
    assert [entry.name for entry in page.entries] == sorted(
        rule.name for rule in RULES if rule.cause is cause
    )


def test_pairs_are_of_two_causes_and_told_in_sentences() -> None:
    assert all(len(set(pair.causes)) == 2 for pair in PAIRS)
    assert all(text.endswith(".") for pair in PAIRS for text in (pair.alike, pair.tell))
    assert len({(frozenset(pair.causes), pair.alike) for pair in PAIRS}) == len(PAIRS)


def test_links_between_pages_and_to_rules_lead_somewhere() -> None:
    for name, text in PAGES.items():
        headings = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
        prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
        for page, rule in re.findall(r"\]\(([a-z0-9_]+\.md)?#?([\w-]*)\)", prose):
            assert not page or page in PAGES, (name, page)
            assert not rule or rule in headings, (name, rule)


def test_page_says_what_to_look_at_where_several_causes_are_left() -> None:
    text = render(PAGE)
    assert "- Or [permission denied](permission_denied.md): It may not be read." in text
    assert "What decides: `ls -l m`." in text
    assert "- Applies where the path is known and nothing is there." in text
    assert "Looks alike, but is [unregistered op](unregistered_op.md)" in text


def test_words_of_messages_are_no_markup() -> None:
    text = render(PAGE)
    assert "    OSError: <no> `file` at *m*" in text
    assert "- `` OSError: <no> `file` at *m* ``" in text
    assert r"`__init__`, or \<none\> may read \_\_it\_\_." in text


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (Seen(lines=('File "a.py", line 3', "keras.KeyError: 'x'")), "keras.KeyError: 'x'"),
        (Seen(lines=("Bus error", "again")), "Bus error"),
        (Seen(lines=(), known="nothing is at the path"), "nothing is at the path"),
    ],
)
def test_failure_in_one_line_is_its_exception(seen: Seen, line: str) -> None:
    assert seen.in_one_line == line


def test_terminal_shows_a_page_and_a_rule_within_its_width() -> None:
    page, entry = page_in_words(PAGE, width=70), entry_in_words(ENTRY, width=70)
    prose = [line for line in page.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= 70
    assert "no-file (one of)" in page
    for told in (
        "Cause:      missing_file (one of)",
        "Or:         permission_denied: It may not be read.",
        "Applies:    where the path is known and nothing is there",
        "Source:     keras/src/saving/saving_lib.py",
        "unregistered_op: Op type not registered",
        "cp a b",
        "nox -s explain -- --cause missing_file",
    ):
        assert told in entry, told


@pytest.mark.parametrize("name", ["missing_file", "missing-file", "Missing file"])
def test_cause_is_found_by_its_word_and_its_title(name: str) -> None:
    assert cause_named(name) is Cause.MISSING_FILE


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mising_file", "Did you mean missing_file"), ("qqqq", "The causes are: unregistered_op,")],
)
def test_unknown_cause_is_answered_with_near_ones(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"There is no cause '{name}'. {hint}"):
        cause_named(name)


def test_unknown_rule_is_answered_with_near_ones() -> None:
    name = RULES[0].name
    assert rule_named(name) is RULES[0]
    with pytest.raises(UsageError, match=f"Did you mean {name}"):
        rule_named(f"{name}x")
    with pytest.raises(UsageError, match="lists the rules of a cause"):
        rule_named("")
