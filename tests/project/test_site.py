"""The site of the documentation: in step with the code, whole, and one folder without a host."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.tables.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
# What a browser fetches by itself, from another host or from the root of its own.
_FETCHED = re.compile(
    r'<(?:script|img|iframe|link rel="stylesheet")[^>]*(?:src|href)="(?:\w+:)?/',
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `nox -s docs` builds it: every warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    strict = ("-W", "--keep-going", "--nitpicky", "--quiet")
    command = [sys.executable, "-m", "sphinx", *strict, "docs", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_tables_of_the_reference_are_those_of_the_code() -> None:
    assert main(["--check"]) == 0, "run `python -m docs.tables` and commit docs/"


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    assert [page for page in sorted(pages) if not (site / page.with_suffix(".html")).exists()] == []


def test_site_opens_without_a_host(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not _FETCHED.search(page.read_text(encoding="utf-8")), page


def test_site_can_be_searched_from_a_disk(site: Path) -> None:
    """The index is a script, because a page on a disk may not read files."""
    found = (site / "search.html").read_text(encoding="utf-8")
    assert 'src="searchindex.js"' in found
    assert (site / "searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex(")


def test_pictures_and_examples_come_along(site: Path) -> None:
    assert list((site / "_images").glob("flow*.svg"))
    names = {path.name for path in (site / "_downloads").rglob("*.*")}
    assert {"report.schema.json", "registry.yml", "shards.yaml"} <= names
