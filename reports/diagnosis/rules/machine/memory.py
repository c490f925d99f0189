"""Memory, and formats and messages that are too large."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.frames import NO_EXCEPTION
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_MEMORY = Cause.RESOURCE_EXHAUSTED
_TOO_LITTLE = "There is not enough memory to load or run the model."
_SMALLER = advice("Use a smaller batch or a machine with more memory.")

MEMORY = (
    Rule(
        name="protobuf-too-large",
        said=(
            r"exceed(?:s|ed) maximum protobuf size",
            r"(?:larger|bigger) than (?:the )?2 ?GB",
            r"2 ?GB limit",
            r"(?<!header )[Mm]essage (?:was rejected because it was|is) too (?:big|large)",
            r"[Pp]roto[^\n]*(?:too (?:large|big)|size limit)",
            r"exceeds the limit of 2147483647",
            r"A total of \d+ bytes[^\n]*exceeds[^\n]*2147483647",
        ),
        named=(
            r"[Mm]essage (?P<message>tensorflow\.\w+)",
            r"\b(?P<message>(?:Meta)?GraphDef|tensor proto)\b",
            r"Can't parse (?P<message>[^\n]{1,200}?) as (?:binary|text) proto",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="{message|protobuf of 2 GB}",
        explanation="A protobuf message is larger than the format or this reader allows (2 GB).",
        remedies=(advice("Store the weights in variables instead of the graph."),),
        source="google/protobuf/message_lite.cc",
        examples=(
            Example("ValueError: GraphDef cannot be larger than 2GB.", subject="GraphDef"),
            Example(
                "ValueError: Message tensorflow.GraphDef exceeds maximum protobuf size of 2GB: 6",
                subject="tensorflow.GraphDef",
            ),
        ),
        counter_examples=(
            Example(
                "RuntimeError: Unable to create attribute (object header message is too large)"
            ),
        ),
    ),
    Rule(
        name="protobuf-not-written",
        said=(r"EncodeError: (?P<what>Failed to serialize proto)",),
        certainty=ONE_OF,
        cause=_MEMORY,
        subject="protobuf",
        explanation="The message could not be written: most often it is larger than 2 GB.",
        remedies=(advice("Store the weights in variables instead of the graph."),),
        alternatives=(
            Alternative(
                cause=Cause.EXPORT_DEFECT,
                explanation="A required field of the message has no value.",
                decides="the size of the weights: below 2 GB it is this",
            ),
        ),
        source="google/protobuf/pyext/message.cc",
        examples=(
            Example(
                "google.protobuf.message.EncodeError: Failed to serialize proto",
                subject="protobuf",
            ),
        ),
    ),
    Rule(
        name="grpc-message-too-large",
        said=(
            r"(?:Received|Sent) message larger than max",
            r"trying to send message larger than max",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="gRPC message",
        explanation="A request or an answer is larger than the limit of a gRPC message (4 MB).",
        remedies=(
            advice(
                "Raise the limit of the channel, or send smaller batches.",
                "options=[('grpc.max_receive_message_length', -1), "
                "('grpc.max_send_message_length', -1)]",
            ),
        ),
        source="grpc/src/core/ext/filters/message_size/message_size_filter.cc",
        examples=(
            Example(
                "StatusCode.RESOURCE_EXHAUSTED: Received message larger than max (6292000 vs. "
                "4194304)",
                subject="gRPC message",
            ),
        ),
    ),
    Rule(
        name="recursion",
        said=(r"RecursionError", r"maximum recursion depth exceeded"),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="recursion depth",
        explanation=(
            "The recursion limit of Python was reached: a structure is nested too deeply, or a "
            "function calls itself without end."
        ),
        remedies=(
            advice(
                "Raise the recursion limit before you load the model.",
                "sys.setrecursionlimit(10_000)",
            ),
        ),
        source="Python/ceval.c",
        examples=(
            Example("RecursionError: maximum recursion depth exceeded", subject="recursion depth"),
        ),
    ),
    Rule(
        name="attribute-too-large",
        said=(r"object header message is too large",),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="HDF5 attribute of 64 KB",
        explanation=(
            "The config or the list of names is larger than 64 KB, the limit for an HDF5 attribute."
        ),
        remedies=(advice("Save the model as .keras or as a SavedModel."),),
        source="hdf5/src/H5Oalloc.c",
        examples=(
            Example(
                "RuntimeError: Unable to create attribute (object header message is too large)",
                subject="HDF5 attribute of 64 KB",
            ),
        ),
    ),
    Rule(
        name="paging-file-too-small",
        said=(
            r"(?i:paging file is too small)",
            r"WinError 1455",
            r"Auslagerungsdatei ist zu klein",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="paging file",
        explanation="Windows has too little virtual memory: the paging file is too small.",
        remedies=(advice("Enlarge the paging file, or close other programs."),),
        source="Windows error 1455",
        examples=(
            Example(
                "OSError: [WinError 1455] The paging file is too small for this operation to "
                "complete",
                subject="paging file",
            ),
        ),
    ),
    Rule(
        name="out-of-memory",
        said=(
            r"(?i:OOM) when allocating tensor(?: (?:with|of) (?P<what>shape ?\[[\d,]+\]))?",
            r"RESOURCE_EXHAUSTED",
            r"ResourceExhausted",
            r"MemoryError",
            r"(?P<what>std::bad_alloc)",
            r"[Cc]annot allocate memory(?! in static TLS)",
            r"Unable to allocate (?P<what>[\d.]+ [KMGT]i?B)?",
            r"ran out of memory",
            r"(?i:out[ _]of[ _]memory)",
            r"memory exhausted",
            r"failed to allocate (?:memory|\d)",
            r"OutOfMemory",
            r"(?i:\boom[-_ ]?kill(?:ed|er)?\b)",
            r"(?i:memory quota (?:vastly )?exceeded)",
            r"(?i:allocate more memory than is available)",
            r"(?i:exceeded (?:its |the )?(?:job )?memory limit)",
            r"(?i:memory limit (?:of [^\n]{1,20} )?(?:was )?exceeded)",
            r"Failed to allocate memory",
            r"malloc: can't allocate region",
            r"mach_vm_map\(size=\d+[^\n]{0,40}failed",
            r"exit(?:ed with)?(?: code| status)?:? ?137\b",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="{what|memory}",
        explanation=_TOO_LITTLE,
        remedies=(_SMALLER,),
        source="tensorflow/core/common_runtime/bfc_allocator.cc",
        examples=(
            Example(
                "ResourceExhaustedError: OOM when allocating tensor with shape[9,9]",
                subject="shape[9,9]",
            ),
            Example("CUDA_ERROR_OUT_OF_MEMORY", subject="memory"),
            Example(
                "resource exhausted: oom when allocating tensor with shape[9,9] and type float",
                subject="shape[9,9]",
            ),
            Example("app(5485,0x1006aebc0) malloc: can't allocate region", subject="memory"),
        ),
    ),
    Rule(
        name="memory-warning",
        said=(
            r"\bKilled\b",
            r"\b(?:signal 9|SIGKILL)\b",
            r"Allocation of (?P<size>\d+) exceeds \d+% of (?:free )?system memory",
        ),
        facts=(NO_EXCEPTION,),
        certainty=LIKELY,
        cause=_MEMORY,
        subject="memory",
        explanation="The system stopped the process or warned of it: most often memory ran out.",
        remedies=(_SMALLER,),
        source="tensorflow/core/framework/cpu_allocator_impl.cc",
        examples=(
            Example(
                "Allocation of 10616832 exceeds 10% of system memory. Killed", subject="memory"
            ),
        ),
        counter_examples=(
            Example("Allocation of 63539200 exceeds 10% of system memory.\nBus error"),
        ),
    ),
    Rule(
        name="arena-too-small",
        said=(
            r"(?i:arena size is too small)",
            r"Failed to resize buffer\. Requested: (?P<size>\d+)",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="tensor arena",
        explanation="The memory that the program gives to TensorFlow Lite Micro is too small.",
        remedies=(advice("Enlarge the tensor arena."),),
        source="tensorflow/lite/micro/micro_allocator.cc",
        examples=(Example("Arena size is too small for all buffers.", subject="tensor arena"),),
    ),
)
