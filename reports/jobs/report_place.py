"""Where the report of a run goes, and what is said about it.

The report of a run that came to its end stays until another one did: that of an interrupted run
goes into a folder of its own beside it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.run.keeping import earlier
from matrix.run.store import Store
from matrix.stored_files import MOST_REPORT_BYTES, opened_plain
from reports.jobs.conclusion import REPORT
from reports.many.opened import open_report
from reports.report.report import Report

INTERRUPTED = "interrupted"
_HEAD_BYTES = 16 * 1024
_COMPLETE = re.compile(rb'^ "complete": (true|false),$', re.MULTILINE)


def output_of(store: Store) -> Path:
    """The folder of the report of results, wherever they are kept."""
    folder = store.folder
    is_kept = folder.name in (earlier.COMPLETE, earlier.INTERRUPTED)
    return folder.parent.parent if is_kept else folder.parent


def for_report(store: Store, *, complete: bool) -> Path:
    """Where the report of the run in a results folder goes."""
    output = output_of(store)
    return output if complete or not _is_complete(output / REPORT) else output / INTERRUPTED


def is_anything_known(store: Store) -> bool:
    """Whether an earlier run left something that a run without an answer must not replace."""
    kept = (earlier.previous(store), earlier.interrupted(store))
    return any(one.plan_file.exists() for one in kept) or (output_of(store) / REPORT).exists()


def remove_interrupted(store: Store) -> None:
    """Remove the report of an interrupted run: the one of a complete run replaces it."""
    place = output_of(store) / INTERRUPTED
    if (place / REPORT).exists():
        shutil.rmtree(place, ignore_errors=True)


def notes(store: Store, seen: Report) -> Sequence[str]:
    """What a reader should know of a run that was interrupted."""
    if seen.complete:
        return ()
    output = output_of(store)
    told = ["Run the same matrix command again to continue this run."]
    if _is_complete(output / REPORT):
        told.append(f"The report of the last complete run is still in {output}.")
    return told


def _is_complete(report: Path) -> bool:
    try:
        with opened_plain(report, MOST_REPORT_BYTES, follow=True) as file:
            # That of many models is large, and says this before them.
            if found := _COMPLETE.search(file.read(_HEAD_BYTES)):
                return found.group(1) == b"true"
    except OSError:
        return False
    try:
        return open_report(report).header.complete
    except LoadmatrixError:
        return False
