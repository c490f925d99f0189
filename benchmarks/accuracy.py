"""`nox -s accuracy`: how often the cause is right, on real reports whose cause was established."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tabulate import tabulate

from reports.jobs.explain import explained_lines

# What issue and design ask for: part of the rows, least share that is right.
_TARGETS = {"high": 0.95, "all": 0.88}
_MOST_UNCLASSIFIED = 0.05


def accuracy(source: Path, say: Callable[[str], None]) -> int:
    """Print figures, confusions and the rows that are wrong."""
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line]
    # What the rows say of cause and detail never reaches the rules.
    said = ("id", "exception_type", "message", "format", "tf_saved", "tf_loaded", "keras_loaded")
    asked = "\n".join(json.dumps({name: row.get(name) for name in said}) for row in rows)
    answers = [json.loads(line) for line in explained_lines(asked)]
    pairs = list(zip(rows, answers, strict=True))
    say("\n".join([*_figures(pairs), "", *_confusions(pairs), "", *_wrong(pairs)]))
    return 0


_Pairs = Sequence[tuple[Mapping[str, str], Mapping[str, str]]]


def _figures(pairs: _Pairs) -> Iterable[str]:
    for part in ("high", "medium", "low", "all"):
        mine = [(r, a) for r, a in pairs if part in ("all", r["confidence"])]
        right = sum(row["cause"] == answer["cause"] for row, answer in mine)
        share = right / len(mine) if mine else 1.0
        wanted = f", {_TARGETS[part]:.0%} asked" if part in _TARGETS else ""
        yield f"{part:>8}: {right} of {len(mine)} right ({share:.1%}{wanted})"
    unknown = sum(answer["cause"] == "unclassified" for _, answer in pairs)
    share = unknown / len(pairs) if pairs else 0.0
    yield f"unclassified: {unknown} ({share:.1%}, at most {_MOST_UNCLASSIFIED:.0%} asked)"


def _confusions(pairs: _Pairs) -> Iterable[str]:
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


def _wrong(pairs: _Pairs) -> Iterable[str]:
    for row, answer in pairs:
        if row["cause"] != answer["cause"]:
            yield f"{row['id']}: {row['cause']} taken for {answer['cause']}: {answer['evidence']}"
