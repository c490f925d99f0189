"""The overview page as text: its policy, and that nothing a model wrote is markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from reports.formats.html.data import Environments
from reports.formats.html.many.index_page import render_index
from reports.formats.html.many.model_script import (
    environments_of,
    environments_script,
    key_of,
    model_script,
)
from reports.overview.row import OverviewRow, row_of
from tests.builders import HOSTILE, make_hostile, make_report, make_sample
from tests.many_models import header, some_models

NAMES = ["</script><script>x", '"><img src=x>', "a\u202eb\u2066c", "x\u2028y", "long" * 1000]


def _rows(name: str) -> list[OverviewRow]:
    (model,) = make_report(make_hostile()).models
    return [row_of(replace(model, path=f"/models/{name}", format=HOSTILE), 0)]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_row_has_the_elements_of_a_harmless_one(name: str) -> None:
    harmless, hostile = (
        re.findall(r"<(\w+)[ >]", render_index(header(), _rows(one))) for one in ("m", name)
    )
    assert hostile == harmless


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_script_of_a_model_is_one_call_with_json(name: str) -> None:
    (model,) = make_report(make_hostile()).models
    text = model_script(replace(model, path=f"/models/{name}"), 12)
    found = re.fullmatch(r"loadmatrixModel\((.*)\);\n", text)
    assert found is not None
    assert json.loads(found.group(1))["key"] == key_of(12) == "000012"
    assert text.isascii()
    assert not re.search("[<>&]", text)


def test_environments_of_all_models_are_written_once_and_stay_text() -> None:
    (sample,) = make_report(make_sample()).models
    environments, packages = Environments(), {"</script>": "1", "b": "2"}
    for those in (packages, dict(reversed(packages.items()))):
        cells = [replace(cell, environment={"packages": those}) for cell in sample.cells]
        environments_of(replace(sample, cells=tuple(cells)), environments)
    text = environments_script(environments)
    found = re.fullmatch(r"loadmatrixEnvironments\((.*)\);\n", text)
    assert found is not None
    assert list(json.loads(found.group(1)).values()) == [{"packages": packages}]
    assert not re.search("[<>&]", text)


def test_policy_lets_our_own_script_add_the_files_of_models() -> None:
    rows = [row_of(model, place) for place, model in enumerate(some_models())]
    text = render_index(header(), rows)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none'; ")
    assert "'strict-dynamic'" in policy.group(1)
    assert not re.search(r'\son\w+=|\sstyle="|src=|@import|url\(', text)


def test_page_of_nothing_says_so() -> None:
    assert "Nothing was tested." in render_index(header(), [])
