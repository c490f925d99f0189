"""The judgement on many models in few lines: what is said of several is said once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.gate.baseline import Kind
from reports.gate.evaluation import Evaluation
from reports.gate.judgement import WORSE, Judgement, met, since
from reports.gate.sentence import Sentence, together
from reports.gate.told_changes import ToldChange

# Lines of a kind; the report has all models.
MOST = 20


def judged_together(evaluation: Evaluation, most: int = MOST) -> Judgement:
    """The same as `judged` says, grouped, and at most so many lines of each kind."""
    failing = evaluation.failing
    news = [(text, not failing.isdisjoint(some)) for text, some in evaluation.news.failing_with()]
    told = evaluation.told
    return Judgement(
        errors=(
            *together(evaluation.missed, most),
            *(f"{WORSE}{text}" for text, is_worse in news if is_worse),
            *_changed([one for one in told if one.is_worse], most, WORSE),
        ),
        warnings=(*evaluation.gate.lacking, *evaluation.reviewed[:most]),
        notices=(
            *met(evaluation),
            *together(evaluation.barely, most),
            *together(evaluation.tolerated, most),
            *since(evaluation),
            *(text for text, is_worse in news if not is_worse),
            *_changed([one for one in told if not one.is_worse], most),
        ),
    )


def _changed(changes: Sequence[ToldChange], most: int, before: str = "") -> Iterator[str]:
    """What changed since the baseline, by kind, worst first."""
    for kind in Kind:
        said = [
            Sentence(one.model, f"{before}{one.without_model}")
            for one in changes
            if one.kind is kind
        ]
        yield from together(said, most)
