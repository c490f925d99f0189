"""What a section keeps out of sight: what it was made of, and with which options. Pure.

It stands in a comment of one line before the text, so the checksum of the section is over it too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import msgspec

from matrix.catalogue.releases import catalogue
from matrix.plan.selection.releases import DEFAULT_FROM
from reports.card.described import Described, described_in
from reports.card.home import NOWHERE, Home
from reports.report.releases.ranges import release_spans
from reports.report.report import Report

_LINE = re.compile(r"<!-- made of (\{[^\n]*\}) -->")


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file or folder that a section depends on; `place` is where it lies below the card."""

    name: str
    sha256: str
    place: str = ""

    def kept_at(self, places: Mapping[tuple[str, str], str]) -> Kept:
        """The same, with the place that was known of it before where none is known today."""
        place = self.place or places.get((self.name, self.sha256), "")
        return Kept(name=self.name, sha256=self.sha256, place=place)


class Made(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a section was made of: models, Python of the caller, and the words of options.

    `options` has those that choose what is tested and what may run, and no others.
    """

    models: tuple[Kept, ...] = ()
    custom_objects: Kept | None = None
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Report, home: Home = NOWHERE, old: Made | None = None) -> Made:
        """Of a report; what is not there today keeps the place that `old` has for it."""
        places = (old or cls()).places
        described = [Described.of(model, home) for model in report.models]
        models = tuple(
            Kept(name=one.name, sha256=one.sha256, place=one.place).kept_at(places)
            for one in described
        )
        python = _custom_objects(report, [one.place for one in described], home)
        return cls(
            models=models,
            custom_objects=python and python.kept_at(places),
            options=tuple(_options(report)),
        )

    @property
    def places(self) -> dict[tuple[str, str], str]:
        """Where each thing lay below the card, by its name and checksum."""
        python = (self.custom_objects,) if self.custom_objects else ()
        return {(one.name, one.sha256): one.place for one in (*self.models, *python)}

    @property
    def line(self) -> str:
        """The comment: no name in it ends it, or begins another one."""
        text = json.dumps(msgspec.to_builtins(self))
        for mark, escape in (("--", "-\\u002d"), ("<", "\\u003c"), (">", "\\u003e")):
            text = text.replace(mark, escape)
        return f"<!-- made of {text} -->"


@dataclass(frozen=True, kw_only=True)
class Section:
    """What a section of a card says it is about."""

    models: tuple[Described, ...]
    made: Made | None


def made_in(section: str) -> Made | None:
    """What a section keeps; `None` where it was written without, or edited there."""
    if (match := _LINE.search(section)) is None:
        return None
    try:
        return msgspec.convert(json.loads(match[1]), Made)
    except (ValueError, msgspec.ValidationError):
        return None


def about(section: str) -> Section:
    """The models that a section describes, with their places, and what it was made of."""
    made = made_in(section)
    places = (made or Made()).places
    models = tuple(
        replace(model, place=places.get((model.name, model.sha256), ""))
        for model in described_in(section)
    )
    return Section(models=models, made=made)


def _custom_objects(report: Report, models: Sequence[str], home: Home) -> Kept | None:
    """The Python of the caller, beside the card or beside one of the models there."""
    given = report.custom_objects
    if given is None:
        return None
    beside = [str(PurePosixPath(model).parent / given.name) for model in models if model]
    places = (str(home.place_of(name) or "") for name in (given.name, *beside))
    place = next(filter(None, places), "") if given.sha256 else ""
    return Kept(name=given.name, sha256=given.sha256 or "", place=place)


def _options(report: Report) -> Iterator[str]:
    if tested := _tensorflow(report):
        yield from ("--tensorflow", tested)
    if report.allow_lambda:
        yield "--allow-lambda"
    if any(model.trusted for model in report.models):
        yield "--trust"


def _tensorflow(report: Report) -> str:
    """What chooses the releases of a report; empty for those that a call tests by itself."""
    tested = [cell.tensorflow for model in report.models for cell in model.cells if cell.plain]
    known = [str(one.version) for one in catalogue() if one.minor >= DEFAULT_FROM]
    here = _spans(tested)
    # Older ones are tested by themselves where they wrote a model.
    return "" if here.endswith(_spans(known)) else here


def _spans(releases: Sequence[str]) -> str:
    names = sorted(set(releases))
    return release_spans(names, names).replace(" - ", "..").replace(", ", ",")
