"""One pass over the models of a report: each is read once, and everything takes its share of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from matrix.files import replacing
from reports.formats.badge import Badge, Badges
from reports.formats.csv import Sheet
from reports.formats.html.data import Environments
from reports.formats.html.many.model_script import environments_of
from reports.formats.junit import Suites
from reports.formats.streaming import Streaming
from reports.gate.evaluation import Evaluation
from reports.gate.requirements import Gate
from reports.many.many_models import ManyModels
from reports.many.model_files import ENVIRONMENTS
from reports.report.internal_errors import InternalErrors
from reports.report.model_report import ModelReport

GATE = "the check of the requirements"
_BADGE = "badge.svg"
_Take = Callable[[int, ModelReport], None]


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """A format whose models are in the file `body` until its head is known, which goes first."""

    name: str
    document: Streaming
    body: Path

    def take(self, file: IO[bytes], _: int, model: ModelReport) -> None:
        file.write(_encoded(self.document.add(model)))

    def write(self, output: Path) -> None:
        """Put the document together in a folder, whole or not at all."""
        with replacing(output / self.name) as file:
            file.write(_encoded(self.document.head()))
            with self.body.open("rb") as body:
                shutil.copyfileobj(body, file)
            file.write(_encoded(self.document.foot()))
        self.body.unlink()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known after all models were seen; `None` and absent is what could not be made.

    `answered` says if any cell gave an answer, `specifier` where the first model loads.
    """

    evaluation: Evaluation | None
    badge: Badge | None
    environments: Environments | None
    spooled: tuple[Spooled, ...]
    answered: bool
    specifier: str = ""


def go_through(many: ManyModels, gate: Gate, errors: InternalErrors) -> Seen:
    """Read each model once; what a format cannot make of one costs that format alone."""
    spooled = [
        Spooled(name=name, document=document, body=many.folder / f".{name}.part")
        for name, document in (
            ("report.csv", Sheet()),
            ("junit.xml", Suites(many.header, logs=False, gate=gate)),
        )
    ]
    evaluation = errors.guard(GATE, partial(Evaluation, gate, many.labels), None)
    badges = Badges(complete=many.header.complete, gate=gate)
    environments = Environments()
    taking: dict[str, _Take] = {
        _BADGE: lambda _, model: badges.add(model),
        ENVIRONMENTS: lambda _, model: environments_of(model, environments),
    }
    if evaluation:
        taking[GATE] = evaluation.add
    answered, specifiers = False, list[str]()
    with ExitStack() as files:
        for one in spooled:
            errors.written(partial(_open, one, files, taking))
        for number, model in enumerate(many.models()):
            specifiers += [] if specifiers else [model.summary.specifier]
            answered |= any(cell.kind.is_answer for cell in model.cells)
            for name, take in list(taking.items()):
                if not _taken(name, partial(take, number, model), errors):
                    del taking[name]
    return Seen(
        evaluation=evaluation if GATE in taking else None,
        badge=badges.together() if _BADGE in taking else None,
        environments=environments if ENVIRONMENTS in taking else None,
        spooled=tuple(one for one in spooled if one.name in taking),
        answered=answered,
        specifier="".join(specifiers),
    )


def _open(one: Spooled, files: ExitStack, taking: dict[str, _Take]) -> None:
    one.body.parent.mkdir(parents=True, exist_ok=True)
    taking[one.name] = partial(one.take, files.enter_context(one.body.open("wb")))


def _taken(what: str, take: Callable[[], None], errors: InternalErrors) -> bool:
    """Whether a model could be taken; a full disk has a sentence of its own."""

    def taken() -> bool:
        return errors.written(take)

    return errors.guard(what, taken, False)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
