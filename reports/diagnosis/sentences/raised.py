"""Finds the sentences of the releases in a text: what raised it, and which releases have it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matrix.catalogue.messages import TF_KERAS, Messages, Origin, messages
from reports.diagnosis.sentences.alignment import Alignment, align, pieces
from reports.diagnosis.sentences.candidates import candidates
from reports.diagnosis.sentences.holes import holes
from reports.diagnosis.sentences.words import Words

_MOST = 5
# Cells of a run fail alike.
_REMEMBERED = 4096
_MOST_TEXT = 64_000
_NATIVE = "native"
_LOADING = re.compile(r"\.\w*(?:sav(?:e|ing)|load|serial|hdf5|checkpoint)")

# A sentence counts where enough of it stands there: letters of words that say something.
_LEAST_LETTERS = 10
_WHOLE_WORDS, _LEAST_WORD, _LONG_WORD = 4, 9, 12
_LEAST_SHARE = 0.6
_LONG, _LONG_SHARE = 60, 0.35
_SHORT = 28
_CUT_WORDS = 5
_COVERED = 0.6
_PIECE = 0.6
# Words that any sentence may have.
_COMMON = frozenset(
    (
        *("a", "an", "the", "of", "to", "be", "is", "are", "was", "were", "in", "on", "at", "for"),
        *("and", "or", "not", "no", "with", "by", "from", "as", "it", "its", "this", "that", "if"),
        *("these", "those", "must", "should", "can", "cannot", "got", "but", "expected", "found"),
        *("received", "has", "have", "been", "will", "only", "given", "value", "type", "which"),
        *("one", "more", "than", "when", "you", "your", "please", "see", "also", "into"),
    )
)


@dataclass(frozen=True, slots=True)
class Raised:
    """A sentence of the releases that stands in a text.

    `holes` is what stands where the template has `{}`. `package` is `keras`, `tf_keras`,
    `tensorflow`, `h5py`, `protobuf` or `native` (C++, without function and type; `module` is the
    library then). `releases` are the TensorFlow releases that have the sentence, `keras` the
    versions of Keras 3. `literal` is how many of its letters were found, `share` how many of its
    words, `line` the line of the text that it begins in. `alone` is false where other functions
    have the sentence too and no frame tells which of them it was.
    """

    template: str
    holes: tuple[str, ...]
    package: str
    module: str
    function: str
    kind: str
    releases: tuple[str, ...]
    keras: tuple[str, ...]
    literal: int
    share: float
    line: str = ""
    alone: bool = True


@dataclass(frozen=True, slots=True)
class _Found:
    template: str
    alignment: Alignment
    origins: tuple[Origin, ...]

    @property
    def score(self) -> float:
        return self.alignment.letters * self.alignment.share

    @property
    def native(self) -> bool:
        return all(origin.package == _NATIVE for origin in self.origins)


@functools.lru_cache(maxsize=_REMEMBERED)
def raised(text: str, frames: str = "") -> tuple[Raised, ...]:
    """The sentences that a text has, the surest first, at most five.

    Several places may raise the same sentence: the frames of a traceback, in the text or beside
    it, say which did.
    """
    known = messages()
    words = Words(text[-_MOST_TEXT:])
    found = sorted(_found(known, words), key=lambda one: (-one.score, one.template))
    best = _apart(found)
    told = f"{frames}\n{words.text}".replace("\\", "/")
    answers = [answer for one in best for answer in _answers(known, one, words, told)]
    return tuple(answers[:_MOST])


def _found(known: Messages, words: Words) -> Iterator[_Found]:
    for identity, place, group in candidates(known, words):
        template = known.template(identity)
        alignment = align(template, words, place, group)
        if alignment is None or not _is_telling(template, alignment, words):
            continue
        found = _Found(template, alignment, known.sentence(identity).origins)
        if _counts(found, words):
            yield found


def _is_telling(template: str, found: Alignment, words: Words) -> bool:
    """Whether what was found are more than words that any sentence has."""
    telling = [word for word in _matched(template, found, words) if word not in _COMMON]
    letters = sum(map(len, telling))
    whole = found.share == 1 and found.found >= _WHOLE_WORDS and letters >= _LEAST_WORD
    whole = whole or (found.share == 1 and letters >= _LONG_WORD)
    return whole or (letters >= _LEAST_LETTERS and len(telling) > 1)


def _counts(one: _Found, words: Words) -> bool:
    """Whether enough of a sentence is there to say that it is this one."""
    found = one.alignment
    if found.letters < _SHORT:
        return found.share == 1 and _begins(one.template, found, words)
    if found.share >= _LEAST_SHARE or (one.native and found.tail):
        return True
    if found.cut and 0 in found.spans and found.found >= _CUT_WORDS:
        return True
    return found.letters >= _LONG and found.share >= _LONG_SHARE


def _matched(template: str, found: Alignment, words: Words) -> Iterator[str]:
    parts = pieces(template)
    for piece, (first, last) in found.spans.items():
        there = {token.word for token in words.tokens[first:last]}
        there |= {token.whole for token in words.tokens[first:last]}
        yield from (word for word in parts[piece].words if word in there)


def _begins(template: str, found: Alignment, words: Words) -> bool:
    """Whether a short sentence stands for itself, and is not the middle of another."""
    if template.startswith("{}"):
        return True
    start = words.tokens[found.start].start
    before = words.text[max(0, start - 20) : start].rstrip(" \t")
    return not before or before[-1] in "\n:.;,'\"`([{>|=!?]"


def _apart(found: Iterable[_Found]) -> list[list[_Found]]:
    """The surest of those that stand at the same place of the text, each with its equals."""
    kept: list[list[_Found]] = []
    for one in found:
        mine = _place(one)
        over = [(len(mine & _place(other[0])), other) for other in kept]
        most, there = max(over, key=lambda pair: pair[0], default=(0, None))
        if there is not None and most >= _COVERED * len(mine):
            if _is_equal(one, there[0]):
                there.append(one)
        elif len(kept) < _MOST:
            kept.append([one])
    return kept


def _is_equal(one: _Found, best: _Found) -> bool:
    """Whether another sentence says the same here.

    It may go on where the text ends. C++ has a sentence as a whole in some releases and in pieces
    in others, and some linkers keep it only as the end of a longer one.
    """
    mine, other = one.alignment, best.alignment
    if one.native and best.native:
        return (mine.tail or mine.share == 1) and mine.letters >= _PIECE * other.letters
    return (
        mine.share == other.share == 1 and one.score == best.score and _place(one) == _place(best)
    )


def _place(found: _Found) -> set[int]:
    return set(range(found.alignment.start, found.alignment.end))


def _answers(
    known: Messages, equals: Sequence[_Found], words: Words, told: str
) -> Iterator[Raised]:
    """One answer for the packages that came with TensorFlow, one for tf-keras."""
    # What is whole tells more of a sentence than what goes on.
    equals = sorted(equals, key=lambda one: one.alignment.cut)
    pairs = [(one, origin) for one in equals for origin in one.origins]
    beside = [pair for pair in pairs if pair[1].package == TF_KERAS]
    within = [pair for pair in pairs if pair[1].package != TF_KERAS]
    families = [within, beside]
    if "tf_keras/" in told:
        families.reverse()
    yield from (_answer(known, family, words, told) for family in families if family)


def _answer(
    known: Messages, pairs: Sequence[tuple[_Found, Origin]], words: Words, told: str
) -> Raised:
    found, shown = max(pairs, key=lambda pair: (not pair[0].alignment.cut, *_likely(pair[1], told)))
    having = frozenset[str]().union(*(origin.releases for _, origin in pairs))
    keras = {version for _, origin in pairs for version in origin.keras}
    return Raised(
        template=found.template,
        holes=holes(found.template, words, found.alignment),
        package=shown.package,
        module=shown.module,
        function=shown.function,
        kind=shown.kind,
        releases=tuple(release for release in known.releases if release in having),
        keras=tuple(version for _, version in known.editions if version in keras),
        literal=found.alignment.letters,
        share=found.alignment.share,
        line=_line(words, found.alignment),
        alone=_framed(shown, told) > 0 or len({origin.function for _, origin in pairs}) == 1,
    )


def _line(words: Words, found: Alignment) -> str:
    start = words.tokens[found.start].start
    begin = words.text.rfind("\n", 0, start) + 1
    end = words.text.find("\n", start)
    return words.text[begin : end if end >= 0 else None].strip()


def _likely(origin: Origin, told: str) -> tuple[int, bool, bool, bool, int, str]:
    """How much speaks for an origin: a frame, the type, that it loads models, many releases."""
    framed = _framed(origin, told)
    typed = bool(origin.kind) and origin.kind in told
    written = origin.package != _NATIVE
    loads = _LOADING.search(origin.module) is not None
    return framed, typed, written, loads, len(origin.releases), origin.module


def _framed(origin: Origin, told: str) -> int:
    """How much of an origin the frames of a traceback show: its file, its function."""
    path, function = origin.module.replace(".", "/"), origin.function.rpartition(".")[2]
    return bool(path and path in told) + bool(function and f"in {function}\n" in told)
