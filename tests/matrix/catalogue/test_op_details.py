"""What releases accept of ops, as it was asked of them."""

from __future__ import annotations

from matrix.catalogue.op_details import PLACE, op_details
from matrix.catalogue.releases import catalogue

KNOWN = op_details()
NEWEST = len(KNOWN.releases) - 1


def _place(version: str) -> int:
    return list(KNOWN.releases).index(version)


def test_it_covers_the_catalogue_in_a_small_file() -> None:
    assert list(KNOWN.releases) == [str(release.version) for release in catalogue()]
    assert PLACE.stat().st_size < 50_000


def test_operators_of_tensorflow_lite_have_versions_by_release() -> None:
    cast = "53"
    assert KNOWN.at("lite_operators", cast, _place("2.6.5")) == [1, 1]
    assert KNOWN.at("lite_operators", cast, _place("2.8.4")) == [1, 3]
    assert KNOWN.at("lite_operators", "206", _place("2.17.1")) is None
    assert min(KNOWN.places("lite_operators", "206")) == _place("2.18.1")


def test_kinds_of_objects_are_those_that_a_bare_import_revives() -> None:
    # 2.6.5 knows optimizers once tf.keras was looked at, and Keras 3 never registers any.
    assert "2.6.5" not in {KNOWN.releases[at] for at in KNOWN.places("revived", "optimizer")}
    assert max(KNOWN.places("revived", "optimizer")) == _place("2.15.1")


def test_only_ops_that_changed_have_their_attributes_here() -> None:
    assert "MatMul" in KNOWN.attributes
    assert "Abort" not in KNOWN.attributes
    old, new = (KNOWN.at("attributes", "FusedBatchNormV3", at) for at in (_place("2.1.4"), NEWEST))
    assert set(new) - set(old) == {"exponential_avg_factor"}


def test_what_nobody_has_is_nowhere() -> None:
    assert KNOWN.at("lite_types", "99", NEWEST) is None
    assert KNOWN.places("lite_customs", "Normalize") == frozenset()
