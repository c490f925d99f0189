"""Facts that a rule may ask for besides words: of path, process, stage and versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.diagnosis.symptom import Symptom

# A fact that decides alone outweighs any number of others.
DECIDES = 100


@dataclass(frozen=True)
class Fact:
    """`words` finish the sentence `Applies where ...`; `weight` is how much it narrows down."""

    words: str
    holds: Callable[[Symptom], bool]
    weight: int = 1


LOADING = Fact("the model was being loaded", lambda s: s.ending in ("", "crashed") and s.loading)
