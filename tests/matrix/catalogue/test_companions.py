"""The companions we know: the data is whole, and versions fit releases."""

from __future__ import annotations

import re

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.companions import Package, asked_for, label, packages, pairs, tf_keras_beside
from matrix.catalogue.keras import keras_releases
from matrix.catalogue.op_packages import op_packages
from matrix.catalogue.releases import Release, catalogue
from matrix.errors import LoadmatrixError
from tests.builders import make_release

RELEASES = {release.minor: release for release in catalogue()}
PAIRS = [
    pytest.param(package, RELEASES[minor], id=f"{package.name}-{minor[0]}.{minor[1]}")
    for package in packages().values()
    for minor in package.fits
]


def test_every_pair_is_for_a_release_we_know() -> None:
    minors = {minor for package in packages().values() for minor in package.fits}
    assert minors <= set(RELEASES)


@pytest.mark.parametrize(("package", "release"), PAIRS)
def test_pair_has_a_python_of_its_release(package: Package, release: Release) -> None:
    fit = package.fits[release.minor]
    assert not fit.pythons or set(fit.pythons) & set(release.pythons)
    assert not fit.verified or fit.verified in (fit.pythons or release.pythons)
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", fit.version)


def test_every_package_says_where_its_pairs_come_from() -> None:
    assert all(package.source for package in packages().values())


def test_packages_of_ops_that_we_can_install_are_called_alike() -> None:
    shared = {one.name: one.module for one in op_packages() if one.name in packages()}
    assert {name: packages()[name].module for name in shared} == shared
    assert {"tensorflow-text", "tensorflow-decision-forests", "tensorflow-addons"} <= set(shared)


def test_tf_keras_follows_the_minor_without_an_entry() -> None:
    future = make_release("2.99.0")
    assert tf_keras_beside(future).requirement == "tf-keras==2.99.*"


def test_release_before_keras_3_gets_no_cell_with_tf_keras() -> None:
    package = packages()["tf-keras"]
    newest = make_release("2.21.0")
    assert not package.in_every_cell_of(make_release("2.15.1"), newest)
    assert package.in_every_cell_of(make_release("2.16.2"), newest)
    with pytest.raises(LoadmatrixError, match=r"2\.9\.3 has no matching tf-keras"):
        tf_keras_beside(make_release("2.9.3"))


def test_constraints_keep_other_companions_at_their_pairs() -> None:
    lines = list(pairs(make_release("2.10.1")))
    assert "tensorflow-text==2.10.0" in lines
    assert "tf-keras<0" in lines


@pytest.mark.parametrize(
    ("text", "requirement", "name"),
    [
        pytest.param("tensorflow-text", "tensorflow-text==2.15.0", "tensorflow_text", id="known"),
        pytest.param("TensorFlow_Text", "tensorflow-text==2.15.0", "tensorflow_text", id="spelt"),
        pytest.param(
            "tensorflow-text==2.14", "tensorflow-text==2.14", "tensorflow_text2.14", id="v"
        ),
        pytest.param("my-layers", "my-layers", "my_layers", id="unknown"),
        pytest.param("my-layers>=1,<2", "my-layers<2,>=1", "my_layers_1_2", id="range"),
    ],
)
def test_what_a_caller_asks_for(text: str, requirement: str, name: str) -> None:
    found = asked_for(text, make_release("2.15.1"))
    assert (found.requirement, found.label) == (requirement, name)


def test_module_of_an_unknown_package_is_a_guess() -> None:
    assert asked_for("my-layers", make_release()).module == "my_layers?"


@pytest.mark.parametrize("text", ["../../x==1", "a b>=1", "x[e]==1;y", "n==1.*"])
def test_label_is_safe_in_names_of_folders_and_sessions(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9_.]*", label(text))
    assert not label(text).startswith(".")


def test_keras_versions_are_the_newest_patches_of_different_minors() -> None:
    versions = [one.version for one in keras_releases()]
    assert versions == sorted(versions)
    assert len({version.release[:2] for version in versions}) == len(versions)
    assert all(version >= Version("3") for version in versions)
    assert all("2.15.1" not in SpecifierSet(str(one.tensorflow)) for one in keras_releases())
