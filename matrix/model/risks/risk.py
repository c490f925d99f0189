"""A risk: one thing that a model could do besides computing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matrix.model.risks.op_placement import OpPlacement
from matrix.shown import on_one_line


@dataclass(frozen=True, kw_only=True)
class Risk:
    """`subject` is the op, layer, member or name; `usual` what nearly every model has there."""

    kind: str
    subject: str
    where: OpPlacement
    sentence: str
    usual: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentence", on_one_line(self.sentence))

    @property
    def line(self) -> str:
        """The sentence behind a word that says what it is."""
        return f"risk: {self.sentence}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**self.__dict__, "where": self.where.value}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Risk:
        """The risk back from `to_dict`."""
        return cls(
            kind=document["kind"],
            subject=document["subject"],
            where=OpPlacement(document["where"]),
            sentence=document["sentence"],
            usual=document["usual"],
        )
