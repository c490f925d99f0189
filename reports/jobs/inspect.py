"""`nox -s inspect`: inspects models without TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.errors import NothingTestable
from matrix.files import write_text
from matrix.model.inspection import Inspection, Refusal, inspect_path
from matrix.model.integrity.manifest import write_manifest
from matrix.models_list.given_model import GivenModel
from matrix.options.parsing import absolute
from matrix.plan.untested import why_not
from reports.build import inspection_json
from reports.jobs.each_model.asked import asked_of
from reports.jobs.each_model.exit_codes import together
from reports.jobs.each_model.printed import print_each
from reports.jobs.each_model.shown import Shown
from reports.lines.each_model import inspect_line
from reports.output import echo
from reports.report.tool import NAME, tool_version

_DAMAGED = NothingTestable.exit_code


def inspect(arguments: Sequence[str], folder: Path) -> int:
    """Print what is known of each model; the code says whether all are sound."""
    asked = asked_of(inspect_line(), arguments, folder)
    checksums = asked.written.get("checksums")
    show = partial(
        _shown,
        checksums=absolute(folder, checksums) if checksums else None,
        as_json=asked.as_json,
        alone=asked.alone,
    )
    head = {"schema": 1, "tool": {"name": NAME, "version": tool_version()}}
    codes = print_each(asked, show, head, "found damaged or not a model")
    if "write_checksums" in asked.written:
        for model, code in zip(asked.models, codes, strict=True):
            if not code and isinstance(model.model, Path):
                _write(model.model, silent=asked.as_json)
    return together(codes)


def _shown(
    model: GivenModel, refused: str = "", *, checksums: Path | None, as_json: bool, alone: bool
) -> Shown:
    """A model for the call; what is wrong with one of several does not keep the others from it."""
    if alone:
        return _as_asked(model, inspect_path(model.model, checksums), as_json)
    code = _DAMAGED
    try:
        if not refused:
            return _as_asked(model, inspect_path(model.model, checksums), as_json)
    except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are looked at
        refused, code = why_not(model.model, error)
    path = model.model if isinstance(model.model, Path) else Path(str(model.model))
    return _as_asked(model, Refusal(path=path, sentence=refused, findings=()), as_json, code)


def _as_asked(
    model: GivenModel, seen: Inspection | Refusal, as_json: bool, amiss: int = _DAMAGED
) -> Shown:
    code = 0 if inspection_json.is_sound(seen) else amiss
    if isinstance(seen, Inspection):
        seen = replace(seen, facts=replace(seen.facts, called=model.name, given=model.given))
    if not as_json:
        return Shown.of(inspection_json.text(seen, catalogue()), code)
    document = inspection_json.document(seen, catalogue())
    called = {"called": model.name} if model.name else {}
    return Shown.of({"path": document["path"], **called, **document}, code)


def _write(path: Path, *, silent: bool) -> None:
    place = path.with_name(f"{path.name}.sha256")
    write_text(place, write_manifest(path))
    if not silent:
        echo(
            f"Wrote {place}. Check the model with --checksums, or with sha256sum -c in its folder."
        )
