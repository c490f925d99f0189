"""What the releases know of ops and Keras classes, and how it is stored."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from typing import Any

from matrix.catalogue.api_history import PLACE, api_history
from matrix.catalogue.releases import catalogue
from matrix.maintenance.api_history import packed

KNOWN = api_history()


def test_it_covers_the_catalogue_in_far_less_than_a_megabyte() -> None:
    assert list(KNOWN.releases) == [str(release.version) for release in catalogue()]
    assert PLACE.stat().st_size < 200_000


def test_ops_and_attributes_have_the_release_they_came_with() -> None:
    assert KNOWN.op_since("DisableCopyOnRead") == "2.10.1"
    assert KNOWN.op_since("MatMul") == "1.15.5"
    assert KNOWN.op_since("CaseFoldUTF8") is None
    assert KNOWN.attribute_releases("FusedBatchNormV3", "exponential_avg_factor")[0] == "2.2.3"


def test_op_without_a_kernel_is_not_newer() -> None:
    assert KNOWN.op_releases("BoostedTreesBucketize")[-1] == KNOWN.releases[-1]
    assert KNOWN.kernel_releases("BoostedTreesBucketize")[-1] == "2.8.4"
    assert KNOWN.kernel_releases("MatMul") == tuple(KNOWN.releases)
    assert KNOWN.kernel_releases("CudnnRNN") == ()
    assert KNOWN.kernel_releases("NoSuchOp") == ()


def test_kernel_for_every_device_is_one_for_each() -> None:
    known = replace(KNOWN, kernels={"A": [(0, 1, ["DEFAULT"]), (2, 2, ["CPU"])]})
    assert known.kernel_releases("A") == tuple(KNOWN.releases[:3])
    assert known.kernel_releases("A", "GPU") == tuple(KNOWN.releases[:2])


def test_arguments_of_keras_come_and_go() -> None:
    known = KNOWN.argument_releases("DepthwiseConv2D", "groups")
    assert (known[0], known[-1]) == ("2.3.4", "2.15.1")
    assert KNOWN.argument_releases("InputLayer", "batch_shape", "tf_keras") == ()
    assert KNOWN.class_releases("Functional")[0] == "2.3.4"
    assert KNOWN.class_releases("NoSuchLayer") == ()


def _seen(version: str, ops: dict[str, Any]) -> dict[str, Any]:
    keras = {"keras": {"classes": {}, "version": ""}}
    return {"tensorflow": version, "ops": ops, "kernels": {}, "keras": keras}


def test_what_did_not_change_is_stored_once_and_the_file_is_always_the_same() -> None:
    same: dict[str, Any] = {"attrs": {"T": "type"}}
    other: dict[str, Any] = {"attrs": {}}
    seen = [_seen("1", {"A": same}), _seen("2", {"A": same}), _seen("3", {"A": other, "B": same})]
    seen += [_seen("4", {"B": same}), _seen("5", {"A": other})]
    document = json.loads(lzma.decompress(packed(seen)))
    assert document["ops"]["A"] == [[0, 1, same], [2, 2, other], [4, 4, other]]
    assert document["ops"]["B"] == [[2, 3, same]]
    assert packed(seen) == packed([json.loads(json.dumps(one)) for one in seen])
