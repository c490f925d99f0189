"""What is said of many models before anything is run."""

from __future__ import annotations

from matrix.costs.costs import Costs
from matrix.parts.prepared import PreparedPart
from matrix.plan.untested import Untested
from reports.jobs.divided.head import about_parts


def test_models_that_differ_in_their_name_alone_share_a_reason() -> None:
    untested = tuple(
        Untested(
            place=place,
            path=f"/m/{name}",
            why=f"/m/{name} cannot be tested. {name} is not a zip file.",
            code=3,
        )
        for place, name in enumerate(("1.keras", "2.keras"))
    )
    part = PreparedPart(
        number=1,
        cells=(),
        models=(),
        planned=0,
        rows=(),
        untested=untested,
        costs=Costs(),
        signatures=None,
    )
    assert list(about_parts([part]))[-1] == ("  /m/1.keras and 1 more: it is not a zip file.")
