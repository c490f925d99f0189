from __future__ import annotations

from collections import Counter

import pytest

from matrix.catalogue.op_packages import bringing, op_packages, package_of


@pytest.mark.parametrize(
    ("op", "package"),
    [
        ("WhitespaceTokenizeWithOffsets", "tensorflow-text"),
        ("TFText>NgramsStringJoin", "tensorflow-text"),
        ("FlexWhitespaceTokenizeWithOffsets", "tensorflow-text"),
        ("FlexTFText>WhitespaceTokenizeWithOffsetsV2", "tensorflow-text"),
        # Measured from 2.10.1 to 2.18.1: the registerers of tensorflow-text have no such op.
        ("tftext:WhitespaceTokenizer", "tflite-support"),
        ("SimpleMLLoadModelFromPathWithHandle", "tensorflow-decision-forests"),
        ("Addons>Resampler", "tensorflow-addons"),
        ("IO>DecodeWebP", "tensorflow-io"),
        ("TFRA>CuckooHashTableOfTensors", "tensorflow-recommenders-addons"),
        ("DecodeProtoSparseV4", "struct2tensor"),
        ("TRTEngineOp", "TF-TRT"),
        ("BipartiteMatch", "tf.contrib"),
        ("HorovodAllreduce", "horovod"),
    ],
)
def test_op_of_another_package_is_known(op: str, package: str) -> None:
    assert package_of(op) == package


@pytest.mark.parametrize(
    "op", ["MatMul", "FlexMul", "DisableCopyOnRead", "ImageProjectiveTransformV2", "", "I"]
)
def test_op_of_tensorflow_belongs_to_no_other_package(op: str) -> None:
    assert package_of(op) is None


def test_no_op_has_two_packages() -> None:
    counted = Counter(op for package in op_packages() for op in package.ops)
    assert [op for op, times in counted.items() if times > 1] == []


def test_package_says_what_to_import() -> None:
    found = bringing("CaseFoldUTF8")
    assert found is not None
    assert (found.module, found.install) == ("tensorflow_text", True)
