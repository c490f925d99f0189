"""Outcomes of one cell that are about different models, joined into one."""

from __future__ import annotations

from dataclasses import replace

from matrix.run.outcome import Outcome
from matrix.run.probe_process import Verification


def together(outcome: Outcome, known: Outcome) -> Outcome:
    """An outcome with what is known of other models in the same cell; of the same ones it stays.

    What is known stands whatever came of the rest: where the cell was unavailable this time, say.
    """
    seen, before = outcome.verification, known.verification
    if before is None:
        return outcome
    tested = {check.partition(":")[0] for check in seen.checks} if seen else set()
    reused = {model: at for model, at in known.reused.items() if str(model) not in tested}
    return replace(
        outcome,
        seconds=max(outcome.seconds, 0.0 if seen else known.seconds),
        verification=_joined(seen, before) if seen else before,
        reused={**reused, **outcome.reused},
        models=None if outcome.models is None else tuple(sorted({*outcome.models, *reused})),
    )


def _joined(seen: Verification, before: Verification) -> Verification:
    probe = seen.probe
    if probe.imported and before.probe.imported:
        probe = replace(probe, isolation=probe.isolation.in_both(before.probe.isolation))
    return Verification(probe=probe, checks={**before.checks, **seen.checks})
