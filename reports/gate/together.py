"""The judgement on many models in few lines: what is said of several is said once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.gate.baseline import Change, Kind
from reports.gate.evaluation import Evaluation
from reports.gate.judgement import Judgement, met, since, worse_in_words
from reports.gate.sentence import Sentence, together

# Lines of a kind; the report has all models.
MOST = 20


def judged_together(evaluation: Evaluation, most: int = MOST) -> Judgement:
    """The same as `judged` says, grouped, and at most so many lines of each kind."""
    errors = list(together(evaluation.missed, most))
    if evaluation.gate.fail_on_regression and (worse := evaluation.worse):
        errors.append(f"Worse than the baseline: {worse_in_words(worse, most)}.")
    return Judgement(
        errors=tuple(errors),
        warnings=tuple(evaluation.reviewed[:most]),
        notices=(
            *met(evaluation),
            *together(evaluation.tolerated, most),
            *since(evaluation),
            *evaluation.news.failing(),
            *_changed(evaluation.told_alone, most),
        ),
    )


def _changed(changes: Sequence[Change], most: int) -> Iterator[str]:
    """What changed since the baseline, by kind, worst first."""
    for kind in Kind:
        said = [_sentence(change) for change in changes if change.kind is kind]
        yield from together(said, most)


def _sentence(change: Change) -> Sentence:
    where = f"{change.loader} in {change.cell}: " if change.cell else ""
    return Sentence(change.model, f"{change.kind.value}: {where}{change.text}")
