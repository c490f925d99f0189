"""In which releases the sentences of a text exist: that dates a report which names no version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from matrix.catalogue.cell import KERAS_3_FROM
from matrix.catalogue.messages import KERAS, TF_KERAS, messages
from reports.diagnosis.sentences.raised import Raised
from reports.report.releases import ranges

# A sentence dates a text where it is long and nearly all there.
_SURE_LETTERS, _SURE_SHARE = 30, 0.8
# File libraries are not bound to a TensorFlow: any release may have any version of them.
_BOUND = ("keras", "tf_keras", "tensorflow", "native")
_UNBOUND = ("h5py", "protobuf")


@dataclass(frozen=True, slots=True)
class Dated:
    """`releases` are those of TensorFlow, `beside` those whose tf-keras has the sentences."""

    releases: tuple[str, ...]
    beside: tuple[str, ...]
    keras: tuple[str, ...]
    place: str

    def __str__(self) -> str:
        """`The code of TensorFlow 2.13 to 2.15 has this sentence (keras.src.models: load_model).`

        Nothing where all releases have a sentence of C++: then there is nothing to tell.
        """
        where = f" ({self.place})" if self.place else ""
        if set(self.releases) == set(messages().releases):
            return f"The code of every release has this sentence{where}." if where else ""
        parts = []
        if self.releases:
            keras_3 = bool(self.keras) and all(map(_brings_keras_3, self.releases))
            parts.append(_keras(self.keras) if keras_3 else f"TensorFlow {_minors(self.releases)}")
        if self.beside:
            parts.append(f"tf-keras {_minors(self.beside)}")
        return (
            f"The code of {' and '.join(parts)} has this sentence{where}; that says nothing of "
            "where the model loads."
        )

    @property
    def in_keras_3(self) -> bool | None:
        """Whether only Keras 3 has the sentences, or only Keras 2; `None` where both do."""
        new = {_brings_keras_3(release) for release in self.releases}
        old = bool(self.beside) or False in new
        # From TensorFlow 2.16 on, code beside Keras is the same for both.
        if old or (self.releases and not self.keras):
            return False if new <= {False} else None
        return True if new == {True} else None


def dated(found: Sequence[Raised]) -> Dated | None:
    """The releases that all sure sentences of a text share; `None` where there is no such one."""
    sure = [one for one in found if _is_sure(one)]
    templates = list(dict.fromkeys(one.template for one in sure))
    if not templates:
        return None
    within = [frozenset(_having(sure, template, beside=False)) for template in templates]
    beside = [frozenset(_having(sure, template, beside=True)) for template in templates]
    shared, shared_beside = frozenset.intersection(*within), frozenset.intersection(*beside)
    if not shared and not shared_beside:
        # Sentences of two programs, or of something that nobody read: the surest counts.
        shared, shared_beside = within[0], beside[0]
        templates = templates[:1]
    keras = [set(one.keras) for one in sure if one.template in templates and one.keras]
    best = sure[0]
    return Dated(
        releases=tuple(name for name in messages().releases if name in shared),
        beside=tuple(name for name in messages().releases if name in shared_beside),
        keras=tuple(sorted(set.intersection(*keras), key=Version)) if keras else (),
        place=f"{best.module}: {best.function}" if best.function and best.alone else "",
    )


def _is_sure(one: Raised) -> bool:
    long = one.literal >= _SURE_LETTERS and one.share >= _SURE_SHARE
    return long and one.package in _BOUND and one.module not in _UNBOUND


def _having(sure: Sequence[Raised], template: str, *, beside: bool) -> set[str]:
    of_template = (one for one in sure if one.template == template)
    return {
        release
        for one in of_template
        if (one.package == TF_KERAS) == beside
        for release in one.releases
    }


def _minors(releases: Sequence[str]) -> str:
    """`2.9, 2.12 to 2.15`."""
    return ranges.spans(list(map(_minor, releases)), list(map(_minor, messages().releases)))


def _keras(versions: Sequence[str]) -> str:
    known = [version for space, version in messages().editions if space == KERAS]
    return f"Keras {ranges.spans(list(map(_minor, versions)), list(map(_minor, known)))}"


def _minor(version: str) -> str:
    return ranges.minor_name(Version(version))


def _brings_keras_3(release: str) -> bool:
    return Version(release).release[:2] >= KERAS_3_FROM
