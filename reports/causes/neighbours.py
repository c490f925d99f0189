"""What is easily taken for something else: causes with the same words, and what tells them apart.

Each pair stands on the pages of both of its causes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.report.cause import Cause


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two causes that look alike: `alike` is what both show, `tell` what decides."""

    causes: tuple[Cause, Cause]
    alike: str
    tell: str

    def other(self, cause: Cause) -> Cause:
        """The neighbour of one of the two."""
        first, second = self.causes
        return second if cause is first else first


def neighbours_of(cause: Cause) -> Iterator[tuple[Cause, tuple[Pair, ...]]]:
    """Each cause that is taken for this one, with the pairs that say how to tell."""
    mine = [pair for pair in PAIRS if cause in pair.causes]
    for other in dict.fromkeys(pair.other(cause) for pair in mine):
        yield other, tuple(pair for pair in mine if pair.other(cause) is other)


def _pair(first: Cause, second: Cause, alike: str, tell: str) -> Pair:
    return Pair(causes=(first, second), alike=alike, tell=tell)


_FILES = (
    _pair(
        Cause.PERMISSION_DENIED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`[Errno 13] Permission denied` from h5py on Windows.",
        "If the path is a folder, h5py reports it as a denied permission. Check "
        "`os.path.isdir(path)` before the permissions.",
    ),
    _pair(
        Cause.PERMISSION_DENIED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`Unable to create group` with `no write intent` or `read only mode`.",
        "The path has no Keras model: it is a file of weights alone, or there is no file. "
        "Permissions are not the problem if the file can be read.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.PERMISSION_DENIED,
        "`File not found ... ensure the file is an accessible .keras zip file`.",
        "Keras says this whenever it cannot open the file as a zip archive. Check in this order: "
        "`os.path.exists(path)`, `os.access(path, os.R_OK)`, `zipfile.is_zipfile(path)`.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.CORRUPT_OR_TRUNCATED,
        "`File not found ... ensure the file is an accessible .keras zip file`.",
        "If the file exists and can be read, `zipfile.is_zipfile(path)` says whether it is whole.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.WRONG_FORMAT_OR_PATH,
        "`SavedModel file does not exist at model.h5/{saved_model.pbtxt|saved_model.pb}`.",
        "Most often nothing is at the path. If a file is there, the loader expects a folder: "
        "give the folder of the SavedModel, or load the file as HDF5.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.EXPORT_DEFECT,
        "`Could not find matching files`, or a vocabulary file that does not exist.",
        "A path in a cache folder such as `tfhub_modules` was cleaned up: download the model "
        "again. A path from the machine of the author was stored in the model: export it again.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.KERAS3_FORMAT_UNSUPPORTED,
        "`Keras 3 only supports V3 .keras files and legacy H5 format files`.",
        "Keras 3 also says this of a path that does not exist. Check `os.path.exists(path)` first.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.UNREGISTERED_OP,
        "`FileNotFoundError: Op type not registered ...`.",
        "The words after the type decide: an op is missing, not a file. TensorFlow raises the "
        "same error type for both.",
    ),
    _pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`not an sstable (bad magic number)`.",
        "Most often the path is wrong: a checkpoint is loaded by its prefix, without "
        "`.data-00000-of-00001` or `.index`, and the file `checkpoint` is only a list of names.",
    ),
    _pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`DecodeError`, `Error parsing message` or `Cannot parse file saved_model.pb`.",
        "The first bytes decide. A frozen graph, a SavedModel or a text file under the wrong name "
        "is whole; `version https://git-lfs` or `<html` is not the file that was saved. "
        "`nox -s inspect -- FILE` says what it is.",
    ),
    _pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`MetaGraphDef associated with tags ... could not be found`, with no tags available.",
        "A frozen graph that is named saved_model.pb is another kind of file; a git-lfs pointer or "
        "a part of a file is damage. If the message lists other tags, only the tag is wrong.",
    ),
    _pair(
        Cause.CORRUPT_OR_TRUNCATED,
        Cause.WRONG_FORMAT_OR_PATH,
        "`file signature not found` from h5py.",
        "The first bytes decide: HDF5 begins with `\\x89HDF`. A zip archive is a `.keras` file; a "
        "web page, a git-lfs pointer or the text of a link is not what was saved.",
    ),
    _pair(
        Cause.BLOCKED_BY_ISOLATION,
        Cause.PERMISSION_DENIED,
        "`Operation not permitted` or `Permission denied` during a test.",
        "If the model loads with the same user outside of the isolation, the isolation blocked it.",
    ),
)

