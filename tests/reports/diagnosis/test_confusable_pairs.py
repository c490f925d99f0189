"""The pairs of causes that messages make look alike, each proven both ways."""

from __future__ import annotations

import pytest

from matrix.model.integrity.finding import Kind, damage
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Link, PathFacts, Symptom

_ZIP, _HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
_LFS = b"version https://git-lfs.github.com/spec/v1\noid"
_ERRNO_13 = "Unable to open file (unable to open file: name = 'm', errno = 13, error message = 'P')"
_KERAS_ZIP = (
    "File not found: filepath=m.keras. Please ensure the file is an accessible `.keras` zip"
)
_KERAS_3 = "File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files"
_SSTABLE = "Unable to open table file {}: Data loss: not an sstable (bad magic number)"
_NO_SAVED_MODEL = "SavedModel file does not exist at: m.h5/{saved_model.pbtxt|saved_model.pb}"
_DECODE = "google.protobuf.message.DecodeError: Error parsing message"
_NO_GRAPHS = "but there are 0 MetaGraphs in the SavedModel with tag sets: []. Pass a `tags=`"
_OP = "Op type not registered 'DisableCopyOnRead' in binary running on vm."
_TOO_NEW = (
    "The binary trying to import the GraphDef was built when GraphDef version was 440. The "
    "GraphDef was produced by a binary built when GraphDef version was 561."
)
_CHECKSUM = damage(Kind.CHECKSUM, "m.data", "The checksum of m.data is wrong.")


def _file(head: bytes) -> PathFacts:
    return PathFacts(exists=True, is_folder=False, readable=True, head=head)


_FOLDER = PathFacts(exists=True, is_folder=True, readable=True)
_ABSENT = PathFacts(exists=False)


def _said(message: str, at: PathFacts | None = None, kind: str = "") -> Symptom:
    return Symptom(kind=kind, message=message, at=at or PathFacts())


