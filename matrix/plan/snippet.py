"""What the snippet of a loader is written from: a model, a cell and a variant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matrix.catalogue.cell import KERAS_3_FROM
from matrix.catalogue.registration import NO_HANDOVER, Handover
from matrix.model.facts import shown_path
from matrix.plan.variant import ONLY, Variant


@dataclass(frozen=True, kw_only=True)
class ShownModel:
    """A model as its reader sees it: `path` is what the reader would write.

    `weights` is the name of the file of weights beside it, `signatures` are names.
    """

    path: str
    format: str = ""
    weights: str = ""
    text: bool = False
    tags: tuple[str, ...] = ("serve",)
    signatures: tuple[str, ...] = ()
    custom_ops: bool = False

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> ShownModel:
        """From the facts of a report, or of `ModelFacts.to_dict`."""
        facts = document["facts"]
        names = [
            signature["name"]
            for signature in facts.get("signatures", ())
            if isinstance(signature, Mapping)
        ]
        return cls(
            path=shown_path(document["path"], facts.get("load_path") or document["path"]),
            format=document["format"],
            weights=str(facts.get("weights") or "").replace("\\", "/").rpartition("/")[2],
            text=facts.get("text") is True,
            tags=tuple(map(str, next(iter(facts.get("tag_sets") or ()), ("serve",)))),
            signatures=tuple(map(str, names)),
            custom_ops=bool(facts.get("custom_objects")),
        )


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A cell as its reader sees it.

    `imports` are modules that register what a model is made from, `handover` is what loaders are
    given of them, `variables` are environment variables that this cell sets and others do not.
    """

    tensorflow: str = "2"
    imports: Sequence[str] = ()
    handover: Handover = NO_HANDOVER
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def keras_3(self) -> bool:
        """Whether the Keras of this TensorFlow is Keras 3."""
        minor = re.match(r"(\d+)\.(\d+)", self.tensorflow)
        return minor is None or tuple(map(int, minor.groups())) >= KERAS_3_FROM


@dataclass(frozen=True, kw_only=True)
class CallToShow:
    """One call to write down; `handover` is the part of the cell's that its loader takes."""

    model: ShownModel
    cell: ShownCell = field(default_factory=ShownCell)
    variant: Variant = ONLY
    handover: Handover = NO_HANDOVER

    @property
    def path(self) -> str:
        """The path of the model as a string in Python."""
        return quoted(self.model.path)

    @property
    def weights(self) -> str:
        """The path of its weights as a string in Python."""
        return quoted(self.model.weights)

    @property
    def tags(self) -> str:
        """The tag set of the variant, or else of the file, as a list in Python."""
        chosen = self.variant.values if self.variant.picks_a_graph else self.model.tags
        return f"[{', '.join(map(quoted, chosen or ()))}]"

    @property
    def custom_objects(self) -> str:
        """The argument with the objects of companions, in front of it the comma; or nothing."""
        names = self.handover.objects
        modules = [name.removesuffix(".*") for name in names if name.endswith(".*")]
        files = [name for name in names if name.endswith(".py")]
        single = [name for name in names if not name.endswith((".*", ".py"))]
        whole = [f"vars({name})" for name in modules]
        whole += [f"runpy.run_path({quoted(name)})" for name in files]
        if len(whole) == 1 and not single:
            return f", custom_objects={whole[0]}"
        parts = [f"**{name}" for name in whole]
        parts += [f"{quoted(name.rpartition('.')[2])}: {name}" for name in single]
        return f", custom_objects={{{', '.join(parts)}}}" if parts else ""


def quoted(text: str) -> str:
    """A string in Python, with the quotes people write; safe whatever the text is."""
    plain = text.isprintable() and not set(text) & {'"', "\\"}
    return f'"{text}"' if plain else ascii(text)
