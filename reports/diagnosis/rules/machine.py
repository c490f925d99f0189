"""Devices, drivers, memory and limits of the machine."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.report.cause import Cause

_DEVICE = Cause.DEVICE_OR_GPU
_MEMORY = Cause.RESOURCE_EXHAUSTED

# What only a GPU can do.
GPUS = (
    Rule(
        name="kernel-for-a-gpu",
        said=(
            (
                r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op "
                r"|')'?(?P<op>\w*(?:Cudnn|CuDNN|Nccl|TRT)\w*)"
            ),
        ),
        facts=(
            Fact("the op has kernels for GPUs only", lambda s: "Cud" in s.text or "CuD" in s.text),
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{op}",
        explanation=(
            "Op `{op}` has kernels for GPUs only, and TensorFlow finds no GPU on this machine."
        ),
        remedies=(
            advice("Run the model on a GPU, or build the layer without the GPU-only kernel."),
        ),
        source="",
        examples=(
            Example(
                "No OpKernel was registered to support Op 'CudnnRNN' used by node x",
                subject="CudnnRNN",
            ),
        ),
    ),
    Rule(
        name="layout-for-a-gpu",
        said=(
            (
                r"\b(?P<op>\w{1,60}) op currently only supports the (?P<layout>NHWC) tensor "
                r"format on the CPU"
            ),
            r"\b(?P<pool>\w{1,60}) only supports NHWC on (?:device type )?CPU",
            r"only supports NHWC",
            r"NCHW[^\n]*(?:not supported|only)[^\n]*CPU",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{op}{pool}",
        explanation=(
            "`{op}{pool}` uses the channels-first layout (NCHW), which TensorFlow supports "
            "on GPUs only."
        ),
        remedies=(advice("Run the model on a GPU, or export it with the channels-last layout."),),
        source="",
        examples=(
            Example(
                ("The Conv2D op currently only supports the NHWC tensor format on the CPU."),
                subject="Conv2D",
            ),
        ),
    ),
    Rule(
        name="cuda-library",
        said=(
            (
                r"(?:Could not (?:load|dlopen)|cannot (?:load|open)|"
                r"dlerror:)[^\n]*?(?P<library>(?:lib)?(?:cu(?:dnn|blas|dart|fft|solver|"
                r"sparse|rand|pti)|cudnn|nvinfer|nccl)[\w.]*)"
            ),
            (r"(?P<missing>lib(?:cu\w+|nvinfer\w*)\.so[\d.]*)[^\n]*cannot open shared object"),
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{library}{missing}",
        explanation=(
            "The CUDA library `{library}{missing}`, which this TensorFlow needs, was not found."
        ),
        remedies=(
            advice(
                "Install the CUDA and cuDNN versions of this TensorFlow release, or use the CPU."
            ),
        ),
        source="",
        examples=(
            Example(
                ("Could not load dynamic library 'libcudart.so.11.0'; dlerror: no such file"),
                subject="libcudart.so.11.0",
            ),
        ),
    ),
    Rule(
        name="cudnn",
        said=(
            r"(?P<status>(?:CUDNN|CUBLAS|CUDA|CUSOLVER)_(?:STATUS|ERROR)_\w+)",
            r"DNN library is not found",
            r"(?P<cudnn>Failed to get convolution algorithm)",
            r"Blas (?:x?GEMM\w*) launch failed",
            r"no CUDA-capable device",
            r"No algorithm worked",
            r"CUDA (?:driver|runtime)[^\n]*(?:insufficient|version|error)",
            r"GPU sync failed",
            r"failed call to cuInit",
            r"libdevice[^\n]*not found",
            r"ptxas[^\n]*(?:fail|fatal)",
            r"JIT compilation failed",
            r"cuDNN (?:launch failure|version|RNN)",
            r"(?:Loaded|runtime) CuDNN library[^\n]*but source was compiled",
            r"no kernel image is available for execution",
            r"no supported devices found",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{status}{cudnn}",
        explanation=(
            "The GPU or its driver reports an error: CUDA, cuDNN and this TensorFlow do not "
            "match, or the GPU has no free memory."
        ),
        remedies=(
            advice(
                "Install the driver, CUDA and cuDNN versions of this release, turn on memory "
                "growth, or hide the GPU.",
                "CUDA_VISIBLE_DEVICES=''",
            ),
        ),
        source="",
        examples=(
            Example(
                "Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR",
                subject="CUDNN_STATUS_INTERNAL_ERROR",
            ),
        ),
    ),
)

# Devices that a model names and this machine lacks: asked after what a graph says of its version.
DEVICES = (
    Rule(
        name="device-assigned",
        said=(
            (
                r"(?:Cannot assign a device for operation|Could not satisfy (?:explicit "
                r")?device|Could not satisfy device specification)[^\n]*?['\"]?(?P<op>[\w/:{"
                r"}.-]*)"
            ),
            r"Operation was explicitly assigned to (?P<device>\S+)",
            r"(?:Unknown device|device not found|/device:(?:GPU|TPU):\d+ unknown)[^\n]*",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{device}",
        explanation=("The graph is assigned to a device that this machine does not have."),
        remedies=(
            advice("Turn on soft device placement, or export the graph with clear_devices=True."),
        ),
        source="",
        examples=(
            Example(
                "Cannot assign a device for operation a: explicitly assigned to /GPU:7",
                subject="Cannot assign a device for operation",
            ),
        ),
    ),
    Rule(
        name="scheme-of-a-tpu",
        said=(
            r"File system scheme '(?P<scheme>\[local\])' not implemented",
            r"\b(?P<tpu>TPU)\b[^\n]*(?:not (?:found|initialized|supported)|system)",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="TPU",
        explanation=("A TPU reads files itself and cannot read a local path."),
        remedies=(
            advice(
                "Copy the model to a storage bucket, or load it on the host.",
                "tf.saved_model.LoadOptions(experimental_io_device='/job:localhost')",
            ),
        ),
        source="",
        examples=(
            Example(
                "UnimplementedError: File system scheme '[local]' not implemented", subject="TPU"
            ),
        ),
    ),
    Rule(
        name="delegate",
        said=(
            (
                r"(?:not supported by (?:the )?GPU delegate|(?P<delegate>EdgeTpu\w*|"
                r"GpuDelegate|Hexagon\w*|NNAPI|XNNPack)[^\n]{0,40}(?:failed|error|not)|"
                r"Failed to load delegate|libedgetpu|delegate that only supports|"
                r"ApplyDelegate|[Dd]elegate (?:creation|failed))"
            ),
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{delegate}",
        explanation=("The accelerator (delegate) does not accept the model or is not available."),
        remedies=(
            advice("Run the model without the delegate, or compile it for the available device."),
        ),
        source="",
        examples=(
            Example(
                "RuntimeError: EdgeTpuDelegateForCustomOp failed to prepare.",
                subject="EdgeTpuDelegateForCustomOp",
            ),
        ),
    ),
    Rule(
        name="no-kernel-here",
        said=(
            (
                r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op "
                r"|')'?(?P<op>\w+)"
            ),
            r"Could not find (?:valid )?device for node",
            r"Registered devices: \[(?P<devices>[^\]]*)\]",
            r"\b(?P<kernel>\w{1,60}) (?:has no|does not have a) kernel (?:on|for) ",
        ),
        facts=(
            Fact(
                "the op has kernels",
                lambda s: "<no registered kernels>" not in s.text or "Cudnn" in s.text,
            ),
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{op}{kernel}",
        explanation=(
            "Op `{op}{kernel}` exists, but has no kernel for this device and these data types."
        ),
        remedies=(advice("Run the model on the device it was made for."),),
        source="",
        examples=(
            Example(
                "No OpKernel was registered to support Op 'Conv3D' with these attrs.",
                subject="Conv3D",
            ),
        ),
    ),
)

MEMORY = (
    Rule(
        name="protobuf-too-large",
        said=(
            r"exceed(?:s|ed) maximum protobuf size",
            r"larger than 2 ?GB",
            r"bigger than 2 ?GB",
            r"2 ?GB limit",
            (r"(?<!header )[Mm]essage (?:was rejected because it was|is) too (?:big|large)"),
            r"[Pp]roto[^\n]*(?:too (?:large|big)|size limit)",
            r"cannot be larger than 2GB",
            r"Message too (?:large|big)",
            r"exceeds the limit of 2147483647",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="protobuf of 2 GB",
        explanation=("A protobuf message would be larger than 2 GB, the limit of the format."),
        remedies=(advice("Store the weights in variables instead of the graph."),),
        source="",
        examples=(
            Example("ValueError: GraphDef cannot be larger than 2GB.", subject="protobuf of 2 GB"),
        ),
    ),
    Rule(
        name="recursion",
        said=(
            r"RecursionError",
            r"maximum recursion depth exceeded",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="recursion depth",
        explanation=("The model is nested more deeply than the recursion limit of Python allows."),
        remedies=(
            advice(
                "Raise the recursion limit before you load the model.",
                "sys.setrecursionlimit(10_000)",
            ),
        ),
        source="",
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
        source="",
        examples=(
            Example(
                ("RuntimeError: Unable to create attribute (object header message is too large)"),
                subject="HDF5 attribute of 64 KB",
            ),
        ),
    ),
    Rule(
        name="out-of-memory",
        said=(
            r"OOM when allocating tensor(?: with shape ?(?P<shape>\[[\d,]+\]))?",
            r"RESOURCE_EXHAUSTED",
            r"ResourceExhausted",
            r"MemoryError",
            r"std::bad_alloc",
            r"[Cc]annot allocate memory",
            r"Unable to allocate",
            r"ran out of memory",
            r"[Oo]ut of memory",
            r"memory exhausted",
            r"Killed\b",
            r"Allocation of \d+ exceeds",
            r"failed to allocate (?:memory|\d)",
            r"OutOfMemory",
            r"Failed to allocate memory",
            r"exceeds \d+% of (?:free )?system memory",
            r"(?i:arena size is too small)",
            r"AllocateTensors\(\) failed",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="memory {shape}",
        explanation=("There is not enough memory to load or run the model."),
        remedies=(advice("Use a smaller batch or a machine with more memory."),),
        source="",
        examples=(
            Example(
                "ResourceExhaustedError: OOM when allocating tensor with shape[9,9]",
                subject="memory [9,9]",
            ),
        ),
    ),
)

SYSTEM_LIMITS = (
    Rule(
        name="limits-of-the-system",
        said=(
            r"No space left on device",
            r"Too many open files",
            r"Resource temporarily unavailable",
            r"Errno 28",
            r"Errno 24",
            r"Thread creation failed",
            r"can't start new thread",
        ),
        facts=(Fact("TODO", lambda s: "unable to lock file" not in s.text),),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="the system",
        explanation=("The system has run out of disk space, open files or threads."),
        remedies=(advice("Free some of it, or raise the limit."),),
        source="",
        examples=(Example("OSError: [Errno 28] No space left on device", subject="the system"),),
    ),
)
