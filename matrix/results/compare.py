"""Do two cells compute the same? Their outputs, element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.npz import Array
from matrix.options.tolerances import Numerics
from matrix.results.array_difference import Gap
from matrix.results.output_difference import Difference, Pair, Tensor, badness
from matrix.results.output_facts import NOTHING_KNOWN, OutputFacts

Call = Mapping[str, Any]


def _nothing(_key: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Side:
    """The calls of one check; `read` gives an array it stored, under the key in its record."""

    calls: Sequence[Call]
    read: Callable[[str], Array | None] = _nothing


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a comparison found: the worst disagreement, and how far apart all the rest is.

    `note` tells of outputs that are no proof, for what picked them is decided by noise. `held` is
    false where there were no others.
    """

    worst: Difference | None
    largest: float = 0.0
    relative: float = 0.0
    note: str = ""
    held: bool = True


def comparable(reference: Sequence[Call], calls: Sequence[Call]) -> list[tuple[Call, Call]]:
    """The calls that both cells made with the same inputs, and whose outputs can be matched.

    A call that answers otherwise the second time (random ops, counters) can be compared with none.
    """
    theirs = {call.get("signature"): call for call in reference if _is_steady(call)}
    pairs = [
        (theirs[call["signature"]], call)
        for call in calls
        if _is_steady(call) and call.get("signature") in theirs
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
    inputs know nothing of near ties, others are told and not held against anybody.
    """
    found, gap, notes, held = [], Gap(), [], False
    pairs = comparable(reference.calls, ours.calls)
    for theirs, mine in pairs:
        if len(theirs["outputs"]) != len(mine["outputs"]):
            text = f"has {len(mine['outputs'])} outputs instead of {len(theirs['outputs'])}"
            name = str(mine.get("signature"))
            found.append(Difference(output=name, largest=None, explanation=text))
            continue
        for pair in _outputs(theirs, mine, reference, ours):
            allowed = (numerics or Numerics()).within_a_step(about.step_of(pair.one))
            difference, apart = pair.compared(allowed)
            op = about.op_behind(mine.get("signature"), pair.one)
            if difference and op:
                note = _picked(pair, op, difference, allowed, made=about.made)
                notes += [note] if note else []
                found += [] if note else [difference]
                continue
            held = True
            found += [difference] if difference else []
            gap |= apart
    if not pairs:
        return None
    return Compared(
        worst=max(found, key=badness, default=None),
        largest=gap.largest,
        relative=gap.relative,
        note=" ".join(notes),
        held=held or bool(found),
    )


def _outputs(theirs: Call, mine: Call, reference: Side, ours: Side) -> Iterator[Pair]:
    for one, other in _matched(theirs, mine) or ():
        label = f"{mine.get('signature')}: {one.get('name')}"
        arrays = _stored(one, other, reference, ours)
        yield Pair(label=label, one=one, other=other, arrays=arrays)


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


def _is_steady(call: Call) -> bool:
    return "outputs" in call and call.get("repeatable") is not False


def _same_inputs(reference: Call, call: Call) -> bool:
    """By name; where Keras names them anew, by their order."""
    sides = [
        [(one.get("name"), one.get("digest")) for one in c["inputs"]] for c in (reference, call)
    ]
    theirs, ours = sides
    if {name for name, _ in theirs} == {name for name, _ in ours}:
        return sorted(theirs, key=str) == sorted(ours, key=str)
    return [digest for _, digest in theirs] == [digest for _, digest in ours]


def _matched(reference: Call, call: Call) -> list[tuple[Tensor, Tensor]] | None:
    """The outputs in pairs, `None` where nobody can tell which is which.

    Keras names outputs otherwise from version to version. Then a single one is the same under any
    name, and several are where types and shapes agree in their order.
    """
    theirs = {one.get("name"): one for one in reference["outputs"]}
    ours = {one.get("name"): one for one in call["outputs"]}
    if len(theirs) != len(ours):
        return []
    if theirs.keys() == ours.keys():
        return [(theirs[name], ours[name]) for name in theirs]
    pairs = list(zip(theirs.values(), ours.values(), strict=True))
    alike = all(
        one.get(fact) == other.get(fact) for one, other in pairs for fact in ("dtype", "shape")
    )
    return pairs if alike or len(pairs) == 1 else None


def _stored(one: Tensor, other: Tensor, reference: Side, ours: Side) -> tuple[Array, Array] | None:
    """Both tensors whole, where both were stored."""
    if not (one.get("stored") and other.get("stored")) or one.get("digest") == other.get("digest"):
        return None
    a, b = reference.read(str(one["stored"])), ours.read(str(other["stored"]))
    return None if a is None or b is None or a.size != b.size else (a, b)
