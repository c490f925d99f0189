"""`loadmatrix.inspect`: what a model is, read from its bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loadmatrix.calls import AnyPath, called, file_at, looked_at, model_at
from matrix.catalogue.releases import catalogue
from matrix.errors import NothingTestable
from matrix.model.facts import format_in_words
from matrix.model.inspection import Inspection as Seen
from matrix.model.inspection import Refusal, refused
from reports.build import inspection_json


@dataclass(frozen=True, kw_only=True)
class Inspection(Seen):
    """A model as it lies there; `print` shows what `loadmatrix inspect` shows.

    Attributes:
        facts: what its files say, such as `facts.tensorflow`, the version that wrote it, or `None`;
            `facts.signatures` with names, types and shapes (`None` for a size that is not fixed);
            `facts.size_bytes`; `facts.sha256`.
        findings: what is wrong with its bytes; those with `damaged` for sure.
        risks: what it could do besides computing, such as reading files.
    """

    @property
    def format(self) -> str:
        """What it is: `saved_model`, `keras_v3`, `keras_h5`, `tflite` and so on."""
        return self.facts.format.value

    @property
    def sound(self) -> bool:
        """Whether nothing certain is wrong with its bytes."""
        return inspection_json.is_sound(self)

    @property
    def written_by(self) -> Mapping[str, str | None]:
        """The versions of `tensorflow`, `keras` and `python` that wrote it, as far as it says.

        `producer_releases` and `readable_from` are the TensorFlow releases that its GraphDef
        version stands for.
        """
        return inspection_json.written_by(self.facts, catalogue())

    def to_dict(self) -> dict[str, Any]:
        """The same as an element of `models` of `loadmatrix inspect --json`."""
        return inspection_json.document(self, catalogue())

    def to_json(self) -> str:
        """The same as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def __repr__(self) -> str:
        told = "sound" if self.sound else "damaged"
        return f"<Inspection {self.facts.name} ({format_in_words(self.format)}): {told}>"

    def __str__(self) -> str:
        return inspection_json.text(self, catalogue())


def inspect(
    model: AnyPath, *, checksums: AnyPath | None = None, offline: bool = False
) -> Inspection:
    """Read a model without TensorFlow: what it is, who wrote it, whether its bytes are whole.

    Args:
        model: a file, a folder, or an address such as `hf://owner/name`, which is downloaded.
        checksums: a file of `sha256sum` lines that the model must match; what does not match is
            among the findings.
        offline: use only what was downloaded before.

    Returns:
        What is known of the model. A damaged one has findings, and `sound` is false.

    Raises:
        UsageError: the model or the file of checksums does not exist.
        NothingTestable: what is there is no model, or so damaged that nothing can be told.
        LoadmatrixError: it cannot be downloaded or read.

    Example:
        >>> import loadmatrix
        >>> model = loadmatrix.inspect("examples/half_plus_two")
        >>> model.format, model.facts.tensorflow, model.sound
        ('saved_model', '2.9.3', True)
        >>> [(one.name, one.dtype, one.shape) for one in model.facts.signatures[0].inputs]
        [('x', 'float32', (None,))]
    """
    __tracebackhide__ = True
    with called():
        place = model_at(model)
        seen = looked_at(place, file_at("checksums", checksums), offline=offline)
        if isinstance(seen, Refusal):
            raise NothingTestable(refused(place, seen))
        # An address may hold what nobody must see.
        given = os.fspath(model) if isinstance(place, Path) else ""
        facts = replace(seen.facts, given=given)
        return Inspection(facts=facts, findings=seen.findings, risks=seen.risks, place=seen.place)
