"""The page as text: its structure, its policy, its data, and that every verdict has a place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from matrix.results.verdicts import Verdict
from reports.formats.html.document import render
from reports.overview.row import row_of
from reports.overview.sentences import headline
from reports.report.report import Report
from reports.report.tool import Tool
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
    with_summary,
)
from tests.conftest import TESTS
from tests.many_models import some_models

GOLDEN = TESTS / "golden"
_VOID = {"meta", "input", "link", "br", "img"}
# What says how a page is built; classes, texts and data change more often than that.
_TOLD = {"scope", "role", "href", "type", "aria-live", "aria-labelledby", "name", "value"}


class _Outline(HTMLParser):
    """Elements by depth, with the attributes that matter, and whether they close as they should."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.open: list[str] = []
        self.data: dict[str, str] = {}
        self.name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = "".join(f" {name}={value}" for name, value in attrs if name in _TOLD)
        self.lines.append(f"{' ' * len(self.open)}{tag}{told}")
        self.name = dict(attrs).get("id") or ""
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.name.startswith("data:"):
            self.data[self.name.removeprefix("data:")] = data
            self.name = ""


def _parsed(report: Report) -> _Outline:
    outline = _Outline()
    outline.feed(render(report))
    assert outline.open == []
    return outline


def _data(report: Report, name: str) -> Any:
    return json.loads(_parsed(report).data[name])


def test_page_has_the_golden_structure() -> None:
    outline = "\n".join(_parsed(make_report(make_sample())).lines) + "\n"
    assert outline == (GOLDEN / "report.html.outline").read_text(encoding="utf-8")


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_has_a_cell_a_filter_and_a_meaning(member: type[Verdict]) -> None:
    text = render(make_report(make_result(make_cell_result(make_cell(), EXAMPLES[member]))))
    assert re.search(
        f'<td class="v {member.word}[^"]*"><a href="#m/2.15.1/saved_model">{member.word}', text
    )
    assert f'name="verdict" value="{member.word}"' in text
    assert f"<dd>{member.meaning}</dd>" in text


def test_hostile_report_has_the_elements_of_a_harmless_one() -> None:
    report = make_report(make_hostile(), path=Path("/models/<b>"))
    model = with_summary(report.models[0], specifier=HOSTILE, text=HOSTILE)
    model = replace(model, format=HOSTILE)
    tool = Tool(name=HOSTILE, version=HOSTILE)
    outline = _parsed(replace(report, models=(model,), tool=tool, started=HOSTILE))
    assert {line.split()[0] for line in outline.lines} <= {
        line.split()[0] for line in (GOLDEN / "report.html.outline").read_text().splitlines()
    } | {"ul", "li"}


def test_data_holds_the_hostile_text_without_its_tricks() -> None:
    texts = _data(make_report(make_hostile()), "/texts")
    assert any("|<b>*x*</b>" in line for line in texts["lines"])
    assert not [line for line in texts["lines"] if not line.replace("\t", "").isprintable()]


def test_data_never_ends_its_element() -> None:
    text = render(make_report(make_hostile(), path=Path("/models/<")))
    for data in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text):
        assert not re.search("[<>&\u2028]", data)


def test_policy_admits_our_style_and_scripts_only() -> None:
    text = render(make_report(make_sample()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    own = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in own]
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none'; ")
    assert sorted(re.findall(r"sha256-([^']+)", policy.group(1))) == sorted(digests)
    assert not re.search(r'\son\w+=|\sstyle="|src=|@import|url\(', text)


def test_models_of_one_name_have_addresses_of_their_own() -> None:
    report = make_report(make_sample(), make_sample(), path=Path("/models/a b/ü"))
    assert re.findall(r'class="model" id="([^"]*)"', render(report)) == ["model", "model-2"]


def test_index_knows_every_cell_of_every_loader() -> None:
    index = _data(make_report(make_sample()), "/index")
    (model,) = index["models"]
    shown = [[index["words"][n] if n >= 0 else "" for n in line[1:]] for line in model["lines"]]
    assert index["loaders"] == ["saved_model", "keras", "tf_keras"]
    assert shown[1] == ["fails", "crashed", "fails", ""]
    assert [line[0] for line in model["lines"]] == [1, 1, 1, 1, 1, 1, 0]


def test_empty_report_is_a_page_that_says_so() -> None:
    assert "Nothing was tested." in render(make_report())


def test_interrupted_run_says_so() -> None:
    assert "This run was interrupted, or is not whole." in render(
        make_report(make_sample(), complete=False)
    )


def test_causes_lead_to_what_they_mean() -> None:
    text = render(make_report(make_sample()))
    links = set(re.findall(r'href="#(cause:\w+)"', text))
    assert links
    assert links == set(re.findall(r'id="(cause:\w+)"', text))
    assert "nox -s explain -- --cause missing_custom_object" in text


def test_several_models_begin_with_how_many_work_and_a_line_each() -> None:
    models = some_models()
    text = render(replace(make_report(make_sample()), models=models))
    first, second = text.index('class="listed"'), text.index('id="ui:groups"')
    assert first < second < text.index('id="ui:beside"')
    assert text.count("<tr data-model=") == 2 * len(models)
    assert headline([row_of(model, 0) for model in models]).split(": ")[1] in text


def test_several_models_have_groups_of_what_stands_in_their_way() -> None:
    models = some_models()
    text = render(replace(make_report(make_sample()), models=models))
    (group,) = re.findall(r"<b>2 models</b><span> (stop at 2\.16[^<]*)", text)
    assert group.startswith("stop at 2.16 for the same reason")
    assert "data-filter" not in text
    assert 'id="ui:groups"' not in render(replace(make_report(make_sample()), models=models[:1]))


def test_code_is_not_parted_at_its_hyphens_where_it_is_short() -> None:
    long = f"--{'a' * 40}"
    model = make_sample()
    report = make_report(model)
    told = with_summary(report.models[0], guide="", text=f"Give `pip -r FILE` and `{long}`.")
    text = render(replace(report, models=(told,)))
    assert f'<code>pip <span class="whole">-r</span> FILE</code> and <code>{long}</code>' in text
