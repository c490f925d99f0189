"""Files of a model that are lost or damaged, as the inspection found them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matrix.model.facts import Format
from matrix.model.integrity.finding import Finding, Kind
from matrix.prediction.rule import Case, Judgement, Rule, fails

_SAVED_MODELS = frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1})
_ASSETS = "assets/"
_TABLE = "InitializeTableFromTextFile"


def _damaged(case: Case) -> Judgement | None:
    """What a loader reads and is not what was saved; checksums are compared by every release."""
    for finding in _of_files(case):
        if finding.damaged and finding.concerns(case.loader.name):
            return fails(_without_stop(finding.sentence))
    return None


def _of_files(case: Case) -> Iterator[Finding]:
    for finding in case.subject.findings:
        # Only a table reads its asset while the model is loaded.
        if not (case.model.format in _SAVED_MODELS and finding.file.startswith(_ASSETS)):
            yield finding


def _asset(case: Case) -> Judgement | None:
    """A file of words that is gone, or has none, where a table is made from files."""
    if not any(op.startswith(_TABLE) for graph in case.contents.graphs for op in graph.ops):
        return None
    for finding in case.subject.findings:
        lost = finding.damaged or finding.kind is Kind.EMPTY
        if lost and finding.file.startswith(_ASSETS) and finding.concerns(case.loader.name):
            return fails(f"{_without_stop(finding.sentence)} Tables are filled from it")
    return None


def _variables(case: Case) -> Judgement | None:
    """TensorFlow 2 writes a checkpoint even without a variable, and looks for it."""
    if case.contents.has_variables or not any(graph.restores for graph in case.contents.graphs):
        return None
    return fails("variables/variables.index is missing, and the graph restores from it")


def _without_stop(sentence: str) -> str:
    return sentence.removesuffix(" Download or copy it again.")


def _rule(name: str, judge: Callable[[Case], Judgement | None], source: str) -> Rule:
    return Rule(name=name, judge=judge, source=source, formats=_SAVED_MODELS)


RULES = (
    Rule(
        name="damaged-file",
        judge=_damaged,
        source="matrix/model/integrity/",
        reads_contents=False,
    ),
    _rule("lost-asset", _asset, "tensorflow/core/kernels/lookup_util.cc"),
    _rule("lost-variables", _variables, "tensorflow/python/saved_model/load.py"),
)
