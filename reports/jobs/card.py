"""The jobs for a model card: update the section, check it, show the difference, push it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.called import call
from matrix.errors import UsageError
from matrix.files import write_bytes
from matrix.model.identify import identify
from reports.card import hub, markers
from reports.card.again import card_call, refusal
from reports.card.choice import chosen
from reports.card.described import Described, described_in
from reports.card.home import Home
from reports.card.section import STATES, Card, updated
from reports.lines.card import card_line
from reports.many.opened import OpenedReport, open_report
from reports.output import echo
from reports.report.report import Report

OUT_OF_DATE = 1
# A card is Markdown, and so is a README without one of these.
_SUFFIXES = (".md", ".markdown")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a call asks for; `report` is `None` where only the card is there to be checked."""

    card: Path
    report: Path | None
    check: bool
    diff: bool
    push: str | None
    models: tuple[Path, ...]
    wanted: tuple[str, ...]


def card(arguments: Sequence[str], folder: Path) -> int:
    """`nox -s card -- report.json README.md`: the section of a stored report into a card."""
    asked = _asked(arguments, folder)
    if asked.report is None:
        return _checked_alone(asked)
    stored = open_report(asked.report)
    report = chosen(stored, asked.wanted)
    # Beside a report is where the call was that named its models.
    seen_from = (folder, asked.report.resolve().parent.parent)
    home = Home.of(asked.card, *seen_from, repository=asked.push or "")
    new = updated(report, _read(asked.card), home)
    if asked.check:
        return _checked(asked, report, new)
    _refuse_loss(asked.card, new.before, _all_of(report), folder, stored)
    if asked.diff:
        echo("".join(_difference(asked.card, new)), end="")
        return 0
    _write(asked.card, new)
    if asked.push:
        _pushed(asked.push, asked.card, report, home)
    return 0


def check_card(path: Path) -> None:
    """Refuse a card that could not be written to, before a run that ends with it.

    Raises:
        UsageError: it is no text, no card, or its markers are unbalanced.
    """
    markers.section_of(_read(path) or "")


def check_models(path: Path, models: Sequence[Described], folder: Path) -> None:
    """Refuse a run after which a card would no longer describe a model that it describes now.

    Raises:
        UsageError: so it is; or as `check_card`.
    """
    _refuse_loss(path, _read(path), models, folder)


def put(report: Report, path: Path, *seen_from: Path) -> None:
    """Put the section of a fresh report into a card: `nox -s matrix -- MODEL --card README.md`.

    `seen_from` are folders from which the call may have named its models.

    Raises:
        NothingTestable: the run must not be published; the card stays as it was.
        UsageError: the card is no text, no card, or its markers are unbalanced; or it describes a
            model that the report has not.
    """
    new = updated(report, _read(path), Home.of(path, *seen_from))
    _refuse_loss(path, new.before, _all_of(report), Path.cwd())
    _write(path, new)


def _asked(arguments: Sequence[str], folder: Path) -> _Asked:
    given = card_line().read(arguments)
    files = [Path(folder, name) for name in given.get("files", ())]
    if len(files) not in (1, 2) or (len(files) == 1 and "check" not in given):
        raise UsageError(f"Give a report and a card: {call('card', 'report.json README.md')}")
    wanted = tuple(given.get("model", ()))
    return _Asked(
        card=files[-1],
        report=files[0] if len(files) > 1 else None,
        check="check" in given,
        diff="diff" in given,
        push=given.get("push"),
        models=tuple(Path(folder, name) for name in wanted),
        wanted=wanted,
    )


def _all_of(report: Report) -> list[Described]:
    return [Described.of(model) for model in report.models]


def _refuse_loss(
    path: Path,
    before: str | None,
    new: Sequence[Described],
    folder: Path,
    stored: OpenedReport | None = None,
) -> None:
    """See that the section of a card describes no model that is not among the new ones.

    `stored` is the report that the new ones were chosen from.
    """
    old = described_in(markers.section_of(before or "") or "")
    of_all = {label.sha256 for label in stored.labels} if stored else set()
    has_all = stored and {model.sha256 for model in old} <= of_all
    again = card_call(stored.path, path, folder) if stored and has_all else ""
    if said := refusal(path, old, new, folder, again):
        raise UsageError(said)


