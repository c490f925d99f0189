"""Causes that look alike when a graph is read, connected or called."""

from __future__ import annotations

from reports.causes.neighbours.pair import pair
from reports.report.cause import Cause

PAIRS = (
    pair(
        Cause.UNREGISTERED_OP,
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        "`Op type not registered`, often with a sentence on GraphDef versions before it.",
        "If a TensorFlow release has the op, the model is newer than this release. Look for an "
        "additional package only if no release has it.",
    ),
    pair(
        Cause.UNREGISTERED_OP,
        Cause.DEVICE_OR_GPU,
        "`No OpKernel was registered to support Op ...`.",
        "If the message lists kernels for other devices, the op is known and needs another device. "
        "If it lists `<no registered kernels>`, the package of the op is not loaded, or this "
        "release has removed the kernel.",
    ),
    pair(
        Cause.UNREGISTERED_OP,
        Cause.ENV_IMPORT_FAILURE,
        "`NotFoundError` that names a `.so` file and `undefined symbol`.",
        "The library of the op exists, but was built for another TensorFlow. Install the version "
        "that fits; the model is not the problem.",
    ),
    pair(
        Cause.MISSING_FILE,
        Cause.ENV_IMPORT_FAILURE,
        "`NotFoundError` that names a `.so` file.",
        "With `undefined symbol`, the library was found but does not fit this TensorFlow. Without, "
        "check whether the file exists.",
    ),
    pair(
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        Cause.EXPORT_DEFECT,
        "The graph is refused while its nodes are connected.",
        "If the release that wrote the model loads it, the versions differ. If no release loads "
        "it, the export is defective.",
    ),
    pair(
        Cause.TFLITE_OP_UNSUPPORTED,
        Cause.OP_ATTR_OR_SHAPE_VERSION,
        "`Didn't find op for builtin opcode ... version`.",
        "The interpreter of TensorFlow Lite has its own op versions: compare the release that "
        "converted the model with the interpreter, not with the TensorFlow that trained it.",
    ),
    pair(
        Cause.TFLITE_OP_UNSUPPORTED,
        Cause.UNREGISTERED_OP,
        "An op whose name begins with `Flex`.",
        "`Flex` ops are TensorFlow ops in a TensorFlow Lite model. They need the Flex delegate, "
        "and for ops of a package also that package.",
    ),
    pair(
        Cause.LOOKUP_TABLE_OR_RESOURCE_INIT,
        Cause.EXPORT_DEFECT,
        "`Could not find variable` or `Attempting to use uninitialized value`.",
        "If it works where the model was loaded in the same session and graph, only the "
        "initialization is missing. If it fails everywhere, the variable was not exported.",
    ),
    pair(
        Cause.LOOKUP_TABLE_OR_RESOURCE_INIT,
        Cause.WEIGHTS_MISMATCH,
        "A variable without a value.",
        "`not found in checkpoint` says that the file lacks it. `uninitialized` says that nothing "
        "was loaded into it in this session.",
    ),
    pair(
        Cause.WEIGHTS_MISMATCH,
        Cause.DEVICE_OR_GPU,
        "`Unsuccessful TensorSliceReader constructor`.",
        "With `[local] not implemented`, a TPU cannot read local files. Without, names or files "
        "of the checkpoint differ. Brackets in a path act as a pattern.",
    ),
    pair(
        Cause.CALL_INPUT_MISMATCH,
        Cause.EXPORT_DEFECT,
        "A call fails after the model was loaded.",
        "If a call with the inputs of the signature works in the release that wrote the model, the "
        "inputs were wrong. If no input works, the export is defective.",
    ),
)
