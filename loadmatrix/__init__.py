"""In which TensorFlow releases does a model load and run, and why not in the others?

The command `loadmatrix` as functions, for scripts, notebooks and tests:

* `inspect` reads a model without TensorFlow: what it is, who wrote it, whether it is damaged;
* `predict` says from its bytes alone where it will load;
* `run` loads and runs it in an environment of each release, and gives the report;
* `explain` finds the cause of an error and what to do.

They depend on their arguments alone: `[tool.loadmatrix]` of a `pyproject.toml` is not read.
Whatever they cannot do is a `LoadmatrixError`, whose text is one or more sentences that say what
happened and what to do; an argument of a wrong type is a `TypeError`. They print nothing unless
asked, and leave the folder, the environment, the signal handlers and the logging of their caller
alone, so that they work in threads and notebooks.

Nothing heavy is imported before a function is called or a type is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loadmatrix.explanation import explain
    from loadmatrix.inspection import Inspection, inspect
    from loadmatrix.prediction import predict
    from loadmatrix.running import read_report, run
    from matrix.errors import (
        DamagedModel,
        LoadmatrixError,
        NothingTestable,
        RequirementsNotMet,
        UsageError,
    )
    from matrix.model.facts import ModelFacts, SignatureFacts, TensorFacts
    from matrix.model.integrity.finding import Finding
    from matrix.model.risks.risk import Risk
    from matrix.plan.prediction import Prediction
    from reports.report.cause import Alternative, Cause, Certainty, Diagnosis, Remedy
    from reports.report.cell_report import CellReport
    from reports.report.check_report import CheckReport
    from reports.report.model_report import ModelReport
    from reports.report.report import Report
    from reports.report.summary_report import LoadingAdvice, RangesReport, SummaryReport

    __version__: str

# Where each name comes from, which is imported when it is first asked for.
_PLACES = {
    "loadmatrix.explanation": ("explain",),
    "loadmatrix.inspection": ("Inspection", "inspect"),
    "loadmatrix.prediction": ("predict",),
    "loadmatrix.running": ("read_report", "run"),
    "matrix.errors": (
        *("DamagedModel", "LoadmatrixError", "NothingTestable"),
        *("RequirementsNotMet", "UsageError"),
    ),
    "matrix.model.facts": ("ModelFacts", "SignatureFacts", "TensorFacts"),
    "matrix.model.integrity.finding": ("Finding",),
    "matrix.model.risks.risk": ("Risk",),
    "matrix.plan.prediction": ("Prediction",),
    "reports.report.cause": ("Alternative", "Cause", "Certainty", "Diagnosis", "Remedy"),
    "reports.report.cell_report": ("CellReport",),
    "reports.report.check_report": ("CheckReport",),
    "reports.report.model_report": ("ModelReport",),
    "reports.report.report": ("Report",),
    "reports.report.summary_report": ("LoadingAdvice", "RangesReport", "SummaryReport"),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "Alternative",
    "Cause",
    "CellReport",
    "Certainty",
    "CheckReport",
    "DamagedModel",
    "Diagnosis",
    "Finding",
    "Inspection",
    "LoadingAdvice",
    "LoadmatrixError",
    "ModelFacts",
    "ModelReport",
    "NothingTestable",
    "Prediction",
    "RangesReport",
    "Remedy",
    "Report",
    "RequirementsNotMet",
    "Risk",
    "SignatureFacts",
    "SummaryReport",
    "TensorFacts",
    "UsageError",
    "__version__",
    "explain",
    "inspect",
    "predict",
    "read_report",
    "run",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from reports.report.tool import tool_version

        value: Any = tool_version()
    elif name in _PLACE_OF:
        import importlib

        from loadmatrix.beside import check_beside

        check_beside()
        value = getattr(importlib.import_module(_PLACE_OF[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
