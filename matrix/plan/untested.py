"""Models that cannot be tested: the others are tested anyway."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from matrix.called import call
from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.inputs.hints import InputHints
from matrix.model.contents.contents import Contents
from matrix.model.contents.gather import contents_or_nothing
from matrix.model.facts import Format, ModelFacts
from matrix.model.inspection import Inspection, Refusal, inspect_path, refused
from matrix.model.opened_files import OpenedFiles
from matrix.model.source.address import Address
from matrix.options.options import Options
from matrix.plan.loaders import has_loader

_ALONE = "Test it alone, on a machine with more memory."
_TOO_LARGE = f"there is not enough memory. {_ALONE}"


@dataclass(frozen=True, kw_only=True)
class Untested:
    """A model that was named and cannot be tested, at its place among those named.

    `called` is what the call names the model; empty where that is the last part of its path.
    `given` is how the call gave it, without the path of this machine where that can be avoided.
    `code` is the exit code of a call that names this model alone. `format` and `sha256` are those
    of something that was recognised and is no whole model, such as a file of weights. `not_run`
    says that it could be tested and was not, such as by a shard that is missing: its cells are
    not-run.
    """

    place: int
    path: str
    why: str
    code: int
    format: str = Format.UNKNOWN.value
    sha256: str = ""
    called: str = ""
    given: str = ""
    not_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What is read of a model beside its facts, while its files are open."""

    hints: InputHints | None
    contents: Contents | None


def inspect_each(
    options: Options, deadly: Collection[int] = ()
) -> tuple[dict[int, Inspection], tuple[Untested, ...]]:
    """The models of a call: what is known of each by its place, and those that cannot be tested.

    Those at the places in `deadly` are not read: that has killed a process.
    """
    inspections: dict[int, Inspection] = {}
    untested: list[Untested] = []
    gather = partial(_gathered, hints=not options.plan_only)
    for place, model in enumerate(options.models):
        if place in deadly:
            untested.append(_untested(place, str(model), killed(model), NothingTestable.exit_code))
            continue
        try:
            seen = inspect_path(model, options.checksums, offline=options.offline, gather=gather)
            why = refused(model, seen) or _no_loader(seen)
            if isinstance(seen, Inspection) and not why:
                given = options.given(model)
                facts = replace(seen.facts, called=options.name(model), given=given)
                inspections[place] = replace(seen, facts=facts)
            else:
                untested.append(_refused(place, str(model), why, seen))
        except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are tested
            untested.append(_untested(place, str(model), *why_not(model, error)))
    return inspections, tuple(_named(one, options) for one in untested)


def _named(one: Untested, options: Options) -> Untested:
    model = options.models[one.place]
    return replace(one, called=options.name(model), given=options.given(model))


def killed(model: Path | Address) -> str:
    """The sentence for a model that is not read again, because that has killed a process."""
    return (
        f"{model} cannot be inspected: the process that read it was killed, perhaps for lack of "
        f"memory. {_ALONE}"
    )


def _no_loader(seen: Inspection | Refusal) -> str:
    """Why a model of a known format cannot be tested, empty where some loader reads the format."""
    if isinstance(seen, Refusal) or has_loader(seen.facts.format):
        return ""
    message = f"{seen.facts.shown} is a {seen.facts.format.words}, and no loader reads that format"
    return (
        f"{message}. Convert it to a format that TensorFlow loads, and give the path of the result."
    )


def _gathered(model: ModelFacts, opened: OpenedFiles, *, hints: bool) -> Gathered:
    """What is to be known besides the facts; who only plans makes no inputs."""
    made_by = _input_hints(model, opened) if hints else None
    return Gathered(hints=made_by, contents=contents_or_nothing(model, opened))


def _input_hints(model: ModelFacts, opened: OpenedFiles) -> InputHints | None:
    """What inputs are made by, while the files are open; `None` where the next attempt says why."""
    # Here, because the sessions of cells have no use for numpy.
    from matrix.inputs.generated import hints_or_nothing

    try:
        return hints_or_nothing(model, opened)
    except Exception:  # noqa: BLE001 - it is reported where the inputs are made
        return None


def none_left(untested: Sequence[Untested]) -> LoadmatrixError:
    """The failure of a call none of whose models can be tested."""
    if not untested:
        return UsageError(f"No model was given. Call: {call('matrix', 'path/to/model')}")
    kinds = {kind.exit_code: kind for kind in (LoadmatrixError, NothingTestable, UsageError)}
    codes = {model.code for model in untested}
    kind = kinds[codes.pop()] if len(codes) == 1 else NothingTestable
    return kind("\n".join(dict.fromkeys(model.why for model in untested)))


def why_not(model: Path | Address, error: Exception) -> tuple[str, int]:
    """The sentence for a model whose inspection failed, and the code of a call for it alone."""
    if isinstance(error, LoadmatrixError):
        return str(error), error.exit_code
    if isinstance(error, OSError):
        return f"{model} cannot be read: {error}.", NothingTestable.exit_code
    if isinstance(error, MemoryError):
        return f"{model} cannot be inspected: {_TOO_LARGE}", NothingTestable.exit_code
    return surprise(str(model), error), LoadmatrixError.exit_code


def surprise(model: str, error: Exception) -> str:
    """The sentence for a failure of this tool that nobody foresaw."""
    said = f"{type(error).__name__}: {error}"[:300]
    return (
        f"{model} could not be inspected ({said}). This is a bug in loadmatrix: please report it."
    )


def not_run(name: str, why: str) -> Untested:
    """A model that could be tested and was not, or of whose runs nothing is believed."""
    return replace(_untested(0, name, why, NothingTestable.exit_code), not_run=True)


def _refused(place: int, path: str, why: str, seen: Inspection | Refusal) -> Untested:
    refused = _untested(place, path, why, NothingTestable.exit_code)
    if isinstance(seen, Refusal):
        return refused
    return replace(refused, format=seen.facts.format.value, sha256=seen.facts.sha256)


def _untested(place: int, path: str, why: str, code: int) -> Untested:
    return Untested(place=place, path=path, why=why, code=code)