_GRAPHS = (
    _pair(
        Cause.UNREGISTERED_OP,
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        "`Op type not registered`, often with a sentence on GraphDef versions before it.",
        "If a TensorFlow release has the op, the model is newer than this release. Look for an "
        "additional package only if no release has it.",
    ),
    _pair(
        Cause.UNREGISTERED_OP,
        Cause.DEVICE_OR_GPU,
        "`No OpKernel was registered to support Op ...`.",
        "If the message lists kernels for other devices, the op is known and needs another device. "
        "If it lists `<no registered kernels>`, the package of the op is not loaded, or this "
        "release has removed the kernel.",
    ),
    _pair(
        Cause.UNREGISTERED_OP,
        Cause.ENV_IMPORT_FAILURE,
        "`NotFoundError` that names a `.so` file and `undefined symbol`.",
        "The library of the op exists, but was built for another TensorFlow. Install the version "
        "that fits; the model is not the problem.",
    ),
    _pair(
        Cause.MISSING_FILE,
        Cause.ENV_IMPORT_FAILURE,
        "`NotFoundError` that names a `.so` file.",
        "With `undefined symbol`, the library was found but does not fit this TensorFlow. Without, "
        "check whether the file exists.",
    ),
    _pair(
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        Cause.EXPORT_DEFECT,
        "The graph is refused while its nodes are connected.",
        "If the release that wrote the model loads it, the versions differ. If no release loads "
        "it, the export is defective.",
    ),
    _pair(
        Cause.TFLITE_OP_UNSUPPORTED,
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        "`Didn't find op for builtin opcode ... version`.",
        "The interpreter of TensorFlow Lite has its own op versions: compare the release that "
        "converted the model with the interpreter, not with the TensorFlow that trained it.",
    ),
    _pair(
        Cause.TFLITE_OP_UNSUPPORTED,
        Cause.UNREGISTERED_OP,
        "An op whose name begins with `Flex`.",
        "`Flex` ops are TensorFlow ops in a TensorFlow Lite model. They need the Flex delegate, "
        "and for ops of a package also that package.",
    ),
    _pair(
        Cause.LOOKUP_TABLE_OR_RESOURCE_INIT,
        Cause.EXPORT_DEFECT,
        "`Could not find variable` or `Attempting to use uninitialized value`.",
        "If it works where the model was loaded in the same session and graph, only the "
        "initialization is missing. If it fails everywhere, the variable was not exported.",
    ),
    _pair(
        Cause.LOOKUP_TABLE_OR_RESOURCE_INIT,
        Cause.WEIGHTS_MISMATCH,
        "A variable without a value.",
        "`not found in checkpoint` says that the file lacks it. `uninitialized` says that nothing "
        "was loaded into it in this session.",
    ),
    _pair(
        Cause.WEIGHTS_MISMATCH,
        Cause.DEVICE_OR_GPU,
        "`Unsuccessful TensorSliceReader constructor`.",
        "With `[local] not implemented`, a TPU cannot read local files. Without, names or files "
        "of the checkpoint differ. Brackets in a path act as a pattern.",
    ),
    _pair(
        Cause.CALL_INPUT_MISMATCH,
        Cause.EXPORT_DEFECT,
        "A call fails after the model was loaded.",
        "If a call with the inputs of the signature works in the release that wrote the model, the "
        "inputs were wrong. If no input works, the export is defective.",
    ),
)

