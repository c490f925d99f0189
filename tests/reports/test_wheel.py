"""The wheel holds all that the tool needs and nothing of the checkout; the sdist its tests too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from trove_classifiers import classifiers

HERE = Path(__file__).resolve().parents[2]
PACKAGES = ("loadmatrix", "matrix", "probe", "reports")


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    there = {
        path.relative_to(HERE).as_posix()
        for package in PACKAGES
        for path in (HERE / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == there
    assert {
        "matrix/catalogue/releases.toml",
        "matrix/catalogue/locks/2.15.1.txt",
        "loadmatrix/py.typed",
        "probe/probe.py",
        "probe/loaders/keras.py",
    } <= names


def test_wheel_brings_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (facts,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        entries = archive.read(f"{facts}/entry_points.txt").decode()
        assert f"{facts}/licenses/LICENSE" in archive.namelist()
    assert "loadmatrix = loadmatrix.__main__:main" in entries


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the wheel as they lie when they are installed."""
    place = tmp_path_factory.mktemp("installed") / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def _python(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wheel_runs_as_a_module_like_the_command(site: Path, tmp_path: Path) -> None:
    said = [
        _python(site, tmp_path, "-m", name, "--version") for name in ("loadmatrix", "reports.cli")
    ]
    assert said[0].stdout == said[1].stdout
    assert said[0].stdout.startswith("loadmatrix ")


@pytest.mark.parametrize("name", ["matrix", "reports", "click"])
def test_module_takes_no_file_of_the_caller_for_its_own(
    name: str, site: Path, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong one')\n")
    assert "Usage" in _python(site, tmp_path, "-m", "loadmatrix", "--help").stdout


@pytest.mark.parametrize("name", ["matrix", "reports"])
def test_import_says_whose_package_stands_in_its_way(name: str, site: Path, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    done = _python(site, tmp_path, "-c", "import loadmatrix; loadmatrix.inspect")
    assert f"needs its own package '{name}', and Python finds another one" in done.stderr
    assert str(tmp_path / name) in done.stderr


def _built(folder: Path, kind: str, **variables: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    env = {**os.environ, **variables}
    subprocess.run(command, cwd=HERE, env=env, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("loadmatrix-*")
    return made


def _committed() -> set[str]:
    """What is in the repository, or will be: all that is not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return {name for name in done.stdout.splitlines() if (HERE / name).is_file()}


@pytest.mark.skipif(not (HERE / ".git").exists(), reason="this is no checkout")
def test_sdist_has_what_the_repository_has_and_so_its_tests(tmp_path: Path) -> None:
    with tarfile.open(_built(tmp_path, "sdist")) as archive:
        names = {one.name.partition("/")[2] for one in archive.getmembers() if one.isfile()}
    assert names == _committed() | {"PKG-INFO"}


def _facts(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def test_links_of_the_description_lead_into_the_repository_that_was_built(tmp_path: Path) -> None:
    place = "https://example.com/owner/loadmatrix"
    told = {"REPOSITORY": place, "REVISION": "v1", "EMAIL": "someone@example.com"}
    facts = _facts(
        _built(tmp_path, "wheel", **{f"LOADMATRIX_{name}": text for name, text in told.items()})
    )
    assert facts["Author-email"] == "Loadmatrix contributors <someone@example.com>"
    addresses = dict(line.split(", ") for line in facts.get_all("Project-URL", ()))
    assert addresses["Source"] == place
    shown = str(facts.get_payload())
    links = re.findall(rf"\]\({place}/blob/v1/([^)#]+)", shown)
    assert "CONTRIBUTING.md" in links
    documents = [address.partition("/blob/v1/")[2] for address in addresses.values()]
    assert all((HERE / path).exists() for path in [*links, *documents])
    assert not re.search(r"\]\((?!https?:|#)", shown)


def test_description_of_a_build_without_an_address_has_no_dead_links(wheel: Path) -> None:
    facts = _facts(wheel)
    assert "Project-URL" not in facts
    assert not re.search(r"\]\((?!https?:|#)", str(facts.get_payload()))
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") == str(facts.get_payload()).count("\n")


@pytest.fixture(scope="module")
def facts(wheel: Path) -> dict[str, list[str]]:
    """What the wheel says of itself, by field."""
    message = _facts(wheel)
    return {field: list(message.get_all(field, ())) for field in message}


def test_package_index_gets_what_it_shows(facts: dict[str, list[str]]) -> None:
    assert facts["Author"] == ["Loadmatrix contributors"]
    assert facts["License-Expression"] == ["Apache-2.0"]
    assert facts["Description-Content-Type"] == ["text/markdown"]
    assert facts["Summary"]
    assert "tensorflow" in facts["Keywords"][0].split(",")


def test_classifiers_exist_and_name_the_pythons_of_the_workflow(
    facts: dict[str, list[str]],
) -> None:
    assert set(facts["Classifier"]) <= classifiers
    named = {text.rpartition(" ")[2] for text in facts["Classifier"] if "Python :: 3." in text}
    assert named == {"3.11", "3.12", "3.13"}
    lowest = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    assert lowest["requires-python"] == ">=3.11"