PAIRS = [
    # 1: what Windows says of folders
    (_said(_ERRNO_13), "wrong_format_or_path"),
    (_said(_ERRNO_13, _FOLDER), "wrong_format_or_path"),
    (_said(_ERRNO_13, PathFacts(exists=True, is_folder=False)), "permission_denied"),
    # 2: a .keras file that is absent, unreadable, of another kind, or cut off
    (_said(_KERAS_ZIP), "missing_file"),
    (_said(_KERAS_ZIP, _ABSENT), "missing_file"),
    (_said(_KERAS_ZIP, PathFacts(exists=True, readable=False)), "permission_denied"),
    (_said(_KERAS_ZIP, _file(_HDF5)), "wrong_format_or_path"),
    (_said(_KERAS_ZIP, _file(_ZIP)), "corrupt_or_truncated"),
    # 3: Keras 3 speaks of formats before it looks
    (_said(_KERAS_3), "keras3_format_unsupported"),
    (_said(_KERAS_3, _FOLDER), "keras3_format_unsupported"),
    (_said(_KERAS_3, _ABSENT), "missing_file"),
    (_said(_KERAS_3.replace("=m", "=")), "missing_file"),
    # 4: the name of a part instead of the prefix, or damage
    (_said(_SSTABLE.format("m.ckpt.data-00000-of-00001")), "wrong_format_or_path"),
    (_said(_SSTABLE.format("checkpoint")), "wrong_format_or_path"),
    (_said(_SSTABLE.format("m"), PathFacts(damage=(_CHECKSUM,))), "corrupt_or_truncated"),
    # 5: the file is absent, or is no folder
    (_said(_NO_SAVED_MODEL), "missing_file"),
    (_said(_NO_SAVED_MODEL, _ABSENT), "missing_file"),
    (_said(_NO_SAVED_MODEL, _file(_HDF5)), "wrong_format_or_path"),
    (_said(_NO_SAVED_MODEL.replace("m.h5", "m/saved_model.pb")), "wrong_format_or_path"),
    # 6: another kind of file, or a damaged one
    (_said(_DECODE, _file(_ZIP)), "wrong_format_or_path"),
    (_said(_DECODE, _file(_LFS)), "corrupt_or_truncated"),
    (_said(_DECODE, _file(b"\x08\x01\x12")), "corrupt_or_truncated"),
    (_said(f"graph_def.ParseFromString(f.read())\n{_DECODE}"), "wrong_format_or_path"),
    # 7: a frozen graph, or what stands for a file
    (_said(_NO_GRAPHS), "wrong_format_or_path"),
    (_said(_NO_GRAPHS, _file(_LFS)), "corrupt_or_truncated"),
    # 8: no missing file, and a version before a package
    (_said(_OP, kind="FileNotFoundError"), "unregistered_op"),
    (_said("[Errno 2] No such file or directory: 'm'", kind="FileNotFoundError"), "missing_file"),
    (_said(f"{_OP} {_TOO_NEW}"), "op_attr_or_shape_version"),
    (_said(f"{_OP.replace('DisableCopyOnRead', 'CaseFoldUTF8')} {_TOO_NEW}"), "unregistered_op"),
    # 9: a library that does not fit, or an op that is not there
    (_said("/a/x.so: undefined symbol: _ZN", kind="NotFoundError"), "env_import_failure"),
    (_said(_OP, kind="NotFoundError"), "unregistered_op"),
    # 10: a class of Keras of another day, or the user's
    (_said("Unknown layer: Functional"), "keras_config_incompatible"),
    (_said("Unknown optimizer: Custom>Adam"), "keras_config_incompatible"),
    (_said("Could not locate class 'Policy'."), "keras_config_incompatible"),
    (_said("Unknown layer: MyAttention"), "missing_custom_object"),
    # 11: the same for arguments
    (_said("Unrecognized keyword arguments passed to GRU: {'time_major': 0}"), "keras_config_"),
    (_said("Unrecognized keyword arguments passed to MyNet: {'layers': []}"), "missing_custom_"),
    # 12: a global of a Lambda, or a package
    (_said("name 'tf' is not defined", kind="NameError"), "missing_custom_object"),
    (_said("No module named 'tensorflow'", kind="ModuleNotFoundError"), "env_import_failure"),
    # 13: weights that were lost, or a file that is not there
    (_said("Layer 'd' expected 2 variables, but received 0 variables during loading."), "weights_"),
    (_said("No file or directory found at d.weights.h5"), "missing_file"),
    # 14: a TPU, or no checkpoint
    (_said("TensorSliceReader: File system scheme '[local]' not implemented"), "device_or_gpu"),
    (_said("TensorSliceReader: Failed to find any matching files for m"), "missing_file"),
    # 15: weights alone, or a denied file
    (_said("Unable to create group (no write intent on file)"), "wrong_format_or_path"),
    (_said("Cannot create group in read only mode."), "wrong_format_or_path"),
    (_said("[Errno 13] Permission denied: 'm.h5'", kind="PermissionError"), "permission_denied"),
    # 16: no Keras API, or an optimizer that does not come back
    (_said("'_UserObject' object has no attribute 'predict'"), "call_input_mismatch"),
    (_said("'_UserObject' object has no attribute 'add_slot'"), "keras_config_incompatible"),
    # 17: a kernel for GPUs, or an op of a package
    (_said("No OpKernel was registered to support Op 'CudnnRNN'"), "device_or_gpu"),
    (
        _said("No OpKernel was registered to support Op 'Resampler'\n<no registered kernels>"),
        "unregistered_op",
    ),
    # 18: a cache that was cleaned, or a path of the exporter
    (
        _said("SavedModel file does not exist at: /tmp/tfhub_modules/1a/{saved_model.pb}"),
        "missing_file",
    ),
    (_said("/cache/bert/assets/vocab.txt; No such file or directory"), "export_defect"),
    # 19: no HDF5 file, for three reasons
    (_said("Unable to open file (file signature not found)", _file(_LFS)), "corrupt_or_truncated"),
    (_said("Unable to open file (file signature not found)", _file(_ZIP)), "wrong_format_or_path"),
    (_said("Unable to open file (file signature not found)"), "corrupt_or_truncated"),
]


@pytest.mark.parametrize(("symptom", "cause"), PAIRS)
def test_what_looks_alike_is_told_apart(symptom: Symptom, cause: str) -> None:
    assert diagnose(symptom).cause.value.startswith(cause)


def test_the_first_exception_of_a_chain_explains_the_last_of_keras_3() -> None:
    found = diagnose(
        Symptom(
            kind="TypeError",
            message="Error when deserializing class 'InputLayer' using config={'ragged': True}.",
            chain=(
                Link(
                    kind="ValueError",
                    message="Unrecognized keyword arguments passed to InputLayer: {'optional': 0}",
                ),
            ),
        )
    )
    assert (found.cause.value, found.subject) == (
        "keras_config_incompatible",
        "InputLayer(optional)",
    )


def test_the_name_that_a_checkpoint_lacks_is_found_behind_the_general_sentence() -> None:
    general = "Restoring from checkpoint failed. This is most likely due to a Variable name"
    found = diagnose(
        Symptom(
            kind="NotFoundError",
            message=f"{general}. Original error:\n\nKey dense/bias not found in checkpoint",
        )
    )
    assert (found.cause.value, found.subject) == ("weights_mismatch", "dense/bias")
