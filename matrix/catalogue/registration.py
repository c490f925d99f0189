"""How objects of a companion reach a loader: names that the probe resolves and snippets show.

Importing a package is enough for one that registers its classes. Others know them inside a scope of
their own only, or Keras has to be given them, or the interpreter of TensorFlow Lite has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What is handed over.

    `scopes` are called without arguments and give a context in which Keras knows the objects.
    `objects` are what Keras gets as `custom_objects`: a class, or with `.*` behind it everything
    in a module, or a file whose name ends in `.py`. `registerers` are lists of what the interpreter
    of TensorFlow Lite calls. `touches` are only looked at: that makes a package register its ops
    where its import does not yet.
    """

    scopes: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    registerers: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    @property
    def to_keras(self) -> Handover:
        """The part that Keras gets."""
        return Handover(scopes=self.scopes, objects=self.objects)

    def to_dict(self) -> dict[str, list[str]]:
        """As JSON values."""
        return {name: list(names) for name, names in asdict(self).items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any] | None) -> Handover:
        """From its JSON values; nothing where there are none."""
        names = document or {}
        return cls(**{kind.name: tuple(map(str, names.get(kind.name, ()))) for kind in fields(cls)})

    @classmethod
    def together(cls, several: Iterable[Handover]) -> Handover:
        """What several packages hand over, each once."""
        handovers = list(several)
        return cls(
            **{
                kind.name: tuple(
                    dict.fromkeys(n for handover in handovers for n in getattr(handover, kind.name))
                )
                for kind in fields(cls)
            }
        )


NO_HANDOVER = Handover()
