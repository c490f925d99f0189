"""The steps of `nox -s releases`; each updates one part of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from matrix.catalogue.api_history import api_history
from matrix.catalogue.companions import packages
from matrix.catalogue.keras_configs import keras_configs
from matrix.catalogue.messages import messages
from matrix.catalogue.op_details import op_details
from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError, UsageError
from matrix.maintenance import api_history as history_of_releases
from matrix.maintenance import companions, consistency, keras, releases
from matrix.maintenance import keras_configs as configs_of_releases
from matrix.maintenance import messages as messages_of_releases
from matrix.maintenance import op_details as details_of_ops

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to refresh: `pip` is the command that runs pip (25.1 or newer).

    `names` are TensorFlow minors such as `2.15` and names of companions, empty for all. `only` are
    names of steps, empty for all. With `relock`, all locks are made again, not only those of
    releases that changed.
    """

    pip: Sequence[str]
    names: Collection[str] = ()
    only: Collection[str] = ()
    relock: bool = False

    @property
    def minors(self) -> list[str]:
        return [name for name in self.names if name not in packages()]


def _releases(request: Request, say: Say) -> list[str]:
    """The releases with their locks."""
    return releases.refresh(request.pip, request.minors, relock=request.relock, say=say)


def _keras(request: Request, say: Say) -> list[str]:
    """The Keras 3 versions."""
    keras.refresh(request.pip, say)
    return []


def _companions(request: Request, say: Say) -> list[str]:
    """The companions: those asked for are tried, otherwise only what a new release lacks."""
    if "companions" in request.only:
        return companions.verify_pairs(request.names, say)
    return companions.add_missing_pairs(request.pip, say)


def _api_history(request: Request, say: Say) -> list[str]:
    """The ops and the Keras classes of every release."""
    history = api_history()
    current = [str(release.version) for release in catalogue()]
    outdated = list(history.releases) != current or consistency.outdated_keras(history)
    if not outdated and "api-history" not in request.only:
        say("ops and classes: unchanged, the releases and their Keras are the same")
        return []
    size = history_of_releases.refresh(say)
    api_history.cache_clear()
    say(f"ops and classes: written, {size / 1024:.0f} KB")
    return []


def _op_details(request: Request, say: Say) -> list[str]:
    """What every release accepts of ops and makes of objects."""
    current = [str(release.version) for release in catalogue()]
    if list(op_details().releases) == current and "op-details" not in request.only:
        say("details of ops: unchanged, the releases are the same")
        return []
    size = details_of_ops.refresh(say)
    op_details.cache_clear()
    say(f"details of ops: written, {size / 1024:.0f} KB")
    return []


def _keras_configs(request: Request, say: Say) -> list[str]:
    """What the classes of every Keras take from a configuration."""
    known = keras_configs()
    current = [str(release.version) for release in catalogue()]
    same = list(known.releases) == current and known.keras == api_history().keras
    if same and "keras-configs" not in request.only:
        say("configurations: unchanged, the releases and their Keras are the same")
        return []
    size = configs_of_releases.refresh(say)
    keras_configs.cache_clear()
    say(f"configurations: written, {size / 1024:.0f} KB")
    return []


def _messages(request: Request, say: Say) -> list[str]:
    """The sentences that every release and every Keras 3 can raise."""
    if messages().editions == messages_of_releases.editions() and "messages" not in request.only:
        say("messages: unchanged, the releases and the Keras versions are the same")
        return []
    size = messages_of_releases.refresh(say)
    messages.cache_clear()
    say(f"messages: written, {size / 1024:.0f} KB")
    return []


Step = Callable[[Request, Say], list[str]]

STEPS: Mapping[str, Step] = {
    "releases": _releases,
    "keras": _keras,
    "companions": _companions,
    "api-history": _api_history,
    "op-details": _op_details,
    "keras-configs": _keras_configs,
    "messages": _messages,
}


def refresh(request: Request, say: Say, steps: Mapping[str, Step] = STEPS) -> list[str]:
    """Run the steps in their order; returns a sentence for each thing that failed.

    A step that fails does not keep the others from running. At the end the parts of the catalogue
    are compared, so that none lacks a release of another.

    Raises:
        UsageError: there is no step of a name in `only`, or a name is no minor and no companion.
    """
    _check_names(request, steps)
    failures: list[str] = []
    for name, step in steps.items():
        if request.only and name not in request.only:
            continue
        say(f"step {name}: {(step.__doc__ or '').strip()}")
        failed = _failures(step, request, say)
        say(f"step {name}: {'FAILED' if failed else 'done'}")
        failures += [f"{name}: {text}" for text in failed]
    return failures + [f"catalogue: {text}" for text in consistency.problems()]


def _failures(step: Step, request: Request, say: Say) -> list[str]:
    try:
        return step(request, say)
    except UsageError:
        raise
    except LoadmatrixError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - one step must not keep the others from running
        return [f"{type(error).__name__}: {error}"]


def _check_names(request: Request, steps: Mapping[str, Step]) -> None:
    if unknown := set(request.only) - set(steps):
        names = ", ".join(steps)
        raise UsageError(f"Unknown step {min(unknown)}. The steps are: {names}.")
    for name in request.minors:
        if not all(part.isdecimal() for part in name.split(".")) or name.count(".") != 1:
            raise UsageError(f"{name} is neither a companion nor a TensorFlow minor such as 2.15.")
