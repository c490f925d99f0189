"""Which models a call of `inspect` or `predict` is about, and how it wants them shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.models_list.given_model import GivenModel
from matrix.models_list.models import models_of
from matrix.models_list.shard import Shard
from matrix.options.command_line.line import Line


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The models of a call, those of its shard alone; `written` is the whole line by its keys.

    `alone` says that one model was named and nothing else: what is wrong with it is wrong with the
    call.
    """

    models: tuple[GivenModel, ...]
    shard: Shard | None
    alone: bool
    as_json: bool
    written: Mapping[str, Any]


def asked_of(line: Line, arguments: Sequence[str], folder: Path) -> Asked:
    """What a call made in `folder` asks for. What the project configures for runs is not read.

    Raises:
        UsageError: a misspelled option, no model, or a list that cannot be read.
    """
    written = line.read(arguments)
    named, lists = written.get("models", []), tuple(dict.fromkeys(written.get("models_from", ())))
    if not (named or lists):
        raise UsageError(f"No model was given. Call: {line.called('path/to/model')}")
    shard = Shard.parse(written["shard"]) if "shard" in written else None
    models = tuple(models_of(named, lists, folder).values())
    if not lists:
        # Each is shown with its path; a name is for what a table calls it.
        models = tuple(replace(model, name="") for model in models)
    return Asked(
        models=tuple(one for one in models if shard is None or shard.has(one.given)),
        shard=shard,
        alone=len(models) == 1 and not lists and shard is None,
        as_json="json" in written,
        written=written,
    )
