"""Writes a report of many models into its folder: the models, the document, every other format."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from matrix.files import write_text
from reports.formats import badge
from reports.formats.html.many.index_page import render_index
from reports.formats.html.many.model_script import environments_script
from reports.formats.registry import FORMATS
from reports.gate.judgement import judged
from reports.gate.sentence import ALL
from reports.many.brief import markdown
from reports.many.document import MOST_IN_ONE, write_document
from reports.many.many_models import ManyModels
from reports.many.model_files import ENVIRONMENTS, FOLDER, foreign_in
from reports.many.streamed import Seen
from reports.report.internal_errors import InternalErrors

# The models of the report before, until the new report.json is there.
_BEFORE = ".models-before"


def write_all(many: ManyModels, seen: Seen, output: Path, errors: InternalErrors) -> None:
    """Write every format; what cannot be written is among the errors, and nothing is half there.

    A picture of the whole matrix makes no sense for so many models: there is no `matrix.svg`.
    """
    if errors.written(partial(_document, many, output)):
        _others(many, seen, output, errors)


def _document(many: ManyModels, output: Path) -> None:
    """The models and report.json, or what was there before if there is no room for them."""
    if many.is_written:
        (output / FOLDER).mkdir(parents=True, exist_ok=True)
        for script in (many.folder / FOLDER).glob("*.js"):
            script.replace(output / FOLDER / script.name)
        return
    with _moved(many.folder / FOLDER, output / FOLDER):
        write_document(many.header, many.places, output, MOST_IN_ONE)


@contextlib.contextmanager
def _moved(new: Path, place: Path) -> Iterator[None]:
    """Have new models in their place; those of before are back there if what follows fails."""
    if foreign := foreign_in(place.parent):
        # Nobody else's models are ever replaced.
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(foreign))
    before = place.with_name(_BEFORE)
    shutil.rmtree(before, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.replace(before)
    try:
        shutil.move(new, place)
        yield
    except BaseException:
        if place.exists():
            shutil.move(place, new)
        if before.exists():
            before.replace(place)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _others(many: ManyModels, seen: Seen, output: Path, errors: InternalErrors) -> None:
    written = {one.name for one in seen.spooled if errors.written(partial(one.write, output))}
    texts: dict[str, Callable[[], str]] = {
        "report.md": partial(markdown, many),
        "report.html": partial(render_index, many.header, many.rows),
    }
    if seen.evaluation and (lines := judged(seen.evaluation, each=True).lines):
        texts[ALL] = lambda: "".join(f"{line}\n" for line in lines)
    if seen.environments:
        texts[ENVIRONMENTS] = partial(environments_script, seen.environments)
    if seen.badge:
        texts["badge.svg"] = partial(badge.as_svg, seen.badge)
        texts["badge.json"] = partial(badge.as_json, seen.badge)
    for name, make in texts.items():
        text = errors.guard(name, make, None)
        if text is not None and errors.written(partial(write_text, output / name, text)):
            written.add(name)
    # What could not be made is not left there from an earlier run.
    for name in {*FORMATS, ALL, ENVIRONMENTS} - written:
        (output / name).unlink(missing_ok=True)
