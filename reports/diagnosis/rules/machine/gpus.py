"""What only a GPU can do, and GPUs whose libraries do not work."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import NO_EXCEPTION
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_DEVICE = Cause.DEVICE_OR_GPU
_CUDA_LIBRARY = (
    r"(?:lib)?(?:cu(?:dnn|blas|dart|fft|solver|sparse|rand|pti|da)|nvcuda|nvinfer|nccl)[\w.]*\w"
)
_ITS_CUDA = advice(
    "Install the CUDA and cuDNN versions of this TensorFlow release, or use the CPU."
)
_DRIVER = advice(
    "Install the driver, CUDA and cuDNN versions of this release, turn on memory growth, or hide "
    "the GPU.",
    "CUDA_VISIBLE_DEVICES=''",
)

GPUS = (
    Rule(
        name="kernel-for-a-gpu",
        said=(
            r"No (?:OpKernel was registered|registered '\w+' OpKernel)[^\n]{0,40}?(?:Op "
            r"|')'?(?P<op>\w*(?:Cudnn|CuDNN|Nccl|TRT)\w*)",
            r"(?s)<no registered kernels>.{0,300}?[/\[](?P<op>\w*(?:Cudnn|CuDNN|Nccl|TRT)\w*)",
            r"No registered '(?P<op>\w*(?:Cudnn|CuDNN|Nccl|TRT)\w*)' OpKernel",
            r"(?P<op>\w*CuDNN\w*)[^\n]{0,60}(?:requires|only[^\n]{0,20}on)[^\n]{0,20}\bGPU",
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
        source="tensorflow/core/framework/op_kernel.cc",
        examples=(
            Example(
                "No OpKernel was registered to support Op 'CudnnRNN' used by node x",
                subject="CudnnRNN",
            ),
            Example(
                "Registered devices: [CPU, XLA_CPU]\nRegistered kernels:\n  "
                "<no registered kernels>\n\n\t [[gru/CudnnRNN]]",
                subject="CudnnRNN",
            ),
        ),
        counter_examples=(
            Example("No OpKernel was registered to support Op 'Conv3D' with these attrs."),
        ),
    ),
    Rule(
        name="layout-for-a-gpu",
        said=(
            r"\b(?P<op>\w{1,60}) op currently only supports the NHWC tensor format on the CPU",
            r"\b(?P<op>\w{1,60}) (?:implementation )?only supports NHWC",
            r"only supports? NHWC",
            r"\b(?P<op>NCHW)\b[^\n]*(?:not supported|only)[^\n]*CPU",
        ),
        named=(
            r"\b(?P<op>\w{1,60}) op currently only",
            r"\[\[[^\n]*?node:? (?P<op>[\w/.-]+)",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{op}",
        explanation=(
            "`{op}` uses the channels-first layout (NCHW), which TensorFlow supports on GPUs only."
        ),
        remedies=(advice("Run the model on a GPU, or export it with the channels-last layout."),),
        source="tensorflow/core/kernels/conv_ops.cc",
        examples=(
            Example(
                "The Conv2D op currently only supports the NHWC tensor format on the CPU.",
                subject="Conv2D",
            ),
            Example(
                "Default MaxPoolingOp only supports NHWC on device type CPU",
                subject="MaxPoolingOp",
            ),
        ),
    ),
    Rule(
        name="groups-for-a-gpu",
        said=(
            r"\b(?P<op>\w{1,60}) (?:op |implementation )?(?:currently )?does not support (?P<what>"
            r"grouped convolutions)",
        ),
        certainty=LIKELY,
        cause=_DEVICE,
        subject="{op}",
        explanation="`{op}` of this TensorFlow has no grouped convolutions on the CPU.",
        remedies=(advice("Run the model on a GPU, or export it without grouped convolutions."),),
        source="tensorflow/core/kernels/conv_ops.cc",
        examples=(
            Example(
                "UnimplementedError: The Conv2D op currently does not support grouped convolutions "
                "on the CPU. A grouped convolution was attempted to be run",
                subject="Conv2D",
            ),
            Example(
                "UnimplementedError: Fused conv implementation does not support grouped "
                "convolutions for now.",
                subject="conv",
            ),
        ),
    ),
    Rule(
        name="cuda-library",
        said=(
            rf"(?<!dlerror: )(?<![\w.])(?P<library>{_CUDA_LIBRARY}): cannot open shared object",
            rf"Could not load library (?P<library>{_CUDA_LIBRARY})",
            rf"Could not find '?(?P<library>{_CUDA_LIBRARY})'?\. TensorFlow requires",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{library}",
        explanation="The CUDA library `{library}`, which this TensorFlow needs, was not found.",
        remedies=(_ITS_CUDA,),
        source="tensorflow/python/platform/self_check.py",
        examples=(
            Example(
                "ImportError: libcublas.so.9.0: cannot open shared object file: No such file",
                subject="libcublas.so.9.0",
            ),
            Example(
                "Could not load library cudnn_cnn_infer64_8.dll. Error code 126",
                subject="cudnn_cnn_infer64_8.dll",
            ),
        ),
    ),
    Rule(
        name="cuda-library-at-import",
        said=(rf"ImportError: (?P<library>{_CUDA_LIBRARY}): cannot open shared object",),
        facts=(
            Fact(
                "TensorFlow was being imported",
                lambda s: (
                    s.stage == "import"
                    or "pywrap_tensorflow" in s.text
                    or "tensorflow/__init__.py" in s.text
                ),
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{library}",
        explanation=(
            "TensorFlow cannot be imported: this build of it needs the CUDA library `{library}`, "
            "which was not found."
        ),
        remedies=(_ITS_CUDA,),
        source="tensorflow/python/pywrap_tensorflow.py",
        examples=(
            Example(
                "ImportError: libcublas.so.10.0: cannot open shared object file: No such file or "
                "directory\nfrom tensorflow.python import pywrap_tensorflow",
                subject="libcublas.so.10.0",
            ),
        ),
        counter_examples=(
            Example("ImportError: libcublas.so.9.0: cannot open shared object file: No such file"),
        ),
    ),
    Rule(
        name="cuda-library-in-the-log",
        said=(
            rf"Could not (?:load|dlopen)[^\n]*?(?P<library>{_CUDA_LIBRARY})",
            rf"dlerror: (?P<library>{_CUDA_LIBRARY})",
            r"failed call to cuInit: (?P<library>\w+)",
            r"no CUDA-capable device is detected",
            r"Cannot dlopen some (?P<library>GPU libraries)",
            r"Ignoring visible gpu device[^\n]{0,200}(?P<library>compute capability:? [\d.]*\d)",
        ),
        facts=(NO_EXCEPTION,),
        certainty=LIKELY,
        cause=_DEVICE,
        subject="{library}",
        explanation=(
            "TensorFlow cannot use the GPU of this machine ({library}). It runs on the CPU instead."
        ),
        remedies=(_ITS_CUDA,),
        source="tensorflow/stream_executor/platform/default/dso_loader.cc",
        examples=(
            Example(
                "Could not load dynamic library 'libcudart.so.11.0'; dlerror: no such file",
                subject="libcudart.so.11.0",
            ),
        ),
        counter_examples=(
            Example(
                "Could not load dynamic library 'libcudart.so.11.0'; dlerror: no such file\n"
                "google.protobuf.message.DecodeError: Error parsing message"
            ),
        ),
    ),
    Rule(
        name="session-not-created",
        said=(r"(?:InternalError|errors_impl\.\w+): (?P<what>Failed to create session)",),
        certainty=ONE_OF,
        cause=_DEVICE,
        subject="session",
        explanation="TensorFlow could not set up the devices of this machine: the log names them.",
        remedies=(_DRIVER,),
        alternatives=(
            Alternative(
                cause=Cause.RESOURCE_EXHAUSTED,
                explanation="Another process holds the memory of the GPU.",
                decides="nvidia-smi",
            ),
        ),
        source="tensorflow/core/common_runtime/direct_session.cc",
        examples=(Example("InternalError: Failed to create session.", subject="session"),),
    ),
    Rule(
        name="cudnn",
        said=(
            r"(?P<status>(?:CUDNN|CUBLAS|CUSOLVER|CUSPARSE|CUFFT)_STATUS_\w+)",
            r"(?P<status>CUDA_ERROR_(?!OUT_OF_MEMORY|NO_DEVICE)\w+)",
            r"(?P<status>DNN library) is not found",
            r"Failed to get (?P<status>convolution) algorithm",
            r"(?P<status>Blas \w*GEMM\w*) launch failed",
            r"Attempting to perform (?P<status>BLAS) operation using StreamExecutor without",
            r"(?P<status>No algorithm) worked",
            r"(?P<status>CUDA (?:driver|runtime))[^\n]*(?:insufficient|version|error)",
            r"(?P<status>GPU sync) failed",
            r"CUDA runtime implicit initialization on (?P<status>GPU:\d+) failed"
            r"(?!\.? Status: out of memory)",
            r"(?P<status>device kernel image) is invalid",
            r"(?P<status>DNN library) initialization failed",
            r"\b(?P<status>cuda[A-Z]\w{2,40})\(\) failed",
            r"(?P<status>libdevice)[^\n]*not found",
            r"(?P<status>ptxas)[^\n]*(?:fail|fatal|returned [1-9]\d|exited)",
            r"(?P<status>JIT) compilation failed",
            r"(?P<status>cuDNN) (?:launch failure|version|RNN)",
            r"(?:Loaded|runtime) (?P<status>CuDNN) library[^\n]*but source was compiled",
            r"no (?P<status>kernel image) is available for execution",
            r"no supported devices found for platform (?P<status>CUDA)",
        ),
        unless=(r"CUDA_ERROR_OUT_OF_MEMORY",),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{status}",
        explanation=(
            "The GPU or its driver reports an error: CUDA, cuDNN and this TensorFlow do not "
            "match, or the GPU has no free memory."
        ),
        remedies=(_DRIVER,),
        source="tensorflow/stream_executor/cuda/cuda_dnn.cc",
        examples=(
            Example(
                "Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR",
                subject="CUDNN_STATUS_INTERNAL_ERROR",
            ),
            Example(
                "UnknownError: Failed to get convolution algorithm. This is probably because cuDNN "
                "failed to initialize",
                subject="convolution",
            ),
            Example("InternalError: Blas GEMM launch failed : a.shape=(1, 4)", subject="Blas GEMM"),
        ),
    ),
)
