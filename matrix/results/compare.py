"""Compares the outputs of two cells, element by element."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.evidence import Difference
from matrix.results.outputs.array_difference import ArrayDifference
from matrix.results.outputs.output_difference import Pair, badness
from matrix.results.outputs.output_facts import NOTHING_KNOWN, OutputFacts
from matrix.run.probe_output.records import CallRecord, TensorRecord


def _nothing(_key: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Side:
    """The calls of one check; `read` gives an array it stored, under the key in its record."""

    calls: Sequence[CallRecord]
    read: Callable[[str], Array | None] = _nothing


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a comparison found: the worst disagreement, and how far apart all the rest is.

    `note` tells of outputs that are no proof, because noise decides what was picked. `compared` is
    false where there were no others.
    """

    worst: Difference | None
    max_abs_diff: float = 0.0
    max_rel_diff: float = 0.0
    note: str = ""
    compared: bool = True


def comparable(
    reference: Sequence[CallRecord], calls: Sequence[CallRecord]
) -> list[tuple[CallRecord, CallRecord]]:
    """The calls that both cells made with the same inputs, and whose outputs can be matched.

    A call that answers otherwise the second time (random ops, counters) can be compared with none.
    """
    theirs = {call.signature: call for call in reference if call.is_steady}
    pairs = [
        (theirs[call.signature], call)
        for call in calls
        if call.is_steady and call.signature in theirs
    ]
    return [pair for pair in pairs if _same_inputs(*pair) and _matched(*pair) is not None]


@dataclass(frozen=True, kw_only=True)
class _OutputComparison:
    """How far one output is apart, or why that is no proof."""

    difference: Difference | None = None
    apart: ArrayDifference = field(default_factory=ArrayDifference)
    note: str = ""


def compare(
    reference: Side,
    ours: Side,
    numerics: Numerics | None = None,
    about: OutputFacts = NOTHING_KNOWN,
) -> Comparison | None:
    """How far two cells are apart; `None` where nothing they did can be compared.

    `about` says which outputs are picked by comparing. Those in another order agree. With inputs
    made by this tool, near ties may decide: then the others are noted and count for nothing.
    """
    pairs = comparable(reference.calls, ours.calls)
    if not pairs:
        return None
    outputs: list[_OutputComparison] = []
    for theirs, mine in pairs:
        if len(theirs.outputs or ()) != len(mine.outputs or ()):
            outputs.append(_OutputComparison(difference=_other_number(theirs, mine)))
            continue
        for pair in _outputs(theirs, mine, reference, ours):
            op = about.op_behind(mine.signature, pair.theirs)
            allowed = (numerics or Numerics()).within_a_step(about.step_of(pair.theirs))
            outputs.append(_compare_output(pair, op, allowed, made=about.made))
    return _concluded(outputs)


def _concluded(outputs: Sequence[_OutputComparison]) -> Comparison:
    differences = [output.difference for output in outputs if output.difference]
    notes = [output.note for output in outputs if output.note]
    largest = functools.reduce(
        operator.or_, (output.apart for output in outputs), ArrayDifference()
    )
    return Comparison(
        worst=max(differences, key=badness, default=None),
        max_abs_diff=largest.max_abs_diff,
        max_rel_diff=largest.max_rel_diff,
        note=" ".join(notes),
        compared=len(notes) < len(outputs),
    )


def _other_number(theirs: CallRecord, mine: CallRecord) -> Difference:
    text = f"has {len(mine.outputs or ())} outputs instead of {len(theirs.outputs or ())}"
    return Difference(output=mine.signature, max_abs_diff=None, explanation=text)


def _compare_output(
    pair: Pair, op: str | None, numerics: Numerics, *, made: bool
) -> _OutputComparison:
    difference, apart = pair.compared(numerics)
    if difference is None or op is None:
        return _OutputComparison(difference=difference, apart=apart)
    if note := _picked(pair, op, difference, numerics, made=made):
        return _OutputComparison(note=note)
    return _OutputComparison(difference=difference)


def _outputs(theirs: CallRecord, mine: CallRecord, reference: Side, ours: Side) -> Iterator[Pair]:
    for their_output, our_output in _matched(theirs, mine) or ():
        yield Pair(
            label=f"{mine.signature}: {their_output.name}",
            theirs=their_output,
            ours=our_output,
            arrays=_stored(their_output, our_output, reference, ours),
        )


def _picked(
    pair: Pair, op: str, difference: Difference, numerics: Numerics, *, made: bool
) -> str | None:
    """What to say of an output that an op has picked; `None` where it counts as different."""
    if pair.same_in_another_order(numerics):
        return f"{pair.label} has the same values in a different order, and {op} decides the order."
    if not made:
        return None
    return (
        f"{pair.label} {difference.explanation}. This is not counted as a difference: {op} "
        "selects values by comparison, and with generated inputs very close values decide. Use "
        "--inputs with real data."
    )


def _same_inputs(reference: CallRecord, call: CallRecord) -> bool:
    """By name; if Keras renamed them, by their order."""
    theirs, ours = (
        [(tensor.name, tensor.digest) for tensor in side.inputs] for side in (reference, call)
    )
    if {name for name, _ in theirs} == {name for name, _ in ours}:
        return sorted(theirs) == sorted(ours)
    return [digest for _, digest in theirs] == [digest for _, digest in ours]


def _matched(
    reference: CallRecord, call: CallRecord
) -> list[tuple[TensorRecord, TensorRecord]] | None:
    """The outputs in pairs, `None` where nobody can tell which is which.

    Keras names outputs otherwise from version to version. Then a single one is the same under any
    name, and several are where types and shapes agree in their order.
    """
    theirs = {tensor.name: tensor for tensor in reference.outputs or ()}
    ours = {tensor.name: tensor for tensor in call.outputs or ()}
    if len(theirs) != len(ours):
        return []
    if theirs.keys() == ours.keys():
        return [(theirs[name], ours[name]) for name in theirs]
    pairs = list(zip(theirs.values(), ours.values(), strict=True))
    alike = all((a.dtype, a.shape) == (b.dtype, b.shape) for a, b in pairs)
    return pairs if alike or len(pairs) == 1 else None


def _stored(
    their_output: TensorRecord, our_output: TensorRecord, reference: Side, ours: Side
) -> tuple[Array, Array] | None:
    """Both tensors whole, where both were stored."""
    if their_output.digest == our_output.digest:
        return None
    if not their_output.stored or not our_output.stored:
        return None
    a, b = reference.read(their_output.stored), ours.read(our_output.stored)
    return None if a is None or b is None or a.size != b.size else (a, b)
