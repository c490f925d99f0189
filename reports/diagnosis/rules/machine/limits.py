"""Limits of the system other than memory."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_MEMORY = Cause.RESOURCE_EXHAUSTED

SYSTEM_LIMITS = (
    Rule(
        name="disk-full",
        said=(r"No space left on device", r"Errno 28\b", r"WinError 112\b"),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="disk space",
        explanation="The disk is full.",
        remedies=(advice("Free disk space, or write to another disk."),),
        source="errno.h: ENOSPC",
        examples=(Example("OSError: [Errno 28] No space left on device", subject="disk space"),),
    ),
    Rule(
        name="too-many-open-files",
        said=(r"Too many open files", r"Errno 24\b"),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="open files",
        explanation="The process has as many open files as the system allows.",
        remedies=(advice("Close files, or raise the limit.", "ulimit -n 4096"),),
        source="errno.h: EMFILE",
        examples=(Example("OSError: [Errno 24] Too many open files", subject="open files"),),
    ),
    Rule(
        name="too-many-threads",
        said=(
            r"Thread creation failed",
            r"can't start new thread",
            r"pthread_create failed",
            r"Resource temporarily unavailable",
        ),
        unless=(r"unable to lock file",),
        certainty=LIKELY,
        cause=_MEMORY,
        subject="threads",
        explanation="The system does not allow this process to start more threads.",
        remedies=(advice("Use fewer threads or processes, or raise the limit.", "ulimit -u"),),
        source="errno.h: EAGAIN",
        examples=(Example("RuntimeError: can't start new thread", subject="threads"),),
        counter_examples=(
            Example("OSError: unable to lock file, errno = 11, Resource temporarily unavailable"),
        ),
    ),
    Rule(
        name="micro-tensors-not-allocated",
        said=(r"AllocateTensors\(\) failed",),
        certainty=ONE_OF,
        cause=_MEMORY,
        subject="tensor arena",
        explanation="The memory that the program gives to TensorFlow Lite Micro may be too small.",
        remedies=(advice("Enlarge the tensor arena, and read the line before this one."),),
        alternatives=(
            Alternative(
                cause=Cause.TFLITE_OP_UNSUPPORTED,
                explanation="The op resolver does not have an op of the model.",
                decides="The line before: `Didn't find op for builtin opcode` names such an op.",
            ),
        ),
        source="tensorflow/lite/micro/examples/hello_world",
        examples=(Example("AllocateTensors() failed", subject="tensor arena"),),
    ),
)
