"""NumPy, and packages that were built for another version of it."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_ENV = Cause.ENV_IMPORT_FAILURE
# What NumPy 1.24 removed; NumPy 2 removed the rest of what is missed.
_GONE_IN_1_24 = frozenset(
    ("bool", "complex", "float", "int", "object", "str", "long", "unicode", "typeDict")
)
# What only NumPy 2 has.
_NEW = frozenset(("_core", "astype", "bitwise_count", "concat", "isdtype", "strings"))


def _with_that_name(_symptom: Symptom, match: Match) -> Iterator[Advice]:
    name = match["name"]
    if name in _NEW:
        yield advice("Install a newer NumPy.", "pip install -U numpy")
        return
    wanted = "numpy<1.24" if name in _GONE_IN_1_24 else "numpy<2"
    text = "Install a NumPy that has it, or newer versions of the packages that use it."
    yield advice(text, f"pip install '{wanted}'")


NUMPY = (
    Rule(
        name="numpy-name-absent",
        said=(
            r"module '?numpy'? has no attribute '?(?P<name>\w+)",
            r"`?np\.(?P<name>\w+)`? was (?:a deprecated alias|removed)",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="numpy",
        explanation=(
            "Code in this environment uses `numpy.{name}`, which the installed NumPy does not have."
        ),
        remedies=(_with_that_name,),
        source="numpy/__init__.py",
        examples=(
            Example("AttributeError: module 'numpy' has no attribute 'object'.", subject="numpy"),
            Example(
                "AttributeError: `np.unicode_` was removed in the NumPy 2.0 release.",
                subject="numpy",
            ),
        ),
    ),
    Rule(
        name="numpy-too-new",
        said=(
            r"compiled using NumPy 1\.x cannot be run",
            r"_ARRAY_API not found",
            r"numpy\.\w+ size changed[^\n]*Expected 88\b",
        ),
        certainty=CERTAIN,
        cause=_ENV,
        subject="numpy",
        explanation="A package in this environment was built for NumPy 1 and cannot use NumPy 2.",
        remedies=(
            advice(
                "Install NumPy 1, or a version of the package that was built for NumPy 2.",
                "pip install 'numpy<2'",
            ),
        ),
        source="numpy/core/_multiarray_umath.py",
        examples=(Example("AttributeError: _ARRAY_API not found", subject="numpy"),),
    ),
    Rule(
        name="numpy-too-old",
        said=(
            r"No module named '?numpy\._core",
            r"compiled against (?:ABI|API) version",
            r"Unable to convert function return value to a Python type! The signature was",
            r"numpy\.\w+ size changed[^\n]*Expected (?:9|[1-9]\d)\d",
        ),
        unless=(r"Expected 88\b",),
        certainty=CERTAIN,
        cause=_ENV,
        subject="numpy",
        explanation="A package in this environment was built for a newer NumPy than this one.",
        remedies=(
            advice("Install a newer NumPy that this TensorFlow allows.", "pip install -U numpy"),
        ),
        source="numpy/core/src/multiarray/multiarraymodule.c",
        examples=(
            Example(
                "RuntimeError: module compiled against API version 0x10 but this version of numpy "
                "is 0xf",
                subject="numpy",
            ),
            Example("ModuleNotFoundError: No module named 'numpy._core'", subject="numpy"),
        ),
    ),
    Rule(
        name="numpy-broken",
        said=(
            r"numpy\.core\.(?:_?multiarray\w*|umath) failed to import",
            r"Error importing numpy",
            r"Importing the numpy C-extensions failed",
            r"numpy\.\w+ size changed",
        ),
        certainty=LIKELY,
        cause=_ENV,
        subject="numpy",
        explanation=(
            "The installed NumPy is damaged, or does not match the package that imports it."
        ),
        remedies=(
            advice(
                "Install NumPy again, and then the package that imports it.",
                "pip install --force-reinstall numpy",
            ),
        ),
        source="numpy/core/__init__.py",
        examples=(
            Example("ImportError: numpy.core.multiarray failed to import", subject="numpy"),
            Example(
                "ImportError: Error importing numpy: you should not try to import numpy from its "
                "source directory",
                subject="numpy",
            ),
        ),
    ),
    Rule(
        name="numpy-on-a-symbolic-tensor",
        said=(
            r"Cannot convert a symbolic (?:tf\.)?[Tt]ensor[^\n]{0,160} to a "
            r"numpy array",
        ),
        certainty=ONE_OF,
        cause=_ENV,
        subject="numpy",
        explanation=(
            "TensorFlow 2.4 and older cannot build recurrent layers with NumPy 1.20 or newer."
        ),
        remedies=(
            advice(
                "With TensorFlow 2.4 or older: install an older NumPy.", "pip install 'numpy<1.20'"
            ),
        ),
        alternatives=(
            Alternative(
                cause=Cause.API_REMOVED,
                explanation="The code calls a NumPy function on a tensor that has no value yet.",
                decides='python -c "import numpy, tensorflow; print(numpy.__version__, '
                'tensorflow.__version__)"',
            ),
        ),
        source="tensorflow/python/framework/ops.py",
        examples=(
            Example(
                "NotImplementedError: Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a "
                "numpy array.",
                subject="numpy",
            ),
        ),
    ),
    Rule(
        name="numpy-array-of-objects",
        said=(r"Object arrays cannot be (?:loaded|saved) when allow_pickle=False",),
        certainty=ONE_OF,
        cause=Cause.API_REMOVED,
        subject="allow_pickle",
        explanation=(
            "NumPy 1.16.3 and newer read arrays of Python objects only if the code asks for it. "
            "The model is not the problem."
        ),
        remedies=(
            advice(
                "If you trust the file, read it with allow_pickle=True.",
                "np.load(path, allow_pickle=True)",
            ),
        ),
        alternatives=(
            Alternative(
                cause=_ENV,
                explanation="The code belongs to a package that needs an older NumPy.",
                decides="whose np.load the frames name",
            ),
        ),
        source="numpy/lib/format.py",
        examples=(
            Example(
                "ValueError: Object arrays cannot be loaded when allow_pickle=False",
                subject="allow_pickle",
            ),
        ),
    ),
    Rule(
        name="numpy-reads-a-pickle",
        said=(r"Cannot load file containing pickled data when allow_pickle=False",),
        certainty=ONE_OF,
        cause=_ENV,
        subject="numpy",
        explanation=(
            "The file that np.load reads holds pickled Python objects, which NumPy 1.16.3 and "
            "newer refuse."
        ),
        remedies=(
            advice(
                "If you trust the file, read it with allow_pickle=True.",
                "np.load(path, allow_pickle=True)",
            ),
        ),
        alternatives=(
            Alternative(
                cause=Cause.CORRUPT_OR_TRUNCATED,
                explanation="The file is no NumPy file: damaged, empty, or a failed download.",
                decides="head -c 8 FILE: a NumPy file begins with \\x93NUMPY or PK.",
            ),
        ),
        source="numpy/lib/npyio.py",
        examples=(
            Example(
                "ValueError: Cannot load file containing pickled data when allow_pickle=False",
                subject="numpy",
            ),
        ),
    ),
)
