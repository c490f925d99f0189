"""The options of a run, each declared once; `matrix/options/reading.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from matrix.cache import cache_folder
from matrix.model.source.address import Address
from matrix.models_list.given_model import GivenModel
from matrix.models_list.shard import Shard
from matrix.options import values
from matrix.options.command_line.declared import group, option, unique
from matrix.options.custom_objects import CustomObjects, named_objects
from matrix.options.isolation import IsolationOptions
from matrix.options.limits import Limits
from matrix.options.requirements import GateOptions
from matrix.options.tolerances import Numerics
from matrix.options.versions import newest_keras, specifier

if TYPE_CHECKING:
    # A help needs their names alone.
    from packaging.specifiers import SpecifierSet

JSON_REPORT = (
    "json",
    bool,
    "print the report as JSON on standard output, and all else on standard error",
)
OUTPUT = ("output", str, "folder for the report (./compatibility)")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything a caller may choose; every path is absolute, a model may be elsewhere.

    An option is one field here: what it is called and how it is read stands beside its type.
    `written` has the texts of options whose values are read from them, by their names.
    `models` are all models of the call in their order, those of lists and of other shards included;
    `listed` says how each of them was given and what it is called.
    """

    models: tuple[Path | Address, ...] = option(
        "models",
        list,
        "a model file, folder or address",
        value="MODEL",
        is_word=True,
        parse=unique(values.model),
    )
    models_from: tuple[str, ...] = option(
        "models-from",
        list,
        "models from a list, a folder to search, a pattern, or - for stdin; may be repeated",
        value="FILE",
        parse=unique(lambda text, _: str(text)),
        heading="Which models and releases",
        default=(),
    )
    shard: Shard | None = option(
        "shard",
        str,
        "test only this shard of the models, such as 2/4",
        value="I/N",
        line_only=True,
        parse=lambda text, _: Shard.parse(text),
        default=None,
    )
    tensorflow: SpecifierSet | None = option(
        "tensorflow",
        str,
        "releases to test: 2.15, 2.8..2.15, 2.8,2.15, latest or '>=2.8,!=2.11.*'",
        value="SPEC",
        parse=lambda text, _: specifier(text, "--tensorflow") if text else None,
        default=None,
    )
    only: SpecifierSet | None = option(
        "only",
        str,
        "of all that is planned, run only the cells of these releases, such as 2.8..2.11",
        value="SPEC",
        line_only=True,
        parse=lambda text, _: specifier(text, "--only") if text else None,
        default=None,
    )
    patches: bool = option(
        "patches", bool, "every patch release, not only the newest", default=False
    )
    pythons: tuple[str, ...] = option(
        "python",
        list,
        "test on this Python; may be repeated",
        value="X.Y",
        parse=unique(values.python),
        default=(),
    )
    companions: tuple[str, ...] = option(
        "with",
        list,
        "also test with this package installed",
        value="NAME[SPEC]",
        parse=unique(values.companion),
        default=(),
    )
    loaders: tuple[str, ...] = option(
        "loader",
        list,
        "try only this loader, also where it is not applicable; may be repeated: "
        + ", ".join(values.loader_names()),
        value="NAME",
        suggested=values.loader_names,
        parse=unique(values.loader),
        default=(),
    )
    keras: SpecifierSet | None = option(
        "keras",
        str,
        "Keras 3 versions to test: 3.3, 3.3..3.6, latest or '>=3.3'",
        value="SPEC",
        parse=lambda text, _: specifier(text, "--keras", newest_keras) if text else None,
        default=None,
    )
    custom_objects: CustomObjects | None = option(
        "custom-objects",
        str,
        "your layers, losses, functions: a .py file or a module",
        value="FILE",
        parse=named_objects,
        heading="How a model is loaded",
        default=None,
    )
    allow_lambda: bool = option(
        "allow-lambda", bool, "also try safe_mode=False where Keras refuses to load", default=False
    )
    plan_only: bool = option(
        "plan",
        bool,
        "show the plan and stop",
        line_only=True,
        heading="How much is measured",
        default=False,
    )
    fresh: bool = option(
        "fresh",
        bool,
        "measure everything again: continue no run, use nothing that is known",
        line_only=True,
        default=False,
    )
    fast: bool = option(
        "fast",
        bool,
        "test only what the prediction leaves open, and what proves it",
        line_only=True,
        default=False,
    )
    every_variant: bool = option(
        "every-variant", bool, "try compile=False even if compile=True loads", default=False
    )
    remedies: bool = option(
        "no-remedies",
        bool,
        "do not try workarounds for loaders that fail",
        parse=lambda left_out, _: not left_out,
        default=True,
    )
    executor: str = option(
        "executor",
        str,
        "what runs the cells: nox, in-process, dask or dask:ADDRESS (nox)",
        value="NAME",
        suggested=lambda: ("nox", "in-process", "dask"),
        heading="How cells run",
        default="nox",
    )
    ship_models: bool = option(
        "ship-models",
        bool,
        "send models to workers that lack them (--executor dask)",
        default=False,
    )
    jobs: int | None = option(
        "jobs",
        int,
        "cells at a time (default: as cores and memory allow)",
        value="N",
        short="j",
        parse=values.jobs,
        default=None,
    )
    limits: Limits = group(Limits)
    isolation: IsolationOptions = group(IsolationOptions)
    numerics: Numerics = group(Numerics)
    output: Path = option(
        *OUTPUT,
        value="DIR",
        short="o",
        heading="The report",
        for_cells=True,
        parse=values.path,
        absent=lambda folder: folder / "compatibility",
    )
    checksums: Path | None = option(
        "checksums",
        str,
        "`sha256sum` lines that the model must match",
        value="FILE",
        parse=values.path_or_none,
        default=None,
    )
    card: Path | None = option(
        "card",
        str,
        "also write the result into this model card",
        value="FILE",
        parse=values.path_or_none,
        default=None,
    )
    as_json: bool = option(*JSON_REPORT, line_only=True, default=False)
    paths: bool = option(
        "paths", bool, "keep the full paths of this machine in the report", default=False
    )
    envdir: Path = option(
        "envdir",
        str,
        "folder for environments (user cache)",
        heading="Environments and what is kept",
        value="DIR",
        for_cells=True,
        parse=values.path,
        absent=lambda _: cache_folder(),
    )
    known_gb: int = option(
        "known-gb",
        int,
        "GB that the answers of earlier runs may take in the cache (1)",
        value="N",
        parse=values.gigabytes,
        default=1,
    )
    venv_backend: str | None = option(
        "venv-backend",
        str,
        "what creates environments",
        value="NAME",
        choices=values.BACKENDS,
        for_cells=True,
        default=None,
    )
    offline: bool = option(
        "offline", bool, "use only cached files, no network", for_cells=True, default=False
    )
    discard: bool = option(
        "discard", bool, "remove each environment after its test", for_cells=True, default=False
    )
    gate: GateOptions = group(GateOptions)
    # What a caller wrote decides nothing beyond its value, so it is not compared.
    written: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    # Nor does how a model was given.
    listed: Mapping[Path | Address, GivenModel] = field(
        default_factory=dict, compare=False, repr=False
    )

    def given(self, model: Path | Address) -> str:
        """How a model was given: shards go by it, and the index of parts names models so."""
        known = self.listed.get(model)
        return known.given if known else str(model)

    def name(self, model: Path | Address) -> str:
        """What the report calls a model; empty for the last part of its path."""
        known = self.listed.get(model)
        return known.name if known else ""

    def said(self, name: str) -> str:
        """An option with its value as the caller wrote it, for a sentence."""
        value = self.written.get(name) or str(getattr(self, name))
        return f"--{name} '{value}'" if set(value) & set("<>!=*~ ") else f"--{name} {value}"

    def of(self, models: Sequence[Path | Address]) -> Options:
        """The options of the same call for some of its models alone, without a shard."""
        listed = {model: self.listed[model] for model in models if model in self.listed}
        return replace(self, models=tuple(models), shard=None, models_from=(), listed=listed)
