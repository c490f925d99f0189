"""Memory of a GPU, a browser or a notebook, and GPUs that were set up too late."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_MEMORY = Cause.RESOURCE_EXHAUSTED
_DEVICE = Cause.DEVICE_OR_GPU
_SMALLER = advice("Use a smaller batch, or close other programs that use this memory.")

SHORTAGE = (
    Rule(
        name="gpu-memory-full",
        said=(
            r"Dst tensor is not initialized",
            r"GPU sync failed: CUDA_ERROR_OUT_OF_MEMORY",
            r"Failed to (?:allocate|create)[^\n]{0,60}(?:scratch|workspace) (?:memory|buffer)",
        ),
        certainty=LIKELY,
        cause=_MEMORY,
        subject="GPU memory",
        explanation="A tensor could not be copied to the GPU: most often its memory is full.",
        remedies=(_SMALLER,),
        source="tensorflow/core/common_runtime/copy_tensor.cc",
        examples=(
            Example(
                "InternalError: Dst tensor is not initialized.\n\t [[{{node dense/Assign}}]]",
                subject="GPU memory",
            ),
        ),
    ),
    Rule(
        name="session-memory-full",
        said=(
            r"(?:after )?using all available RAM",
            r"Array buffer allocation failed",
            r"Invalid array (?:buffer )?length",
            r"cannot allocate vector of size (?P<size>[\d.]+ [KMGT]b)",
            r"GC overhead limit exceeded",
        ),
        certainty=CERTAIN,
        cause=_MEMORY,
        subject="memory {size}",
        explanation="There is not enough memory to load or run the model.",
        remedies=(_SMALLER,),
        source="public report",
        examples=(
            Example("Your session crashed after using all available RAM.", subject="memory"),
            Example("RangeError: Array buffer allocation failed", subject="memory"),
        ),
    ),
    Rule(
        name="browser-gpu-lost",
        said=(
            r"CONTEXT_LOST_(?P<part>WEBGL)",
            r"(?P<part>WebGL) context (?:was )?lost",
            r"Failed to (?:compile|link) (?:fragment|vertex|vertex and fragment) (?P<part>shader)",
            r"Unable to create (?P<part>WebGL\w*)",
        ),
        certainty=ONE_OF,
        cause=_DEVICE,
        subject="{part}",
        explanation="The browser cannot run the model on this GPU.",
        remedies=(advice("Use another backend, such as tf.setBackend('wasm')."),),
        alternatives=(
            Alternative(
                cause=_MEMORY,
                explanation="The memory of the GPU is full.",
                decides="tf.memory(): does the number of tensors grow?",
            ),
        ),
        source="tfjs-backend-webgl/src/webgl_util.ts",
        examples=(
            Example("WebGL: CONTEXT_LOST_WEBGL: loseContext: context lost", subject="WEBGL"),
        ),
    ),
    Rule(
        name="gpu-set-up-too-late",
        said=(
            r"(?P<part>Physical|Virtual|Visible|Logical) devices cannot be modified after being "
            r"initialized",
            r"(?P<part>Memory growth) cannot (?:be set after|differ)",
            r"Cannot set (?P<part>memory growth) on device when virtual devices configured",
        ),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{part} of the GPU",
        explanation="The program changes the settings of a GPU that TensorFlow already uses.",
        remedies=(advice("Set them directly after the import of TensorFlow, for all GPUs alike."),),
        source="tensorflow/python/eager/context.py",
        examples=(
            Example(
                "RuntimeError: Physical devices cannot be modified after being initialized",
                subject="Physical of the GPU",
            ),
        ),
    ),
    Rule(
        name="gpu-platform-absent",
        said=(
            r"Could not find registered (?P<part>platform) with (?:id|name)",
            r"device (?P<part>\S+) not supported by XLA service",
            r"we expect the following devices to be available",
            r"Can ?not open (?P<part>OpenCL) library",
            r"[Ll]ibrary \W?(?P<part>lib(?:OpenCL|vulkan|GLES\w*)\S*\.so)\W? not found",
            r"No (?P<part>OpenGL|OpenCL|Vulkan|Metal)\S* (?:device|context|platform)",
            r"(?P<part>eglMakeCurrent|eglCreateContext|clGetPlatformIDs)\b[^\n]*(?:fail|error)",
        ),
        named=(r"with `?(?P<part>gpus=\d+)",),
        certainty=CERTAIN,
        cause=_DEVICE,
        subject="{part}",
        explanation="The program asks for a GPU that this machine does not have.",
        remedies=(advice("Run the model on the CPU, or on a machine with such a GPU."),),
        source="tensorflow/compiler/xla/stream_executor/multi_platform_manager.cc; "
        "tensorflow/lite/delegates/gpu",
        examples=(
            Example(
                "Could not find registered platform with id: 0x13d0e5ac0. Available platform ids "
                "are: METAL",
                subject="platform",
            ),
            Example(
                "Failed to initialize TensorFlow Lite GPU delegate: Can not open OpenCL library on "
                "this device",
                subject="OpenCL",
            ),
        ),
    ),
)
