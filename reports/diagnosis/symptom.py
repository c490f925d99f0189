"""The input of a diagnosis: the exception, and what is known about model, path and cell.

One type for both worlds: a check of the matrix, where much is known, and a text somebody pasted,
where often nothing is known but its words. What is not known is empty or `None`, never a guess.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from matrix.catalogue.companions import TF_KERAS
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.plan.loaders import LOADERS, builds_keras
from matrix.versions import version_in
from reports.diagnosis.sentences.dating import dated
from reports.diagnosis.sentences.raised import Raised, raised

_MOST_TEXT = 16_000


@dataclass(frozen=True, kw_only=True)
class Link:
    """One exception of a chain."""

    kind: str
    message: str


@dataclass(frozen=True, kw_only=True)
class PathFacts(Place):
    """What was at the path that a loader was given, when the run was planned.

    `damage` is what a static look found wrong with the bytes.
    """

    damage: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """One failure. `kind` is the type of the exception, `chain` what it came from, newest first.

    `ending` is the verdict of a process that died (`crashed`, `timed-out`, `out-of-memory`) or of
    an attempt that was none (`blocked`, `broken`, `unavailable`), with `message` saying how.
    `stage` is how far the check came, `loader` and `variant` how it was loaded. `custom_objects`,
    `ops` and `lambdas` are those of the model facts, `given` is the file of custom objects that the
    caller handed over.
    `has_error` is false for a text that somebody pasted without an error message in it, and `None`
    where that is not clear.
    `in_cell` is true for a check of the matrix, where every reader sees which release it was in,
    `ruled_out` where that loader could not load a whole file of this format in this cell either.
    """

    kind: str = ""
    message: str = ""
    chain: tuple[Link, ...] = ()
    traceback: str = ""
    ending: str = ""
    stage: str = ""
    loader: str = ""
    variant: str = ""
    format: str = ""
    path: str = ""
    tf_saved: str = ""
    tf_loaded: str = ""
    keras_saved: str = ""
    keras_loaded: str = ""
    at: PathFacts = field(default_factory=PathFacts)
    custom_objects: tuple[str, ...] = ()
    given: str = ""
    lambdas: tuple[str, ...] = ()
    ops: Mapping[str, int] = field(default_factory=dict, hash=False)
    has_error: bool | None = True
    in_cell: bool = False
    ruled_out: bool = False

    @functools.cached_property
    def text(self) -> str:
        """Every word of the failure: the exception as Python shows it, then what it came from."""
        parts = [_shown(self.kind, self.message)]
        parts += [_shown(link.kind, link.message) for link in self.chain]
        # A traceback repeats the messages; only where it is all there is, or shows frames, it adds.
        parts += [self.traceback] if self.traceback else []
        return _ends("\n".join(parts))

    @functools.cached_property
    def small_letters(self) -> str:
        """The text without capitals, to look words up in."""
        return self.text.lower()

    @property
    def config_text(self) -> str:
        """The words that quote a config, or name what a config names."""
        return self.text

    @property
    def words(self) -> str:
        """The exception alone, without what it came from."""
        return _ends(_shown(self.kind, self.message))

    @functools.cached_property
    def tf(self) -> Version | None:
        """The TensorFlow that loaded, as far as it is known."""
        return version_in(self.tf_loaded)

    @functools.cached_property
    def keras(self) -> Version | None:
        """The Keras that loaded: what was said, or what that TensorFlow brings."""
        return version_in(self.keras_loaded)

    @property
    def by_keras(self) -> bool:
        """Whether a Keras loader was to give a Keras model."""
        return builds_keras(self.loader)

    @property
    def keras_3(self) -> bool | None:
        """Whether the Keras that loaded is Keras 3; `None` where nothing tells."""
        if self.loader in LOADERS and LOADERS[self.loader].package == TF_KERAS:
            return False
        if self.keras is not None:
            return self.keras.major >= 3  # noqa: PLR2004
        if self.tf is not None:
            return self.tf >= Version("2.16")
        if "keras/src/models/" in self.text.replace("\\", "/"):
            return True
        found = dated(self.raised)
        return found.in_keras_3 if found else None

    @property
    def here(self) -> str:
        """The one that loaded, in words for a sentence."""
        if self.in_cell:
            return "this TensorFlow"
        if self.tf is not None:
            named = self.tf_loaded[:1].isdigit()
            return f"TensorFlow {self.tf_loaded}" if named else self.tf_loaded
        return f"Keras {self.keras_loaded}" if self.keras else "this TensorFlow"

    @property
    def keras_here(self) -> str:
        """The Keras that loaded, in words for a sentence."""
        if self.keras is not None and not self.in_cell:
            return f"Keras {self.keras_loaded}"
        by_release = {True: "Keras 3", False: "Keras 2", None: "this Keras"}
        return by_release[self.keras_3]

    @property
    def saved(self) -> str:
        """`written by TensorFlow 2.15.0`, or nothing."""
        if self.tf_saved and version_in(self.tf_saved):
            return f"written by TensorFlow {self.tf_saved}"
        return f"written by Keras {self.keras_saved}" if version_in(self.keras_saved) else ""

    @property
    def saved_by_keras_3(self) -> bool | None:
        """Whether Keras 3 saved the model; `None` if the file does not say."""
        if self.format == "keras_v3" and not version_in(self.keras_saved):
            # The name of the format: Keras 2.12 to 2.15 write it too.
            return None
        if keras := version_in(self.keras_saved):
            return keras.major >= 3  # noqa: PLR2004
        tf = version_in(self.tf_saved)
        return False if tf and tf < Version("2.16") else None

    @property
    def loading(self) -> bool:
        """Whether the model was being loaded, as far as it is known."""
        return self.stage in ("", "load")

    @functools.cached_property
    def raised(self) -> tuple[Raised, ...]:
        """Where in the sources of the releases the sentences of the failure stand."""
        told = [_shown(self.kind, self.message)]
        told += [_shown(link.kind, link.message) for link in self.chain]
        return raised(_ends("\n".join(filter(None, told)) or self.traceback), self.traceback)


def _ends(text: str) -> str:
    """A text without its middle where it is long: what matters is said first or last."""
    if len(text) <= _MOST_TEXT:
        return text
    half = _MOST_TEXT // 2
    return f"{text[:half]}\n{text[-half:]}"


def _shown(kind: str, message: str) -> str:
    bare = kind.rpartition(".")[2]
    return message if not kind or bare in message[:400] else f"{kind}: {message}"