_KERAS = (
    _pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`Unknown layer: Functional`, `Unknown optimizer`, `Could not locate class 'Policy'`.",
        "If the class is part of any Keras release, the versions of Keras differ. Only a class "
        "that Keras never had is a custom object.",
    ),
    _pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`Unrecognized keyword arguments passed to ...`.",
        "For a class of Keras, another Keras version wrote the config. For a class of the model "
        "author, the class lacks `get_config` or does not accept what it returns.",
    ),
    _pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.ENV_IMPORT_FAILURE,
        "`NameError: name 'tf' is not defined`.",
        "Inside a Lambda layer, the function lacks a global name: pass it with `custom_objects`. "
        "Outside of a model, the import is missing in the code.",
    ),
    _pair(
        Cause.WEIGHTS_MISMATCH,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`expected N variables, but received 0 variables during loading`.",
        "With nested layers, this is often a difference between Keras versions in saving. If the "
        "Keras that saved the file loads it, the file is right.",
    ),
    _pair(
        Cause.KERAS3_FORMAT_UNSUPPORTED,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "A model of Keras 2 that Keras 3 does not load.",
        "If Keras 3 refuses the kind of file (a SavedModel folder), it is the format. If it reads "
        "the file and fails at a layer or an argument, it is the config.",
    ),
    _pair(
        Cause.CALL_INPUT_MISMATCH,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`'_UserObject' object has no attribute ...`.",
        "`predict` or `summary`: `tf.saved_model.load` gives no Keras model, call its signatures. "
        "`add_slot` or `_create_or_restore_slot_variable`: an optimizer of another Keras version.",
    ),
    _pair(
        Cause.API_REMOVED,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`has no attribute` or `unexpected keyword argument`.",
        "The last frame decides: in the user's own code, an API was removed. Inside of the "
        "loader, the file has the config of another Keras version.",
    ),
    _pair(
        Cause.UNSAFE_LAMBDA_BLOCKED,
        Cause.PYTHON_VERSION,
        "A Lambda layer that does not load.",
        "If Keras refuses it, the message names `safe_mode`. If it fails with `bad marshal data` "
        "or `unknown opcode`, another Python version wrote it.",
    ),
    _pair(
        Cause.PYTHON_VERSION,
        Cause.CORRUPT_OR_TRUNCATED,
        "`bad marshal data (unknown type code)`.",
        "The bytecode of a Lambda differs between Python versions. If the Python that saved the "
        "model loads it, the file is whole.",
    ),
)

_ENVIRONMENT = (
    _pair(
        Cause.API_REMOVED,
        Cause.ENV_IMPORT_FAILURE,
        "`ImportError: cannot import name` or `ModuleNotFoundError`.",
        "A name that an older TensorFlow or Keras had was removed. A package that is not "
        "installed, or that fails while it is imported, is the environment.",
    ),
    _pair(
        Cause.TIMEOUT_OR_CRASH,
        Cause.RESOURCE_EXHAUSTED,
        "`Killed`, or a process that ends without a Python error.",
        "`Killed` is usually the system running out of memory: see `dmesg`. A segmentation fault "
        "or an abort is a crash.",
    ),
    _pair(
        Cause.TIMEOUT_OR_CRASH,
        Cause.DEVICE_OR_GPU,
        "`Illegal instruction (core dumped)`.",
        "TensorFlow from 1.6 on needs a processor with AVX: `grep avx /proc/cpuinfo`.",
    ),
    _pair(
        Cause.RESOURCE_EXHAUSTED,
        Cause.DEVICE_OR_GPU,
        "`CUDNN_STATUS_ALLOC_FAILED` or `OOM when allocating tensor`.",
        "If the memory of the GPU is full (`nvidia-smi`), resources are exhausted. If it is free, "
        "the driver and the CUDA libraries do not fit.",
    ),
)

PAIRS: tuple[Pair, ...] = (*_FILES, *_GRAPHS, *_KERAS, *_ENVIRONMENT)
