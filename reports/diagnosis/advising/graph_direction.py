"""Advice about versions for graphs: to the releases that have an op or an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.version import Version

from matrix.catalogue.api_history import api_history
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.advising.direction import as_new_as_writer, spans_of
from reports.diagnosis.advising.writer import minor_text, older_than
from reports.diagnosis.symptom import Symptom

_FULL = advice(
    "Use the full tensorflow package: smaller builds (TensorFlow Serving, Java, TensorFlow.js, "
    "mobile) leave out ops."
)


def with_op(op: str, symptom: Symptom) -> Iterator[Advice]:
    """To releases that know an op of TensorFlow."""
    yield from _with(api_history().op_releases(op), symptom)


def with_kernel(op: str, symptom: Symptom) -> Iterator[Advice]:
    """To releases that can run an op: its definition may outlive its kernels."""
    yield from _with(api_history().kernel_releases(op), symptom)


def with_attribute(op: str, attribute: str, symptom: Symptom) -> Iterator[Advice]:
    """To releases in which an op has an attribute; nothing is known of ops of packages."""
    having = api_history().attribute_releases(op, attribute)
    yield from _with(having, symptom) if having else as_new_as_writer(symptom)


def is_gone(having: Sequence[str], symptom: Symptom) -> bool:
    """Whether the last release that has something is older than the one that reads."""
    last, reader = having[-1:], symptom.tf
    return bool(last and reader and Version(last[0]).release[:2] < reader.release[:2])


def in_reader(having: Sequence[str], symptom: Symptom) -> bool:
    """Whether the release that reads has something, as a whole package."""
    return minor_text(symptom.tf_loaded) in map(minor_text, having)


def _with(having: Sequence[str], symptom: Symptom) -> Iterator[Advice]:
    writer = minor_text(symptom.tf_saved)
    if in_reader(having, symptom):
        yield from _full(symptom)
    elif not is_gone(having, symptom) and writer and older_than(symptom, writer):
        # The graph may need more of its writer than this.
        yield from as_new_as_writer(symptom)
    else:
        spans = spans_of(having)
        for span in spans:
            yield Advice(text=f"Load it with {span}.", releases=span)
        if not spans:
            yield from _full(symptom)


def _full(symptom: Symptom) -> Iterator[Advice]:
    """The cells of a run have the full package."""
    if not symptom.in_cell:
        yield _FULL
