"""The estimate of a run in words. Pure."""

from __future__ import annotations

from matrix.costs.estimate import Estimate

_MINUTES = 60
_MANY_HOURS = 10


def estimate_sentence(estimate: Estimate, *, costs_told: bool = False) -> str:
    """What a run takes: models, cells, hours, disk, and what the figures rest on.

    With `costs_told`, what it downloads and stores on this machine stands in the line before.
    """
    if not estimate.cells and not estimate.known:
        return f"{_models(estimate)} to test; nothing is run."
    if not estimate.cells:
        return f"{_models(estimate)}: all {estimate.known:,} answers are known; nothing is run."
    known = f" ({estimate.known:,} more are known)" if estimate.known else ""
    if (costs_told or estimate.models == 1) and estimate.at_once is not None:
        whole = "" if estimate.models == 1 else f" ({_models(estimate)})"
        time = f"About {duration(estimate.hours)} for {_cells(estimate)}{whole}{known}"
        return f"{time}, {_at_once(estimate.at_once)} ({_from(estimate)})."
    download = f" ({gb(estimate.download_mb)} to download)" if estimate.download_mb else ""
    where = "a worker" if estimate.at_once is None else "for all environments"
    return (
        f"{_models(estimate)}, {_cells(estimate)}{known}: "
        f"about {duration(estimate.cpu_hours, 'CPU ')}, {gb(estimate.disk_mb)} of disk {where}"
        f"{download}{_clock(estimate)} ({_from(estimate)})."
    )


def _clock(estimate: Estimate) -> str:
    if estimate.at_once is None:
        # Workers of others: how many there are is theirs to say.
        return ""
    return f"; {_at_once(estimate.at_once)} about {duration(estimate.hours)}"


def _at_once(cells: int) -> str:
    return "one at a time" if cells == 1 else f"{cells} at a time"


def duration(hours: float, kind: str = "") -> str:
    """`16 hours`, `3.5 CPU hours`, `12 minutes`; `kind` stands before the unit."""
    if hours >= _MANY_HOURS:
        return f"{hours:,.0f} {kind}hours"
    if hours >= 1:
        return f"{hours:.1f} {kind}hours"
    minutes = max(1, round(hours * _MINUTES))
    return f"{minutes} {kind}minute{'' if minutes == 1 else 's'}"


def gb(megabytes: float) -> str:
    """Gigabytes; what is small is rounded up to a tenth."""
    size = max(megabytes / 1024, 0.1)
    return f"{size:.0f} GB" if size >= _MANY_HOURS else f"{size:.1f} GB"


def _models(estimate: Estimate) -> str:
    return _count(estimate.models, "model", "models")


def _cells(estimate: Estimate) -> str:
    if estimate.models == 1:
        return _count(estimate.cells, "cell", "cells")
    return _count(estimate.cells, "cell of a model", "cells of models")


def _from(estimate: Estimate) -> str:
    if not estimate.measured:
        return "estimated from defaults"
    cells = _count(estimate.measured, "cell", "cells")
    return f"estimated from {cells} measured on this machine"


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
