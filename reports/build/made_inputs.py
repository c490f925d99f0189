"""Calls that failed with inputs made by this tool: that is said of our inputs, not of a release."""

from __future__ import annotations

from matrix.results.result import ModelResult
from matrix.run.probe_output.records import CallRecord, ErrorRecord

# Failures of calls that no other input would mend: variables without a value, ops without a kernel.
_NOT_FOR_INPUTS = ("FailedPreconditionError", "NotFoundError", "UnimplementedError")


def on_made_inputs(result: ModelResult) -> str:
    """That nothing but made inputs was tried where every call failed: the model may be right."""
    calls = [call for cell in result.cells for check in cell.checks for call in check.calls]
    if not calls or not all(call.made and _inputs_may_matter(call) for call in calls):
        return ""
    return " Every call failed with generated inputs: give valid inputs with --inputs."


def _inputs_may_matter(call: CallRecord) -> bool:
    """Whether a call failed for what it was fed, as far as the kind of its failure tells."""
    error = call.error or ErrorRecord()
    return error.type not in _NOT_FOR_INPUTS and not error.mentions("No OpKernel")
