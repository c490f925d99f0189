"""The jobs for a model card: update the section, check it, show the difference, push it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.called import call
from matrix.errors import UsageError
from matrix.files import write_bytes
from reports.card import hub, markers
from reports.card.again import card_call, refusal, update_of
from reports.card.card_file import bytes_of, card_text, text_of
from reports.card.choice import chosen
from reports.card.compared import Compared, compared
from reports.card.described import Described, all_of, lost, only_in_one
from reports.card.home import Home
from reports.card.made import Made, Section, about
from reports.card.section import STATES, Card, updated
from reports.lines.card import card_line
from reports.many.opened import OpenedReport, open_report
from reports.output import echo
from reports.report.report import Report

OUT_OF_DATE = 1


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
        return _checked_alone(asked, folder)
    stored = open_report(asked.report)
    report = chosen(stored, asked.wanted)
    # Beside a report is where the call was that named its models.
    seen_from = (folder, asked.report.resolve().parent.parent)
    home = Home.of(asked.card, *seen_from, repository=asked.push or "")
    new = updated(report, card_text(asked.card), home)
    if asked.check:
        return _checked(asked, report, new, home, folder)
    _refuse_loss(asked.card, new.before, all_of(report, home), folder, stored)
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
    markers.section_of(card_text(path) or "")


def check_models(path: Path, models: Sequence[Described], *seen_from: Path) -> None:
    """Refuse a run after which a card would no longer describe a model that it describes now.

    Raises:
        UsageError: so it is; or as `check_card`.
    """
    home = Home.of(path, *seen_from)
    new = [replace(one, place=str(home.place_of(one.given) or "")) for one in models]
    _refuse_loss(path, card_text(path), new, seen_from[0])


def put(report: Report, path: Path, *seen_from: Path) -> None:
    """Put the section of a fresh report into a card: `nox -s matrix -- MODEL --card README.md`.

    `seen_from` are folders from which the call may have named its models.

    Raises:
        NothingTestable: the run must not be published; the card stays as it was.
        UsageError: the card is no text, no card, or its markers are unbalanced; or it describes a
            model that the report has not.
    """
    home = Home.of(path, *seen_from)
    new = updated(report, card_text(path), home)
    _refuse_loss(path, new.before, all_of(report, home), Path.cwd())
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
    old = about(markers.section_of(before or "") or "")
    of_all = {label.sha256 for label in stored.labels} if stored else set()
    has_all = stored and {model.sha256 for model in old.models} <= of_all
    again = card_call(stored.path, path, folder) if stored and has_all else ""
    if said := refusal(path, old, new, folder, again):
        raise UsageError(said)


def _write(path: Path, card: Card) -> None:
    if card.state == "edited":
        echo(f"{path} {STATES['edited']}: the edits are replaced.")
    if not card.changed:
        echo(f"{path} {STATES['current']}: nothing to change.")
        return
    # A link that the user has named stays one.
    write_bytes(path.resolve(), bytes_of(card.after))
    echo(f"{path} {('was created' if card.before is None else 'was updated')}.")


def _checked(asked: _Asked, report: Report, card: Card, home: Home, folder: Path) -> int:
    """With a report: does the section say what it says, and of the models as they are now?"""
    old = about(markers.section_of(card.before or "") or "")
    new = Section(models=all_of(report, home), made=Made.of(report, home, old.made))
    gone = lost(old.models, new.models)
    seen = compared(new, home, _given(asked, new), report.started[:10])
    wrong = []
    if card.state != "current":
        differs = only_in_one(old.models, new.models)
        wrong.append(f"{asked.card} {STATES[card.state]}{differs}")
    if asked.report and not gone and not seen.wrong:
        again = f"Run `{card_call(asked.report, asked.card, folder)}` to update it."
    else:
        made = old.made if gone else new.made
        whole = Section(models=(*new.models, *gone), made=made)
        again = update_of(whole, asked.card, folder)
    return _told(asked.card, wrong, seen, again)


def _checked_alone(asked: _Asked, folder: Path) -> int:
    """Without a report: is the section as it was written, and of the models as they are now?"""
    text = markers.section_of(card_text(asked.card) or "")
    section = about(text or "")
    again = update_of(section, asked.card, folder)
    if text is None:
        return _told(asked.card, [f"{asked.card} {STATES['absent']}"], Compared(), again)
    wrong = [] if markers.is_untouched(text) else [f"{asked.card} {STATES['edited']}"]
    stamp = markers.stamp_of(text)
    home = Home.of(asked.card, folder)
    seen = compared(section, home, _given(asked, section), stamp.date if stamp else "")
    said = "was not edited by hand" if seen.not_compared else STATES["current"]
    return _told(asked.card, wrong, seen, again, said)


def _given(asked: _Asked, section: Section) -> list[Path]:
    """The models that were named by a path; a name alone says nothing of where one is now."""
    names = {model.name for model in section.models} | {model.given for model in section.models}
    pairs = zip(asked.models, asked.wanted, strict=True)
    return [path for path, word in pairs if path.exists() or word not in names]


def _told(
    card: Path, wrong: Sequence[str], seen: Compared, again: str, said: str = STATES["current"]
) -> int:
    found = [*wrong, *seen.wrong]
    for sentence in found:
        echo(f"loadmatrix: {sentence}.", error=True)
    if found:
        echo(f"{seen.not_compared} {again}".strip(), error=True)
        return OUT_OF_DATE
    echo(f"{card} {said}. {seen.not_compared}".strip())
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
        card = text_of(there, place)
        _refuse_loss(place, card, all_of(report, home), Path.cwd())
        return bytes_of(updated(report, card, home).after)

    address = hub.push(repository, edit, "Update the TensorFlow compatibility section")
    echo(f"{repository}: {f'committed as {address}' if address else 'nothing to change'}.")
