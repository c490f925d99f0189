"""`nox -s accuracy`: how often `explain` is right, on real reports whose cause was established.

A row has what `explain` is given (`exception_type`, `message`, `format`, `tf_saved`, `tf_loaded`,
`keras_loaded`) and what is right: `cause`, and in `also` other causes that its words leave open;
`subject`, and in `subjects` other names for it; `confidence` in the label. `first_sight/` has
batches of such rows, labelled before the rules saw them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from reports.jobs.explain import explained_lines
from reports.output import echo
from reports.report.cause import Certainty

BATCHES = Path(__file__).with_name("first_sight")
_HEAD = ("rows", "number", "right", "with also", "subjects", "unclassified")
_ASKED = ("asked", "", "all 92%, high 95%", "", "90%", "at most 5%")
_GIVEN = ("id", "exception_type", "message", "format", "tf_saved", "tf_loaded", "keras_loaded")
_MOST_SHOWN = 300

# A row, and what `explain` answers.
_Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


def main(words: Sequence[str], folder: Path, shared: Path) -> int:
    """The figures of the named files; of the data in `shared`, and of its loads with `loads`."""
    facts = shared / "facts"
    if list(words) == ["loads"]:
        return _loads(facts / "measured-loads.jsonl", shared / "models")
    named = [folder / name for name in words if name != "--wrong"]
    return accuracy(named or sources(facts / "errors.jsonl"), echo, wrong="--wrong" in words)


def _loads(measured: Path, models: Path) -> int:
    from benchmarks.diagnoses import loads

    if not measured.exists():
        echo(f"There is no {measured.name} beside the project, so nothing was measured.")
        return 0
    return loads(measured, models, echo)


def sources(errors: Path) -> tuple[Path, ...]:
    """The reports beside the project, where they are there, and the batches inside."""
    return (*([errors] if errors.exists() else []), *sorted(BATCHES.glob("*.jsonl")))


def accuracy(files: Sequence[Path], say: Callable[[str], None], *, wrong: bool = False) -> int:
    """Print the figures of each file, and on demand what was taken for what and each wrong row."""
    for file in files:
        pairs = _answered(file)
        say(f"{file.name}\n\n{_figures(pairs)}\n")
        if wrong:
            say("\n".join([*_confusions(pairs), "", *_wrong(pairs), ""]))
    return 0


def _answered(file: Path) -> list[_Pair]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    # What the rows say of cause and detail never reaches the rules.
    asked = "\n".join(json.dumps({name: row.get(name) for name in _GIVEN}) for row in rows)
    answers = [json.loads(line) for line in explained_lines(asked)]
    return list(zip(rows, answers, strict=True))


def _figures(pairs: Sequence[_Pair]) -> str:
    parts = [
        (f"{word} confidence", [pair for pair in pairs if pair[0]["confidence"] == word])
        for word in ("high", "medium", "low")
    ]
    parts += [("all", list(pairs))]
    parts += [
        (f"answered as {word.value}", [p for p in pairs if p[1]["certainty"] == word.value])
        for word in Certainty
    ]
    lines = [_line(name, part) for name, part in parts if part]
    return tabulate([*lines, _ASKED], headers=_HEAD, disable_numparse=True)


def _line(name: str, pairs: Sequence[_Pair]) -> tuple[str, ...]:
    labelled = [pair for pair in pairs if pair[0].get("subject")]
    return (
        name,
        str(len(pairs)),
        _share([row["cause"] == answer["cause"] for row, answer in pairs]),
        _share([_within(row, answer) for row, answer in pairs]),
        _share([_has_subject(row, answer) for row, answer in labelled]),
        _share([answer["cause"] == "unclassified" for _, answer in pairs]),
    )


def _share(true: Sequence[bool]) -> str:
    """How many, and how much of all; empty where no row says what is right."""
    return f"{sum(true)} ({sum(true) / len(true):.1%})" if true else ""


def _within(row: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Whether the cause is right, or another one that the words leave open."""
    return answer["cause"] in (row["cause"], *row.get("also", ()))


def _has_subject(row: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Whether the subject is one of those that the row names, or a part of it, or has it inside."""
    wanted = [_letters(name) for name in (row.get("subject"), *row.get("subjects", ())) if name]
    given = _letters(answer["subject"])
    return not wanted or any(given and (given in name or name in given) for name in wanted)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _confusions(pairs: Sequence[_Pair]) -> Iterable[str]:
    """Cause by cause: how many there are, how many were seen, what the others were taken for."""
    mistaken: dict[str, Counter[str]] = {}
    for row, answer in pairs:
        mistaken.setdefault(row["cause"], Counter())[answer["cause"]] += 1
    table = [
        (
            cause,
            sum(seen.values()),
            seen[cause],
            ", ".join(f"{other} ({n})" for other, n in seen.most_common() if other != cause),
        )
        for cause, seen in sorted(mistaken.items())
    ]
    return tabulate(table, headers=("cause", "rows", "right", "taken for")).splitlines()


def _wrong(pairs: Sequence[_Pair]) -> Iterator[str]:
    """The rows whose cause or subject is not the one that was established."""
    for row, answer in pairs:
        by = f"by {answer['rule']} ({answer['certainty']})" if answer["rule"] else ""
        if row["cause"] != answer["cause"]:
            also = " (also right)" if _within(row, answer) else ""
            yield f"{row['id']}: {row['cause']} taken for {answer['cause']}{also} {by}".rstrip()
        elif not _has_subject(row, answer):
            yield f"{row['id']}: subject {row['subject']} taken for {answer['subject']} {by}"
        else:
            continue
        yield f"    {answer['evidence'][:_MOST_SHOWN]}"
