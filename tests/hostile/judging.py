"""What a run beside a hostile model shows: its effects, and whether `inspect` named it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matrix.results.verdicts import kind_of
from tests.hostile.effects import Effect, Entry
from tests.hostile.playground import Playground, confession
from tests.hostile.running import TIMEOUT, Ran
from tests.hostile.snapshot import Change, room_taken

_SUCCESSES = ("runs", "differs", "loads")
# Loading is tried, and repeated where it hangs or crashes; each may take its time and ten seconds.
_ATTEMPTS = 2
_GRACE_SECONDS = 10
_MOST_KEPT_MB = 150
_MOST_DISK_MB = 2500
_MORE_MEMORY_MB = 1500
_USUAL_MEMORY_MB = 4096
# What no text that a person reads may hold of a model's own: control, direction, lines of its own.
_CONTROLS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
_RAW = re.compile(_CONTROLS)
# Where a line stands by itself, one of a model's own looks like one of the tool's.
_OWN_LINE = re.compile(r"^[#:\s]*FORGED", re.MULTILINE)
_HAVE_LINES = ("the terminal", "card.md")
_COLOURS = re.compile("\x1b\\[[0-9;]*m(?=nox|\x1b|[A-Z])")
_READ_BY_PEOPLE = ("report.md", "report.csv", "junit.xml", "report.html", "matrix.svg", "card.md")
_FORMULA = re.compile(r'(^|,)"?[=+@]\w*FORGED', re.MULTILINE)


@dataclass(kw_only=True)
class Judged:
    """All that was seen of one hostile model, which has this number in the report."""

    entry: Entry
    position: int = 1
    effects: dict[Effect, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    verdicts: str = ""
    seconds: float = 0.0
    skipped: str = ""

    @property
    def is_named(self) -> bool:
        """Whether a label says what it could do; nothing is asked of one that has none."""
        return not self.entry.labels or bool(set(self.entry.labels) & set(self.named))

    def add(self, effect: Effect, why: str) -> None:
        """Note an effect, with the first evidence of it."""
        if effect not in self.entry.ignored:
            self.effects.setdefault(effect, why)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "name": self.entry.name,
            "cell": self.entry.cell,
            "effects": {str(effect): why for effect, why in self.effects.items()},
            "named": list(self.named),
            "is_named": self.is_named,
            "verdicts": self.verdicts,
            "seconds": round(self.seconds, 1),
            "skipped": self.skipped,
        }


# Of each neighbour what each of its cells says: a hostile model may ask for more cells.
Neighbours = Mapping[int, Mapping[str, Any]]


def neighbours_of(report: Mapping[str, Any] | None) -> Neighbours:
    """What a report says of the sound models, the first and the last: verdicts and outputs."""
    models = report["models"] if report else []
    return {place: _essence(models[place]) for place in (0, -1) if models}


def _essence(model: Mapping[str, Any]) -> dict[str, Any]:
    return {
        cell["id"]: [
            cell["verdict"],
            [
                [check["loader"], check["variant"], check["verdict"], _outputs(check)]
                for check in cell["checks"]
            ],
        ]
        for cell in model["cells"]
    }


def _outputs(check: Mapping[str, Any]) -> list[Any]:
    calls = check.get("calls") or ()
    return [[one["digest"] for one in call.get("outputs") or ()] for call in calls]


def judge_run(
    judged: Judged, playground: Playground, ran: Ran, alone: Neighbours, alone_seconds: float
) -> None:
    """The effects that the end, the report and the output of a run show."""
    judged.seconds = ran.seconds
    report = ran.report
    _judge_neighbours(judged, ran, neighbours_of(report), alone)
    if model := _own(judged, ran):
        _judge_own(judged, model)
    for what in ran.left:
        judged.add(Effect.STAYS, what)
    checks = 1 + judged.verdicts.count(" ")
    models = len(report["models"]) - 2 if report else 1
    allowed = alone_seconds + 15 + models * checks * _ATTEMPTS * (TIMEOUT + _GRACE_SECONDS)
    if ran.code is None or ran.seconds > allowed:
        judged.add(Effect.HANGS, f"{ran.seconds:.0f} s, {allowed:.0f} s allowed")
    _judge_room(judged, playground, ran)
    _judge_texts(judged, playground, ran)


def _judge_neighbours(judged: Judged, ran: Ran, seen: Neighbours, alone: Neighbours) -> None:
    if ran.report is None:
        judged.add(Effect.LOSES, f"there is no report; the run ended with {ran.code}")
        return
    for which, cells in alone.items():
        for cell, essence in cells.items():
            told = seen.get(which, {}).get(cell)
            if told is None or not _is_answer(told[0]):
                judged.add(Effect.LOSES, f"the neighbour {which} in {cell}: {_short(told)}")
            elif told != essence:
                judged.add(Effect.FORGES, f"the neighbour {which} in {cell}: {_short(told)}")


def _is_answer(word: str) -> bool:
    return kind_of(word).is_answer or word == "not-applicable"


def _short(essence: object) -> str:
    return json.dumps(essence)[:300]


def _judge_own(judged: Judged, model: Mapping[str, Any]) -> None:
    found = [
        f"{check['loader']}={check['verdict']}"
        for cell in model["cells"]
        for check in cell["checks"]
        if check["verdict"] != "not-applicable"
    ]
    judged.verdicts = " ".join(dict.fromkeys(found)) or (model.get("untested") or "")[:100]
    for check in (check for cell in model["cells"] for check in cell["checks"]):
        # What Python in the very process says of itself is told as its own word, and no more.
        believed = judged.entry.own == "fails" or (
            judged.entry.own == "word" and not check.get("own_word")
        )
        if believed and check["verdict"] in _SUCCESSES:
            judged.add(Effect.FORGES, f"its own {check['loader']} {check['verdict']}")


def _judge_room(judged: Judged, playground: Playground, ran: Ran) -> None:
    kept = {"results": playground.output, "unpacked archives": playground.unpacked}
    for what, place in kept.items():
        if (megabytes := room_taken([place]) >> 20) > _MOST_KEPT_MB:
            judged.add(Effect.FILLS, f"{megabytes} MB of {what}")
    if ran.most_disk_mb > _MOST_DISK_MB:
        judged.add(Effect.FILLS, f"{ran.most_disk_mb} MB on disk")
    words = judged.entry.options
    limit = 1024 if "--memory" in words else _USUAL_MEMORY_MB
    if ran.most_memory_mb > limit + _MORE_MEMORY_MB:
        judged.add(Effect.FILLS, f"{ran.most_memory_mb} MB of memory, {limit} MB allowed")


def _judge_texts(judged: Judged, playground: Playground, ran: Ran) -> None:
    token, told = playground.token(judged.entry), confession(judged.entry)
    for path, text in _texts(playground, ran):
        if token in text:
            judged.add(Effect.LEAKS, f"the secret stands in {path}")
        if told in text:
            judged.add(Effect.REACHES, text[text.index(told) :][:100].splitlines()[0])
    if judged.entry.kind == "names":
        _judge_shown(judged, playground, ran)


def _judge_shown(judged: Judged, playground: Playground, ran: Ran) -> None:
    shown = {"the terminal": _COLOURS.sub("", ran.output)}
    for name in _READ_BY_PEOPLE:
        path = playground.output / name
        shown[name] = path.read_text(encoding="utf-8") if path.exists() else ""
    for where, text in shown.items():
        wanted = [_RAW, *([_OWN_LINE] if where in _HAVE_LINES else [])]
        wanted += [_FORMULA] if where.endswith(".csv") else []
        for pattern in wanted:
            if found := pattern.search(text):
                around = text[max(0, found.start() - 40) : found.end() + 40]
                judged.add(Effect.SHOWS, f"{where}: {around!r}")
    if shown["card.md"].count("<!-- END LOADMATRIX -->") > 1:
        judged.add(Effect.SHOWS, "card.md: a second end of the section")


def _texts(playground: Playground, ran: Ran) -> Iterator[tuple[str, str]]:
    """All that a run left to read, its logs as well."""
    yield "the terminal", ran.output
    for path in sorted(playground.output.rglob("*")):
        # What is a link was not written by the tool, or leads where it should not.
        if path.is_file() and path.stat().st_size < 1 << 26:
            yield str(path.relative_to(playground.output)), _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def judge_changes(judged: Judged, playground: Playground, found: Sequence[Change]) -> None:
    """The effects that files show."""
    for change in found:
        judged.add(_of_change(playground, change.path), str(change))


def _of_change(playground: Playground, path: Path) -> Effect:
    if path.is_relative_to(playground.temp):
        return Effect.FILLS
    elsewhere = ("outside", "secrets")
    if any(path.is_relative_to(playground.folder / name) for name in elsewhere):
        return Effect.WRITES
    return Effect.POISONS


def _own(judged: Judged, ran: Ran) -> dict[str, Any] | None:
    """What the report says of the model itself; it is never the last one."""
    models = ran.report["models"] if ran.report else []
    return dict(models[judged.position]) if judged.position < len(models) - 1 else None


def labels(judged: Judged, ran: Ran, inspected: Callable[[], str]) -> tuple[str, ...]:
    """The kinds of what the inspection before the run said of the model.

    Where the run has no report, `inspected` says it: the output of `inspect --json`.
    """
    if own := _own(judged, ran):
        return _kinds(own)
    text = inspected()
    try:
        (model,) = json.JSONDecoder().raw_decode(text[text.find("{") :])[0]["models"]
    except (ValueError, KeyError, TypeError):
        return ()
    return _kinds(model)


def _kinds(model: Mapping[str, Any]) -> tuple[str, ...]:
    found = [risk["kind"] for risk in model.get("risks") or () if not risk["usual"]]
    for finding in model.get("findings") or ():
        found += [finding["kind"], finding["severity"]]
    found += ["refused"] if model.get("problem") or model.get("untested") else []
    return tuple(dict.fromkeys(found))
