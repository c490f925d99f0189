"""Causes that look alike where the machine or its packages are at fault."""

from __future__ import annotations

from reports.causes.neighbours.pair import pair
from reports.report.cause import Cause

PAIRS = (
    pair(
        Cause.API_REMOVED,
        Cause.ENV_IMPORT_FAILURE,
        "`ImportError: cannot import name` or `ModuleNotFoundError`.",
        "A name that an older TensorFlow or Keras had was removed. A package that is not "
        "installed, or that fails while it is imported, is the environment.",
    ),
    pair(
        Cause.TIMEOUT_OR_CRASH,
        Cause.RESOURCE_EXHAUSTED,
        "`Killed`, or a process that ends without a Python error.",
        "`Killed` is usually the system running out of memory: see `dmesg`. A segmentation fault "
        "or an abort is a crash.",
    ),
    pair(
        Cause.TIMEOUT_OR_CRASH,
        Cause.DEVICE_OR_GPU,
        "`Illegal instruction (core dumped)`.",
        "TensorFlow from 1.6 on needs a processor with AVX: `grep avx /proc/cpuinfo`.",
    ),
    pair(
        Cause.RESOURCE_EXHAUSTED,
        Cause.DEVICE_OR_GPU,
        "`CUDNN_STATUS_ALLOC_FAILED` or `OOM when allocating tensor`.",
        "If the memory of the GPU is full (`nvidia-smi`), resources are exhausted. If it is free, "
        "the driver and the CUDA libraries do not fit.",
    ),
)
