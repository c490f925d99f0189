"""Whether two cells compute the same: their outputs, element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.array_difference import ArrayDifference
from matrix.results.evidence import Difference
from matrix.results.output_difference import Pair, badness
from matrix.results.output_facts import NOTHING_KNOWN, OutputFacts
from matrix.run.records import CallRecord, TensorRecord


def _nothing(_key: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Side:
    """The calls of one check; `read` gives an array it stored, under the key in its record."""

    calls: Sequence[CallRecord]
    read: Callable[[str], Array | None] = _nothing


@dataclass(frozen=True, kw_only=True)
class Compared:
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


def compare(
    reference: Side,
    ours: Side,
    numerics: Numerics | None = None,
    about: OutputFacts = NOTHING_KNOWN,
) -> Compared | None:
    """How far two cells are apart; `None` where nothing they did can be compared.

    `about` says which outputs are picked by comparing: those in another order agree, and where the
    inputs know nothing of near ties, others are told and not compared against anybody.
    """
    found, gap, notes, compared = [], ArrayDifference(), [], False
    pairs = comparable(reference.calls, ours.calls)
    for theirs, mine in pairs:
        if len(theirs.outputs or ()) != len(mine.outputs or ()):
            text = f"has {len(mine.outputs or ())} outputs instead of {len(theirs.outputs or ())}"
            found.append(Difference(output=mine.signature, max_abs_diff=None, explanation=text))
            continue
        for pair in _outputs(theirs, mine, reference, ours):
            allowed = (numerics or Numerics()).within_a_step(about.step_of(pair.one))
            difference, apart = pair.compared(allowed)
            op = about.op_behind(mine.signature, pair.one)
            if difference and op:
                note = _picked(pair, op, difference, allowed, made=about.made)
                notes += [note] if note else []
                found += [] if note else [difference]
                continue
            compared = True
            found += [difference] if difference else []
            gap |= apart
    if not pairs:
        return None
    return Compared(
        worst=max(found, key=badness, default=None),
        max_abs_diff=gap.max_abs_diff,
        max_rel_diff=gap.max_rel_diff,
        note=" ".join(notes),
        compared=compared or bool(found),
    )


def _outputs(theirs: CallRecord, mine: CallRecord, reference: Side, ours: Side) -> Iterator[Pair]:
    for one, other in _matched(theirs, mine) or ():
        label = f"{mine.signature}: {one.name}"
        arrays = _stored(one, other, reference, ours)
        yield Pair(label=label, one=one, other=other, arrays=arrays)


def _picked(
    pair: Pair, op: str, difference: Difference, numerics: Numerics, *, made: bool
) -> str | None:
    """What to say of an output that an op has picked; `None` where it counts as different."""
    if pair.same_in_another_order(numerics):
        return f"{pair.label} has the same values in another order, which {op} decides."
    if not made:
        return None
    return (
        f"{pair.label} {difference.explanation}, which proves nothing: {op} picks by comparing, "
        "and with inputs made by this tool near ties decide. Give --inputs of your own."
    )


def _same_inputs(reference: CallRecord, call: CallRecord) -> bool:
    """By name; where Keras names them anew, by their order."""
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
    alike = all((one.dtype, one.shape) == (other.dtype, other.shape) for one, other in pairs)
    return pairs if alike or len(pairs) == 1 else None


def _stored(
    one: TensorRecord, other: TensorRecord, reference: Side, ours: Side
) -> tuple[Array, Array] | None:
    """Both tensors whole, where both were stored."""
    if not one.stored or not other.stored or one.digest == other.digest:
        return None
    a, b = reference.read(one.stored), ours.read(other.stored)
    return None if a is None or b is None or a.size != b.size else (a, b)
