"""Does everything that loads compute the same? With models of our own making, in real releases.

`make.py` makes them with eight releases. Every check that loads must say `runs` and
answer what the plain call of TensorFlow gives in the release that saved the model. What `differs`
must differ in the plain call, too. A model with one weight moved must say `differs` from what we
compute without TensorFlow, and by just as much.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.specifiers import SpecifierSet

from benchmarks.judged import Judged, Judgement
from benchmarks.numerics.models import EXAMPLE, WRITERS, make, models_of
from benchmarks.numerics.nudged import nudged_models
from benchmarks.numerics.raw import Call, held
from benchmarks.numerics.runs import Found, counts, label, ran_in_cells, table, why
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.results import verdicts

# What TensorFlow itself does: patterns of model, release and loader, the verdict, and why.
Known = Mapping[tuple[str, str, str], tuple[str, str]]
_UNSIGNED = ("loads", "a session calls signatures, and the model has none")
KNOWN: Known = {
    ("*/unsigned", "*", "session"): _UNSIGNED,
    ("*/structured", "*", "session"): _UNSIGNED,
    ("2.21.0/ragged_*.keras", "*", "keras"): (
        "loads",
        "Keras 3 builds recurrent layers on ragged inputs, and cannot call them with any",
    ),
    ("2.4.4/attention", "2.4.4", "keras"): (
        "differs",
        "Keras 2.4.4 leaves the weights of MultiHeadAttention random",
    ),
    ("2.4.4/several", "2.21.0", "tfsm_layer"): (
        "loads",
        "TFSMLayer hands one argument on, and the model takes two",
    ),
    ("2.21.0/quantised.tflite", "2.4.4", "tflite"): (
        "differs",
        "kernels of 2.4.4 answer nonsense to what 2.21.0 quantised",
    ),
}
_ANSWERS = ("runs", "differs", "loads", "fails", "not-applicable")


def main(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """Make the models that are not there yet, run them, print what is wrong; 0 if nothing.

    `arguments` are options of `matrix`; what it takes for a model is where our models are kept.
    Releases that are named are all tested, and else those that make models and a few more.
    """
    started = time.monotonic()
    options = read_options([str(EXAMPLE), *arguments], folder)
    named = [model for model in options.models[1:] if isinstance(model, Path)]
    place = next(iter(named), options.output / "models")
    chosen = replace(options, tensorflow=SpecifierSet(">=2"), remedies=False)
    missing = [writer for writer in WRITERS if not make(writer, place / writer, chosen)]
    models = [path for writer in WRITERS for path in models_of(writer, place)]
    asked = replace(chosen, tensorflow=options.tensorflow or chosen.tensorflow)
    plain = [one for one in models if one.stem != "nudged"]
    wrong = _agreement(plain, asked, noxfile, everywhere=options.tensorflow is not None)
    wrong += nudged_models(
        [one for one in models if one.stem in ("dense", "nudged")], chosen, noxfile
    )
    wrong += [f"no models were made by {writer}" for writer in missing]
    print("\n".join([*wrong, f"{len(wrong)} answers are not as they should be."]))
    print(f"It took {(time.monotonic() - started) / 60:.0f} minutes.", flush=True)
    return 1 if wrong else 0


def _agreement(
    models: Sequence[Path], options: Options, noxfile: Path, *, everywhere: bool
) -> list[str]:
    """What is wrong with the verdicts on all models."""
    within = replace(options, output=options.output / "agreement")
    run = ran_in_cells(models, within, noxfile, everywhere=everywhere)
    place = within.output / "table.txt"
    place.write_text(table(run.found) + "\n", encoding="utf-8")
    print(f"\n{len(models)} models; all of them stand in {place}\n{counts(run.found)}\n")
    words = Counter(one.check.verdict.word for one in run.found)
    print(", ".join(f"{word}: {count}" for word, count in words.most_common()))
    told = [one.check.verdict for one in run.found if isinstance(one.check.verdict, verdicts.Runs)]
    apart = [one for one in told if one.compared_with]
    largest = max((one.max_rel_diff for one in apart), default=0)
    print(f"{len(apart)} of {len(told)} that run were compared, and are apart by {largest:.2g}.")
    print("\n".join(_random(run.found)))
    judgements = list(held(run, within, within.output / "raw"))
    kinds = Counter((call.word, one.judgement.value) for call, one in judgements)
    for (word, kind), count in sorted(kinds.items()):
        print(f"{count} calls of what {word} are {kind}")
    return [*_no_answer(run.found), *judgements_wrong(judgements)]


def _random(found: Sequence[Found]) -> Iterator[str]:
    for one in found:
        for call in one.check.calls:
            if call.repeatable is False:
                yield f"{label(one)}: {call.signature} is not repeatable"


def _no_answer(found: Sequence[Found]) -> Iterator[str]:
    """No answer is no agreement."""
    for one in found:
        if one.check.verdict.word not in _ANSWERS:
            yield f"{label(one)}: {one.check.verdict.word}"


def judgements_wrong(
    judgements: Sequence[tuple[Call, Judged]],
    known: Known = KNOWN,
) -> Iterator[str]:
    """The verdicts that no plain call confirms and nobody knows of, and what is known no more."""
    seen = set()
    for call, one in judgements:
        text = f"{label(call.found)}, {call.record.get('signature')}: {call.word}"
        pattern = _pattern(call.found.key, known)
        if pattern and call.word == known[pattern][0]:
            seen.add(pattern)
            print(f"{text} {why(call.found.check)}. Known: {known[pattern][1]}.")
        elif one.judgement is Judgement.CONFIRMED:
            print(f"{text}, as the plain call does: {one.why[:200]}")
        elif one.judgement is not Judgement.RIGHT:
            held = one.judgement.value
            yield f"{text} is {held}: {one.why[:300]} ({why(call.found.check)})"
    gone = {_pattern(call.found.key, known) for call, _ in judgements} - seen
    for pattern in filter(None, gone):
        yield f"{' '.join(pattern)} is known as {known[pattern][0]}, and was not seen"


def _pattern(key: tuple[str, str, str], known: Known) -> tuple[str, str, str] | None:
    """The first pattern of what is known that a check fits."""
    fits = (one for one in known if all(map(fnmatchcase, key, one)))
    return next(fits, None)
