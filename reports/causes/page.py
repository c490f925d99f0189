"""What is told about a cause and about a rule, as values; `markdown` and `terminal` write them."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matrix.called import call
from matrix.errors import UsageError
from reports.causes.neighbours.all import neighbours_of
from reports.causes.neighbours.pair import Pair
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.match import cut
from reports.diagnosis.rule import Example, Rule
from reports.diagnosis.rules.all import RULES
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Certainty, Remedy

_MOST_LINES = 6
_MOST_LINE = 160
_EXCEPTION = re.compile(r"[\w.]*(?:Error|Exception|Interrupt|Exit)\b")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A failure as it is shown: its lines, and what else is `known` of it."""

    lines: tuple[str, ...]
    known: str = ""

    @property
    def in_one_line(self) -> str:
        """The exception itself, else the first words, else what is known."""
        raised = [line for line in self.lines if _EXCEPTION.match(line)]
        return next(iter((*raised, *self.lines)), self.known)


@dataclass(frozen=True, kw_only=True)
class RuleEntry:
    """A rule, with the answer that it gives to its first example.

    `others` are failures that look alike, each with the cause that they have.
    """

    name: str
    cause: Cause
    certainty: Certainty
    seen: tuple[Seen, ...]
    where: tuple[str, ...]
    explanation: str
    remedies: tuple[Remedy, ...]
    alternatives: tuple[Alternative, ...]
    others: tuple[tuple[Seen, Cause], ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class CausePage:
    """Everything that is known about a cause. `remedies` are those that several rules name."""

    cause: Cause
    neighbours: tuple[tuple[Cause, tuple[Pair, ...]], ...]
    remedies: tuple[str, ...]
    entries: tuple[RuleEntry, ...]


def page_of(cause: Cause) -> CausePage:
    """The page of a cause, its rules by name."""
    mine = sorted((rule for rule in RULES if rule.cause is cause), key=lambda rule: rule.name)
    entries = tuple(map(entry_of, mine))
    return CausePage(
        cause=cause,
        neighbours=tuple(neighbours_of(cause)),
        remedies=_shared(entries),
        entries=entries,
    )


def entry_of(rule: Rule) -> RuleEntry:
    """What a rule says, shown by its examples."""
    found = diagnose(rule.examples[0].symptom)
    return RuleEntry(
        name=rule.name,
        cause=rule.cause,
        certainty=rule.certainty,
        seen=tuple(map(_seen, rule.examples)),
        where=tuple(_where(rule)),
        explanation=found.explanation,
        remedies=found.remedies,
        alternatives=rule.alternatives,
        others=tuple(
            (_seen(example), diagnose(example.symptom).cause) for example in rule.counter_examples
        ),
        source=rule.source,
    )


def rule_named(name: str) -> Rule:
    """The rule of that name.

    Raises:
        UsageError: no rule has it.
    """
    rules = {rule.name: rule for rule in RULES}
    if name in rules:
        return rules[name]
    other = f" `{call('explain', '--cause NAME')}` lists the rules of a cause."
    raise UsageError(f"There is no rule '{name}'.{_near(name, rules) or other}")


def cause_named(name: str) -> Cause:
    """The cause of that name; its title and dashes are understood too.

    Raises:
        UsageError: no cause has it.
    """
    wanted = name.lower()
    for cause in Cause:
        if wanted.replace("-", "_") == cause.value or wanted == cause.title.lower():
            return cause
    causes = [cause.value for cause in Cause]
    other = f" The causes are: {', '.join(causes)}."
    raise UsageError(f"There is no cause '{name}'.{_near(name, causes) or other}")


def _near(name: str, names: Iterable[str]) -> str:
    """The names that may be meant, as a question; empty where there is none."""
    names = list(names)
    within = [other for other in names if name and name in other]
    near = dict.fromkeys([*difflib.get_close_matches(name, names), *within])
    return f" Did you mean {' or '.join(list(near)[:3])}?" if near else ""


def _shared(entries: Sequence[RuleEntry]) -> tuple[str, ...]:
    """Remedies that several rules name, the most frequent first."""
    counted = Counter(
        text for entry in entries for text in {remedy.text for remedy in entry.remedies}
    )
    several = [(text, times) for text, times in counted.items() if times > 1]
    return tuple(text for text, _ in sorted(several, key=lambda item: (-item[1], item[0])))


def _where(rule: Rule) -> Iterator[str]:
    yield from (fact.words for fact in rule.facts)
    for place in rule.raised_by:
        function = "" if place.function == "*" else f" in `{place.function}`"
        yield f"`{place.module}`{function} raised it"


def _seen(example: Example) -> Seen:
    symptom = example.symptom
    lines = [cut(line, _MOST_LINE) for line in symptom.text.splitlines() if line.strip()]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "…"]
    return Seen(lines=tuple(lines), known=", ".join(_known(symptom)))


def _known(symptom: Symptom) -> Iterator[str]:
    """What a symptom says beside its words, where that matters to a reader."""
    loaded = {"TensorFlow": symptom.tf_loaded, "Keras": symptom.keras_loaded}
    if symptom.format:
        yield f"format {symptom.format}"
    if symptom.saved:
        yield symptom.saved
    yield from (f"loaded by {name} {version}" for name, version in loaded.items() if version)
    if symptom.loader:
        yield f"loader {symptom.loader}"
    if symptom.ending:
        yield f"the check ended as {symptom.ending}"
    if symptom.at.exists is False:
        yield "nothing is at the path"
    if symptom.at.is_folder:
        yield "the path is a folder"
