"""How a fast run measures a line of cells, whatever is predicted and whatever is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix.prediction.line import Expected, Line

# A cell as it is predicted (None: unknown), and as it is (None: it gives no answer).
CELLS = st.lists(
    st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None])),
    max_size=24,
)
SOUND = st.lists(st.booleans(), min_size=1, max_size=24)


def line_of(predicted: Sequence[bool | None]) -> Line:
    return Line(expected=tuple(Expected(cell=str(at), loads=p) for at, p in enumerate(predicted)))


def measured_of(
    predicted: Sequence[bool | None], true: Sequence[bool | None]
) -> dict[str, bool | None]:
    """What is measured when wave follows wave until nothing more is wanted."""
    line, measured = line_of(predicted), dict[str, bool | None]()
    for _ in range(len(true) + 1):
        left = line.wanted(measured) - set(measured)
        if not left:
            return measured
        measured |= {cell: true[int(cell)] for cell in left}
    pytest.fail("the waves do not end")


def text_of(answers: str) -> list[bool | None]:
    return [{"+": True, "-": False, "?": None}[sign] for sign in answers]


def places(measured: Mapping[str, bool | None]) -> str:
    return " ".join(sorted(measured, key=int))


@pytest.mark.parametrize(
    ("predicted", "true", "expected"),
    [
        pytest.param("++++++", "++++++", "0 5", id="only the ends of what is all the same"),
        pytest.param("---+++", "---+++", "0 2 3 5", id="both sides of a change"),
        pytest.param("++-+++", "++-+++", "0 1 2 3 5", id="both sides of a hole"),
        pytest.param(
            "++??++", "+++-++", "0 2 3 4 5", id="what nobody predicted, and beside a surprise"
        ),
        pytest.param("++++++", "-+++++", "0 1 5", id="beside a mistake until a cell agrees"),
        pytest.param("++++++", "---+++", "0 1 2 3 5", id="as far as the mistake goes"),
        pytest.param("++++++++", "--------", "0 1 2 3 4 5 6 7", id="all of what is all wrong"),
        pytest.param("---+++", "----++", "0 2 3 4 5", id="a change that comes later"),
        pytest.param("++++++", "?++++?", "0 1 4 5", id="the next one where an end does not answer"),
        pytest.param(
            "---+++", "--?+++", "0 1 2 3 5", id="the next one where a side does not answer"
        ),
        pytest.param("+", "-", "0", id="a line of one cell"),
    ],
)
def test_measured_cells(predicted: str, true: str, expected: str) -> None:
    assert places(measured_of(text_of(predicted), text_of(true))) == expected


@given(CELLS)
def test_what_is_left_is_predicted_and_fits_the_measured_cells_beside_it(
    cells: list[tuple[bool | None, bool | None]],
) -> None:
    predicted, true = [p for p, _ in cells], [t for _, t in cells]
    measured = measured_of(predicted, true)
    told = [measured.get(str(at), p) for at, p in enumerate(predicted)]
    left = [str(at) not in measured for at in range(len(cells))]
    answering = [at for at in range(len(cells)) if left[at] or told[at] is not None]
    assert all(predicted[at] is not None for at in range(len(cells)) if left[at])
    for here, there in pairwise(answering):
        assert told[here] == told[there] or not (left[here] or left[there])
    assert not answering or not (left[answering[0]] or left[answering[-1]])


@given(SOUND)
def test_right_predictions_cost_their_ends_and_changes(true: list[bool]) -> None:
    changes = sum(here != there for here, there in pairwise(true))
    assert len(measured_of(true, true)) <= 2 + 2 * changes


@given(SOUND, st.data())
def test_only_a_hole_that_nobody_predicted_is_missed(true: list[bool], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(true) - 1))
    last = data.draw(st.integers(first, len(true) - 1))
    predicted = [loads != (first <= at <= last) for at, loads in enumerate(true)]
    measured = measured_of(predicted, true)
    missed = [at for at in range(first, last + 1) if str(at) not in measured]
    inside = first > 0 and last < len(true) - 1
    hole = inside and true[first - 1] == true[last + 1] != true[first]
    assert missed == [] or (hole and len(set(true[first : last + 1])) == 1)


def test_mistaken_line_is_measured_in_few_waves() -> None:
    line, measured, waves = line_of([True] * 23), dict[str, bool | None](), 0
    while left := line.wanted(measured) - set(measured):
        measured |= dict.fromkeys(left, False)
        waves += 1
    assert (len(measured), waves) == (23, 5)
