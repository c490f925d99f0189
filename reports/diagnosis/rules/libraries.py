"""Compiled libraries that cannot be loaded, or do not match TensorFlow."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_ENV = Cause.ENV_IMPORT_FAILURE
_SAME_VERSION = advice("Install the version of {package} that was built for this TensorFlow.")


def _library(symptom: Symptom, match: Match) -> Diagnosis:
    """A compiled library that does not fit what is loaded: named by the package it lies in."""
    path = match.groupdict().get("library") or ""
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
    rule("undefined-symbol", rf"{_LIB}['\"]?: undefined symbol", _library),
    rule("symbol-not-found", rf"(?:dlopen\()?{_LIB}[^\n]{{0,40}}Symbol not found", _library),
    rule(
        "library-not-loaded",
        rf"Library not loaded: {_LIB}|(?:mach-o|incompatible architecture)",
        _library,
    ),
    rule(
        "c-library-too-old",
        r"version [`'](?P<symbol>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found",
        answer(
            _ENV,
            "{symbol}",
            "The C library of this system is too old for this TensorFlow.",
            advice("Use a newer system or an older TensorFlow."),
        ),
    ),
    rule(
        "dll-load-failed",
        r"requires that this DLL|DLL load failed(?: while importing (?P<module>\w+))?",
        answer(
            _ENV,
            "{module}",
            "Windows could not load the native library of TensorFlow: a runtime library is "
            "missing, or the processor does not support the instructions it needs.",
            advice("Install the Visual C++ redistributable, and check that the CPU has AVX."),
        ),
    ),
    rule(
        "no-avx",
        r"compiled to use (?P<flag>[A-Z0-9._]+) instructions, but these aren't available|"
        r"Illegal instruction|SIGILL|0xC000001D",
        answer(
            _ENV,
            "CPU instructions {flag}",
            "The wheels of this TensorFlow use instructions (such as AVX) that this "
            "processor does not support.",
            advice("Use a processor with AVX, or a build of TensorFlow without it."),
        ),
        when=lambda s: s.ending in ("", "broken") or s.stage == "import",
    ),
    rule(
        "library-absent",
        r"(?:ImportError|NotFoundError)[^\n]{0,20}?: (?P<library>lib[\w.+-]+\.so[\d.]*): cannot "
        r"open shared object|UnsatisfiedLinkError|Cannot find TensorFlow native library|"
        r"(?P<own>libtensorflow[\w.]*): cannot open shared object",
        answer(
            _ENV,
            "{library}{own}",
            "The library `{library}{own}`, which TensorFlow needs, is not installed.",
            advice("Install {library}{own}, or the CPU build of TensorFlow."),
        ),
    ),
    rule(
        "native-runtime",
        r"Failed to load the native TensorFlow runtime|_pywrap_tensorflow_internal",
        answer(
            _ENV,
            "tensorflow",
            "The native part of TensorFlow could not be loaded in this Python.",
            advice("Reinstall TensorFlow for this Python version and this processor."),
        ),
        when=lambda s: "ImportError" in s.text or s.ending == "broken",
    ),
)
