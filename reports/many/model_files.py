"""The files of the models of a report: `models/000012.json` for each, by its place.

A file holds exactly what an element of `models` in `report.json` is, with the same indentation, so
that the document is put together from the texts of the files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from pathlib import Path

from matrix.errors import LoadmatrixError, UsageError
from matrix.files import write_text
from matrix.stored_files import plain_bytes
from reports.report.documents.model_document import json_text, model_document, model_from
from reports.report.model_report import ModelReport
from reports.report.summary_report import SummaryReport

FOLDER = "models"
# What the page shows of the environments of all models.
ENVIRONMENTS = f"{FOLDER}/environments.js"
_OURS = re.compile(r"[0-9]{6,12}\.(json|js)|environments\.js")


def name_of(place: int) -> str:
    """The path of the file of a model, seen from the folder of the report."""
    return f"{FOLDER}/{place:06}.json"


def script_of(place: int) -> str:
    """The path of the same for the page."""
    return f"{FOLDER}/{place:06}.js"


def is_name(name: str) -> bool:
    """Whether it is one of `name_of`: what a report of others says may lead anywhere."""
    folder, _, file = name.partition("/")
    return folder == FOLDER and file.endswith(".json") and _OURS.fullmatch(file) is not None


def write_model(model: ModelReport, place: int, output: Path) -> None:
    """Write the file of one model, whole or not at all."""
    write_text(output / name_of(place), json_text(model_document(model)))


def read_model(path: Path, sha256: str = "") -> ModelReport:
    """The model in a file; `sha256` is what its bytes must have, if that is known.

    Raises:
        LoadmatrixError: the file is absent, damaged or of another report.
    """
    try:
        content = plain_bytes(path)
        if sha256 and hashlib.sha256(content).hexdigest() != sha256:
            raise LoadmatrixError(
                f"{path} is damaged or of another report: its SHA-256 is not that in report.json. "
                "Create the report again."
            )
        return model_from(json.loads(content))
    except FileNotFoundError as error:
        raise LoadmatrixError(f"{path} is missing. Create the report again.") from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise LoadmatrixError(
            f"{path} is damaged ({type(error).__name__}: {str(error)[:200]}). Create the report "
            "again."
        ) from error


def remove(output: Path) -> None:
    """Remove the files of models that an earlier report left, and no others."""
    with contextlib.suppress(OSError):
        for file in (output / FOLDER).iterdir():
            if _OURS.fullmatch(file.name):
                file.unlink()
        (output / FOLDER).rmdir()


def foreign_in(output: Path) -> Path | None:
    """A file in the folder of models that no report has written there, if there is one."""
    place = output / FOLDER
    files = place.iterdir() if place.is_dir() else ()
    return next((file for file in files if not _OURS.fullmatch(file.name)), None)


def check_place(output: Path) -> None:
    """Refuse an output folder in which `models` is somebody else's: a report would replace it.

    Raises:
        UsageError: it has a file that no report has written.
    """
    if foreign := foreign_in(output):
        raise UsageError(
            f"The report of many models has its folder {output / FOLDER}, and there is something "
            f"else in it: {foreign.name}. Choose another --output."
        )


def unread(
    path: str, why: str, *, format_name: str = "unknown", sha256: str = "", called: str = ""
) -> ModelReport:
    """In place of a model whose file cannot be read: nothing is known of it but why."""
    return ModelReport(
        path=path,
        called=called,
        format=format_name,
        sha256=sha256,
        facts={},
        summary=SummaryReport(specifier="", text=f"Not tested: {why}"),
        cells=(),
        untested=why,
    )