def _read(path: Path) -> str | None:
    """The text of a card, every byte kept; `None` where there is none yet."""
    try:
        return _text(path.read_bytes(), path)
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise UsageError(
            f"{path} is a folder. Give the path of the card in it, such as README.md."
        ) from error


def _text(raw: bytes, path: Path) -> str:
    """The text of a file that may be written to: of a card, and of nothing else of the user."""
    if b"\0" in raw:
        raise UsageError(
            f"{path} is not UTF-8 text, so it is not a model card. Give a Markdown file."
        )
    # What is not UTF-8 outside the section is kept as it is.
    text = raw.decode("utf-8", "surrogateescape")
    if text.strip() and not (_has_name_of_card(path) or markers.section_of(text)):
        raise UsageError(
            f"{path} is not a model card: its name does not end in .md or .markdown, and there is "
            f"no '{markers.BEGIN}' in it. Give a Markdown file, or put the lines "
            f"'{markers.BEGIN}' and '{markers.END}' where the section belongs."
        )
    return text


def _has_name_of_card(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES or path.name.lower() == "readme"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _write(path: Path, card: Card) -> None:
    if card.state == "edited":
        echo(f"{path} {STATES['edited']}: the edits are replaced.")
    if not card.changed:
        echo(f"{path} {STATES['current']}: nothing to change.")
        return
    # A link that the user has named stays one.
    write_bytes(path.resolve(), _bytes(card.after))
    echo(f"{path} {('was created' if card.before is None else 'was updated')}.")


def _checked(asked: _Asked, report: Report, card: Card) -> int:
    models = asked.models or tuple(Path(model.path) for model in report.models)
    wrong = [f"{asked.card} {STATES[card.state]}"] if card.state != "current" else []
    return _told(asked.card, [*wrong, *_stale({model.sha256 for model in report.models}, models)])


def _checked_alone(asked: _Asked) -> int:
    """Without a report: is the section as it was written, and of the models as they are now?"""
    section = markers.section_of(_read(asked.card) or "")
    if section is None:
        return _told(asked.card, [f"{asked.card} {STATES['absent']}"])
    wrong = [] if markers.is_untouched(section) else [f"{asked.card} {STATES['edited']}"]
    return _told(
        asked.card,
        [*wrong, *_stale({model.sha256 for model in described_in(section)}, asked.models)],
    )


def _stale(tested: set[str], models: Sequence[Path]) -> Iterator[str]:
    """Models that are not the tested ones any more; what is not here cannot be looked at."""
    for path in models:
        if path.exists() and identify(path).sha256 not in tested:
            yield f"{path} is not the tested model"


def _told(card: Path, wrong: Sequence[str]) -> int:
    for sentence in wrong:
        echo(f"loadmatrix: {sentence}.", error=True)
    if wrong:
        echo(f"Run `{call('matrix', 'MODEL --card CARD')}` to update it.", error=True)
        return OUT_OF_DATE
    echo(f"{card} {STATES['current']}.")
    return 0


def _difference(path: Path, card: Card) -> Iterator[str]:
    before = (card.before or "").splitlines(keepends=True)
    lines = difflib.unified_diff(
        before, card.after.splitlines(keepends=True), str(path), f"{path} (new)"
    )
    # Control characters of the card are not for the terminal.
    for line in lines:
        yield "".join(c if c.isprintable() or c == "\t" else "" for c in line) + "\n"


def _pushed(repository: str, local: Path, report: Report, home: Home) -> None:
    def edit(there: bytes | None) -> bytes:
        if there is None:
            return local.read_bytes()
        place = Path(repository, hub.NAME)
        card = _text(there, place)
        _refuse_loss(place, card, _all_of(report), Path.cwd())
        return _bytes(updated(report, card, home).after)

    address = hub.push(repository, edit, "Update the TensorFlow compatibility section")
    echo(f"{repository}: {f'committed as {address}' if address else 'nothing to change'}.")
