"""What helps a model that loads only beside other packages: the packages and the call. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.plan.loaders import call_of
from reports.overview.releases import Tested, where_of, with_companions
from reports.report.cause import Remedy
from reports.report.model_report import ModelReport


def with_packages(model: ModelReport) -> Iterator[Remedy]:
    """A remedy for each set of packages with which this run loaded it, and in which releases."""
    for name, releases in with_companions(model):
        loading = [release for release in releases if release.loads]
        cells = [cell for release in loading for cell in release.cells if cell.loads]
        imported = any(cell.imports for cell in cells)
        before = ", import it before the model is loaded," if imported else ""
        yield Remedy(
            text=f"Install {name}{before} and load it with {_calls(model, loading, releases)}.",
            verified=True,
            cells=tuple(cell.id for cell in cells),
        )


def _calls(model: ModelReport, loading: Sequence[Tested], order: Sequence[Tested]) -> str:
    """The simplest call that gets furthest in each release, with the releases that it is for."""
    found: dict[str, list[Tested]] = {}
    for release in loading:
        if (best := release.best) is not None:
            found.setdefault(call_of(best.loader, model.format), []).append(release)
    return " or ".join(f"{call} (in {where_of(those, order)})" for call, those in found.items())
