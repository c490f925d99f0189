"""Compiled libraries that cannot be loaded, or do not match TensorFlow."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_ENV = Cause.ENV_IMPORT_FAILURE
_SAME_VERSION = advice("Install the version of {package} that was built for this TensorFlow.")


def _library(symptom: Symptom, match: Match) -> Diagnosis | None:
    """A compiled library that does not fit what is loaded: named by the package it lies in."""
    parts = match["library"].replace("\\", "/").split("/")
    places = [n for n, part in enumerate(parts) if part in ("site-packages", "dist-packages")]
    known = (part for part in parts[:-1] if part.startswith("tensorflow_"))
    inside = places and places[-1] + 1 < len(parts)
    package = parts[places[-1] + 1] if inside else next(known, parts[-1])
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
        named=(_LIB,),
        certainty=CERTAIN,
        cause=_ENV,
        explain=_library,
        source="tensorflow/python/framework/load_library.py",
        examples=(
            Example(
                "NotFoundError: /a/site-packages/tensorflow_text/x.so: undefined symbol: _ZN",
                subject="tensorflow_text",
            ),
            Example(
                "NotFoundError: tensorflow_addons/custom_ops/_x_ops.so: undefined symbol: _ZN",
                subject="tensorflow_addons",
            ),
        ),
    ),
    Rule(
        name="symbol-not-found",
        said=(rf"(?:dlopen\()?{_LIB}[^\n]{{0,40}}[Ss]ymbol not found",),
        certainty=CERTAIN,
        cause=_ENV,
        explain=_library,
        source="tensorflow/python/framework/load_library.py (macOS)",
        examples=(
            Example("dlopen(/a/site-packages/p/q.so, 6): Symbol not found: _ZN", subject="p"),
        ),
    ),
    Rule(
        name="library-not-loaded",
        said=(rf"Library not loaded: {_LIB}",),
        certainty=CERTAIN,
        cause=_ENV,
        explain=_library,
        source="dyld (macOS)",
        examples=(
            Example(
                "ImportError: dlopen(x): Library not loaded: /usr/lib/libq.dylib",
                subject="libq.dylib",
            ),
        ),
    ),
    Rule(
        name="library-loaded-too-late",
        said=(rf"{_LIB}: cannot allocate memory in static TLS block",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{library}",
        explanation=(
            "The library `{library}` needs memory that is reserved when the process starts, and "
            "other libraries have used it up."
        ),
        remedies=(advice("Import TensorFlow first, or preload the library with LD_PRELOAD."),),
        source="ld.so (glibc)",
        examples=(
            Example(
                "ImportError: /usr/lib/libgomp.so.1: cannot allocate memory in static TLS block",
                subject="/usr/lib/libgomp.so.1",
            ),
        ),
    ),
    Rule(
        name="library-of-another-processor",
        said=(
            r"incompatible architecture \([^)]*\)",
            r"mach-o(?: file)?, but",
            r"wrong ELF class",
            r"cannot execute binary file: Exec format",
        ),
        named=(_LIB,),
        certainty=CERTAIN,
        cause=_ENV,
        subject="processor architecture",
        explanation="A compiled library was built for another kind of processor than this Python.",
        remedies=(
            advice("Install Python and its packages for the same processor (arm64 or x86_64)."),
        ),
        source="dyld (macOS), ld.so (Linux)",
        examples=(
            Example(
                "ImportError: dlopen(/a/x.so): mach-o file, but is an incompatible architecture "
                "(have 'x86_64', need 'arm64')",
                subject="processor architecture",
            ),
        ),
    ),
    Rule(
        name="c-library-too-old",
        said=(r"\b(?P<symbol>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]*\d)\W{0,2} not found",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="{symbol}",
        explanation="The C library of this system is too old for this TensorFlow.",
        remedies=(advice("Use a newer system, or an older TensorFlow."),),
        source="ld.so (glibc)",
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
            r"requires that this DLL[^\n]*",
            r"DLL load failed(?: while importing (?P<module>\w+))?",
            r"Could not find '?(?P<module>msvcp\w+\.dll)",
            r"\[WinError (?:126|127|193|1114)\]",
        ),
        named=(
            r"Could not find the DLL\(s\) '(?P<module>[\w.]+)",
            r"Error loading \"?[^\"\n]{1,300}?(?P<module>\w+)\.(?:dll|so|pyd)\b",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="DLL {module}",
        explanation=(
            "Windows could not load the native library of TensorFlow: a runtime library is "
            "missing, or the processor does not support the instructions it needs."
        ),
        remedies=(
            advice("Install the Visual C++ redistributable, and check that the CPU has AVX."),
        ),
        source="tensorflow/python/platform/self_check.py",
        examples=(
            Example(
                "ImportError: DLL load failed: The specified module could not be found.",
                subject="DLL",
            ),
            Example(
                "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: x",
                subject="DLL _pywrap_tensorflow_internal",
            ),
        ),
        counter_examples=(
            Example("ImportError: DLL load failed: The paging file is too small for this"),
        ),
    ),
)
