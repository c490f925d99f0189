"""Devices, drivers, memory and limits of the machine."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import answer, rule
from reports.report.cause import Cause

_DEVICE = Cause.DEVICE_OR_GPU
_MEMORY = Cause.RESOURCE_EXHAUSTED

# What only a GPU can do.
GPUS = (
    rule(
        "kernel-for-a-gpu",
        r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op |')'?"
        r"(?P<op>\w*(?:Cudnn|CuDNN|Nccl|TRT)\w*)",
        answer(
            _DEVICE,
            "{op}",
            "Op `{op}` has kernels for GPUs only, and TensorFlow finds no GPU on this machine.",
            advice("Run the model on a GPU, or build the layer without the GPU-only kernel."),
        ),
    ),
    rule(
        "layout-for-a-gpu",
        r"\b(?P<op>\w{1,60}) op currently only supports the (?P<layout>NHWC) tensor format on the "
        r"CPU|"
        r"\b(?P<pool>\w{1,60}) only supports NHWC on (?:device type )?CPU|"
        r"only supports NHWC|NCHW[^\n]*(?:not supported|only)[^\n]*CPU",
        answer(
            _DEVICE,
            "{op}{pool}",
            "`{op}{pool}` uses the channels-first layout (NCHW), which TensorFlow supports "
            "on GPUs only.",
            advice("Run the model on a GPU, or export it with the channels-last layout."),
        ),
    ),
    rule(
        "cuda-library",
        r"(?:Could not (?:load|dlopen)|cannot (?:load|open)|dlerror:)[^\n]*?"
        r"(?P<library>(?:lib)?(?:cu(?:dnn|blas|dart|fft|solver|sparse|rand|pti)|cudnn|nvinfer|"
        r"nccl)"
        r"[\w.]*)|(?P<missing>lib(?:cu\w+|nvinfer\w*)\.so[\d.]*)[^\n]*cannot open shared object",
        answer(
            _DEVICE,
            "{library}{missing}",
            "The CUDA library `{library}{missing}`, which this TensorFlow needs, was not found.",
            advice(
                "Install the CUDA and cuDNN versions of this TensorFlow release, or use the CPU."
            ),
        ),
    ),
    rule(
        "cudnn",
        r"(?P<status>(?:CUDNN|CUBLAS|CUDA|CUSOLVER)_(?:STATUS|ERROR)_\w+)|"
        r"DNN library is not found|"
        r"(?P<cudnn>Failed to get convolution algorithm)|Blas (?:x?GEMM\w*) launch failed|"
        r"no CUDA-capable device|No algorithm worked|CUDA (?:driver|"
        r"runtime)[^\n]*(?:insufficient|version|error)|"
        r"GPU sync failed|failed call to cuInit|libdevice[^\n]*not found|ptxas[^\n]*(?:fail|"
        r"fatal)|"
        r"JIT compilation failed|cuDNN (?:launch failure|version|RNN)|"
        r"(?:Loaded|runtime) CuDNN library[^\n]*but source was compiled|"
        r"no kernel image is available for execution|no supported devices found",
        answer(
            _DEVICE,
            "{status}{cudnn}",
            "The GPU or its driver reports an error: CUDA, cuDNN and this TensorFlow do not "
            "match, or the GPU has no free memory.",
            advice(
                "Install the driver, CUDA and cuDNN versions of this release, turn on memory "
                "growth, or hide the GPU.",
                "CUDA_VISIBLE_DEVICES=''",
            ),
        ),
    ),
)

# Devices that a model names and this machine lacks: asked after what a graph says of its version.
DEVICES = (
    rule(
        "device-assigned",
        r"(?:Cannot assign a device for operation|Could not satisfy (?:explicit )?device|"
        r"Could not satisfy device specification)[^\n]*?['\"]?(?P<op>[\w/:{}.-]*)|"
        r"Operation was explicitly assigned to (?P<device>\S+)|"
        r"(?:Unknown device|device not found|/device:(?:GPU|TPU):\d+ unknown)[^\n]*",
        answer(
            _DEVICE,
            "{device}",
            "The graph is assigned to a device that this machine does not have.",
            advice("Turn on soft device placement, or export the graph with clear_devices=True."),
        ),
    ),
    rule(
        "scheme-of-a-tpu",
        r"File system scheme '(?P<scheme>\[local\])' not implemented|"
        r"\b(?P<tpu>TPU)\b[^\n]*(?:not (?:found|initialized|supported)|system)",
        answer(
            _DEVICE,
            "TPU",
            "A TPU reads files itself and cannot read a local path.",
            advice(
                "Copy the model to a storage bucket, or load it on the host.",
                "tf.saved_model.LoadOptions(experimental_io_device='/job:localhost')",
            ),
        ),
    ),
    rule(
        "delegate",
        r"(?:not supported by (?:the )?GPU delegate|(?P<delegate>EdgeTpu\w*|GpuDelegate|"
        r"Hexagon\w*|"
        r"NNAPI|XNNPack)[^\n]{0,40}(?:failed|error|not)|Failed to load delegate|"
        r"libedgetpu|delegate that only supports|ApplyDelegate|[Dd]elegate (?:creation|failed))",
        answer(
            _DEVICE,
            "{delegate}",
            "The accelerator (delegate) does not accept the model or is not available.",
            advice("Run the model without the delegate, or compile it for the available device."),
        ),
    ),
    rule(
        "no-kernel-here",
        r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op |"
        r"')'?(?P<op>\w+)|"
        r"Could not find (?:valid )?device for node|Registered devices: \[(?P<devices>[^\]]*)\]|"
        r"\b(?P<kernel>\w{1,60}) (?:has no|does not have a) kernel (?:on|for) ",
        answer(
            _DEVICE,
            "{op}{kernel}",
            "Op `{op}{kernel}` exists, but has no kernel for this device and these data types.",
            advice("Run the model on the device it was made for."),
        ),
        when=lambda s: "<no registered kernels>" not in s.text or "Cudnn" in s.text,
    ),
)

MEMORY = (
    rule(
        "protobuf-too-large",
        r"exceed(?:s|ed) maximum protobuf size|larger than 2 ?GB|bigger than 2 ?GB|2 ?GB limit|"
        r"(?<!header )[Mm]essage (?:was rejected because it was|is) too (?:big|large)|"
        r"[Pp]roto[^\n]*(?:too (?:large|big)|size limit)|"
        r"cannot be larger than 2GB|Message too (?:large|big)|exceeds the limit of 2147483647",
        answer(
            _MEMORY,
            "protobuf of 2 GB",
            "A protobuf message would be larger than 2 GB, the limit of the format.",
            advice("Store the weights in variables instead of the graph."),
        ),
    ),
    rule(
        "recursion",
        r"RecursionError|maximum recursion depth exceeded",
        answer(
            _MEMORY,
            "recursion depth",
            "The model is nested more deeply than the recursion limit of Python allows.",
            advice(
                "Raise the recursion limit before you load the model.",
                "sys.setrecursionlimit(10_000)",
            ),
        ),
    ),
    rule(
        "attribute-too-large",
        r"object header message is too large",
        answer(
            _MEMORY,
            "HDF5 attribute of 64 KB",
            "The config or the list of names is larger than 64 KB, the limit for an HDF5 "
            "attribute.",
            advice("Save the model as .keras or as a SavedModel."),
        ),
    ),
    rule(
        "out-of-memory",
        r"OOM when allocating tensor(?: with shape ?(?P<shape>\[[\d,]+\]))?|RESOURCE_EXHAUSTED|"
        r"ResourceExhausted|MemoryError|std::bad_alloc|[Cc]annot allocate memory|"
        r"Unable to allocate|ran out of memory|[Oo]ut of memory|memory exhausted|Killed\b|"
        r"Allocation of \d+ exceeds|failed to allocate (?:memory|\d)|OutOfMemory|"
        r"Failed to allocate memory|exceeds \d+% of (?:free )?system memory|"
        r"(?i:arena size is too small)|AllocateTensors\(\) failed",
        answer(
            _MEMORY,
            "memory {shape}",
            "There is not enough memory to load or run the model.",
            advice("Use a smaller batch or a machine with more memory."),
        ),
    ),
)

SYSTEM_LIMITS = (
    rule(
        "limits-of-the-system",
        r"No space left on device|Too many open files|Resource temporarily unavailable|"
        r"Errno 28|Errno 24|Thread creation failed|can't start new thread",
        answer(
            _MEMORY,
            "the system",
            "The system has run out of disk space, open files or threads.",
            advice("Free some of it, or raise the limit."),
        ),
        when=lambda s: "unable to lock file" not in s.text,
    ),
)
