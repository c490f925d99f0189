"""The native part of TensorFlow does not start: the processor, its libraries, file systems."""

from __future__ import annotations

import re

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.report.cause import Alternative, Cause

_ENV = Cause.ENV_IMPORT_FAILURE
# A path begins where none goes on: else every place in a long one would be tried.
_LIB = r"(?<![^\s'\":,(])(?P<library>[^\s'\":,]{0,400}\.(?:so|dylib|dll|pyd)[\d.]*)"

NATIVE_RUNTIME = (
    Rule(
        name="no-avx",
        said=(r"compiled to use (?P<flag>[A-Z0-9._]+) instructions, but these aren't available",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="CPU instructions {flag}",
        explanation=(
            "The wheels of this TensorFlow use instructions (such as AVX) that this "
            "processor does not support."
        ),
        remedies=(advice("Use a processor with AVX, or a build of TensorFlow without it."),),
        source="tensorflow/core/platform/cpu_feature_guard.cc",
        examples=(
            Example(
                "The TensorFlow library was compiled to use AVX2 instructions, but "
                "these aren't available on your machine.",
                subject="CPU instructions AVX2",
            ),
        ),
    ),
    Rule(
        name="illegal-instruction-at-import",
        said=(r"(?i:illegal instruction)", r"SIGILL", r"(?i:0xC000001D)"),
        facts=(
            Fact(
                "the process died while TensorFlow was imported",
                lambda s: (
                    s.stage == "import" or s.ending == "broken" or "import tensorflow" in s.text
                ),
            ),
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="CPU instructions",
        explanation=(
            "The wheels of this TensorFlow use instructions (such as AVX) that this "
            "processor does not support."
        ),
        remedies=(advice("Use a processor with AVX, or a build of TensorFlow without it."),),
        source="public report",
        examples=(
            Example(
                "Illegal instruction (core dumped) after import tensorflow",
                subject="CPU instructions",
            ),
        ),
        counter_examples=(Example("Illegal instruction (core dumped)"),),
    ),
    Rule(
        name="program-without-its-library",
        said=(
            r"error while loading shared libraries: "
            r"(?P<library>lib(?!cu|nvinfer|nccl|edgetpu|OpenCL|vulkan)[\w.+-]*\w)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{library}",
        explanation="The program does not start: the system does not find `{library}`.",
        remedies=(
            advice("Install it, or name its folder.", "export LD_LIBRARY_PATH=FOLDER_OF_LIBRARY"),
        ),
        source="ld.so (glibc)",
        examples=(
            Example(
                "./run: error while loading shared libraries: libtensorflow_cc.so.2: cannot open "
                "shared object file: No such file or directory",
                subject="libtensorflow_cc.so.2",
            ),
        ),
        counter_examples=(
            Example(
                "error while loading shared libraries: libcublas.so.9.0: cannot open shared object "
                "file: No such file"
            ),
        ),
    ),
    Rule(
        name="op-library-absent",
        said=(
            r"NotFoundError: (?P<library>[^\s:'\"]{0,400}[\\/][\w.+-]+\.so): cannot open shared "
            r"object",
        ),
        certainty=ONE_OF,
        cause=_ENV,
        subject="{library}",
        explanation="The library of ops `{library}` does not exist: its package was not built.",
        remedies=(advice("Build or install the package that has these ops, as its readme says."),),
        alternatives=(
            Alternative(
                cause=Cause.MISSING_FILE,
                explanation="It was built, and lies in another folder.",
                decides="find / -name NAME_OF_LIBRARY",
            ),
        ),
        source="tensorflow/python/framework/load_library.py",
        examples=(
            Example(
                "NotFoundError: /m/python/ops/_x_ops.so: cannot open shared object file: No such "
                "file or directory",
                subject="/m/python/ops/_x_ops.so",
            ),
        ),
    ),
    Rule(
        name="library-absent",
        said=(
            r"(?:ImportError|NotFoundError|OSError)[^\n]{0,20}?: "
            r"(?P<library>lib(?!cu|nvinfer|nccl|edgetpu|OpenCL|vulkan)[\w.+-]+\.so[\d.]*): "
            r"cannot open shared object",
            r"(?P<library>libtensorflow[\w.]*): cannot open shared object",
            r"UnsatisfiedLinkError[^\n]*?(?P<library>\w*(?i:tensorflow(?: ?lite)?)\w*)",
            r"Cannot find TensorFlow native library for (?P<library>OS: [\w ,:]+)?",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{library}",
        explanation="An imported package needs the library `{library}`, which is not installed.",
        remedies=(
            advice("Install it with the package manager of the system, or reinstall that package."),
        ),
        source="ld.so (glibc)",
        examples=(
            Example(
                "ImportError: libhdf5.so.103: cannot open shared object file: No such file",
                subject="libhdf5.so.103",
            ),
            Example(
                "java.lang.UnsatisfiedLinkError: Failed to load native TensorFlow Lite methods.",
                subject="TensorFlow Lite",
            ),
        ),
        counter_examples=(
            Example("ImportError: libcublas.so.9.0: cannot open shared object file: No such file"),
        ),
    ),
    Rule(
        name="file-system-absent",
        said=(r"File system scheme '(?P<scheme>\w+)' not implemented",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{scheme}",
        explanation=(
            "This TensorFlow cannot read addresses of the kind `{scheme}:`: another package has "
            "the code for it."
        ),
        remedies=(
            advice(
                "Install and import tensorflow-io, or copy the model to a local folder.",
                "pip install tensorflow-io",
            ),
        ),
        source="tensorflow/core/platform/env.cc",
        examples=(
            Example(
                "UnimplementedError: File system scheme 's3' not implemented (file: 's3://b/m')",
                subject="s3",
            ),
        ),
        counter_examples=(
            Example("UnimplementedError: File system scheme '[local]' not implemented (file: x)"),
        ),
    ),
    Rule(
        name="native-runtime",
        said=(
            r"Failed to load the native TensorFlow runtime",
            r"_pywrap_tensorflow_internal",
            r"initialization of _pywrap\w+ raised unreported exception",
        ),
        facts=(
            Fact(
                "an import failed",
                lambda s: (
                    s.ending == "broken"
                    or bool(re.search(r"ImportError|load the native|initialization of", s.text))
                ),
                0,
            ),
        ),
        certainty=LIKELY,
        cause=_ENV,
        subject="tensorflow",
        explanation="The native part of TensorFlow could not be loaded in this Python.",
        remedies=(advice("Reinstall TensorFlow for this Python version and this processor."),),
        source="tensorflow/python/pywrap_tensorflow.py",
        examples=(
            Example(
                "ImportError: Failed to load the native TensorFlow runtime.", subject="tensorflow"
            ),
            Example("Failed to load the native TensorFlow runtime.", subject="tensorflow"),
            Example(
                "SystemError: initialization of _pywrap_checkpoint_reader raised unreported "
                "exception",
                subject="tensorflow",
            ),
        ),
    ),
)
