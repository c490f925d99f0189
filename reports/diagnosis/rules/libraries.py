"""Compiled libraries that cannot be loaded, or do not match TensorFlow."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.fact import Fact
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_ENV = Cause.ENV_IMPORT_FAILURE
_SAME_VERSION = advice("Install the version of {package} that was built for this TensorFlow.")


def _library(symptom: Symptom, match: Match) -> Diagnosis:
    """A compiled library that does not fit what is loaded: named by the package it lies in."""
    path = match["library"] or ""
    parts = path.replace("\\", "/").split("/")
    places = [n for n, part in enumerate(parts) if part in ("site-packages", "dist-packages")]
    package = parts[places[-1] + 1] if places and places[-1] + 1 < len(parts) else parts[-1]
    return diagnosis(
        symptom,
        match,
        _ENV,
        "{package}",
        "A library of `{package}` was built for a different TensorFlow. No file of the model is "
        "missing.",
        _SAME_VERSION,
        package=package or "a compiled library",
    )


# A path begins where none goes on: else every place in a long one would be tried.
_LIB = r"(?<![^\s'\":,(])(?P<library>[^\s'\":,]{0,400}\.(?:so|dylib|dll|pyd)[\d.]*)"

LIBRARIES = (
    Rule(
        name="undefined-symbol",
        said=(rf"{_LIB}['\"]?: undefined symbol",),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        explain=_library,
        source="",
        examples=(
            Example(
                ("NotFoundError: /a/site-packages/tensorflow_text/x.so: undefined symbol: _ZN"),
                subject="tensorflow_text",
            ),
        ),
    ),
    Rule(
        name="symbol-not-found",
        said=(rf"(?:dlopen\()?{_LIB}[^\n]{{0,40}}Symbol not found",),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        explain=_library,
        source="",
        examples=(
            Example("dlopen(/a/site-packages/p/q.so, 6): Symbol not found: _ZN", subject="p"),
        ),
    ),
    Rule(
        name="library-not-loaded",
        said=(rf"Library not loaded: {_LIB}|(?:mach-o|incompatible architecture)",),
        certainty=CERTAIN,
        cause=Cause.ENV_IMPORT_FAILURE,
        explain=_library,
        source="",
        examples=(
            Example(
                "ImportError: dlopen(x): Library not loaded: /usr/lib/libq.dylib",
                subject="libq.dylib",
            ),
        ),
    ),
    Rule(
        name="c-library-too-old",
        said=(r"version [`'](?P<symbol>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{symbol}",
        explanation=("The C library of this system is too old for this TensorFlow."),
        remedies=(advice("Use a newer system or an older TensorFlow."),),
        source="",
        examples=(
            Example(
                "ImportError: /lib64/libm.so.6: version `GLIBC_2.29' not found",
                subject="GLIBC_2.29",
            ),
        ),
    ),
    Rule(
        name="dll-load-failed",
        said=(
            r"requires that this DLL",
            r"DLL load failed(?: while importing (?P<module>\w+))?",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{module}",
        explanation=(
            "Windows could not load the native library of TensorFlow: a runtime library is "
            "missing, or the processor does not support the instructions it needs."
        ),
        remedies=(
            advice("Install the Visual C++ redistributable, and check that the CPU has AVX."),
        ),
        source="",
        examples=(
            Example(
                "ImportError: DLL load failed: The specified module could not be found.",
                subject="DLL load failed",
            ),
        ),
    ),
    Rule(
        name="no-avx",
        said=(
            (r"compiled to use (?P<flag>[A-Z0-9._]+) instructions, but these aren't available"),
            r"Illegal instruction",
            r"SIGILL",
            r"0xC000001D",
        ),
        facts=(Fact("TODO", lambda s: s.ending in ("", "broken") or s.stage == "import"),),
        certainty=CERTAIN,
        cause=_ENV,
        subject="CPU instructions {flag}",
        explanation=(
            "The wheels of this TensorFlow use instructions (such as AVX) that this "
            "processor does not support."
        ),
        remedies=(advice("Use a processor with AVX, or a build of TensorFlow without it."),),
        source="",
        examples=(
            Example(
                (
                    "The TensorFlow library was compiled to use AVX2 instructions, but "
                    "these aren't available on your machine."
                ),
                subject="CPU instructions AVX2",
            ),
        ),
    ),
    Rule(
        name="library-absent",
        said=(
            (
                r"(?:ImportError|NotFoundError)[^\n]{0,20}?: "
                r"(?P<library>lib[\w.+-]+\.so[\d.]*): cannot open shared object"
            ),
            r"UnsatisfiedLinkError",
            r"Cannot find TensorFlow native library",
            r"(?P<own>libtensorflow[\w.]*): cannot open shared object",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{library}{own}",
        explanation=("The library `{library}{own}`, which TensorFlow needs, is not installed."),
        remedies=(advice("Install {library}{own}, or the CPU build of TensorFlow."),),
        source="",
        examples=(
            Example(
                ("ImportError: libhdf5.so.103: cannot open shared object file: No such file"),
                subject="libhdf5.so.103",
            ),
        ),
    ),
    Rule(
        name="native-runtime",
        said=(
            r"Failed to load the native TensorFlow runtime",
            r"_pywrap_tensorflow_internal",
        ),
        facts=(Fact("TODO", lambda s: "ImportError" in s.text or s.ending == "broken"),),
        certainty=CERTAIN,
        cause=_ENV,
        subject="tensorflow",
        explanation=("The native part of TensorFlow could not be loaded in this Python."),
        remedies=(advice("Reinstall TensorFlow for this Python version and this processor."),),
        source="",
        examples=(
            Example(
                "ImportError: Failed to load the native TensorFlow runtime.", subject="tensorflow"
            ),
        ),
    ),
)
