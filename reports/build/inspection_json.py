"""The result of `nox -s inspect` as JSON values and as text."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.catalogue.op_packages import package_of
from matrix.catalogue.releases import Release
from matrix.model.facts import ModelFacts, SignatureFacts, TensorFacts
from matrix.model.formats.registry import reader_of
from matrix.model.inspection import Inspection, Refusal
from matrix.model.risks.brought_python import brought_python, python_sentence
from matrix.shown import on_one_line, some_of
from reports.report.text import first_line

_WIDTH = 100
_OWN = "tensorflow"
_MOST_OPS = 12


def is_sound(seen: Inspection | Refusal) -> bool:
    """Whether there is a model, and nothing certain is wrong with its bytes."""
    return isinstance(seen, Inspection) and not any(finding.damaged for finding in seen.findings)


def document(seen: Inspection | Refusal, releases: Sequence[Release]) -> dict[str, Any]:
    """JSON values, as `docs/reference/inspect.md` describes them."""
    common = {
        "sound": is_sound(seen),
        "problem": None if isinstance(seen, Inspection) else seen.sentence,
        "findings": [finding.to_dict() for finding in seen.findings],
    }
    if isinstance(seen, Refusal):
        return {"path": str(seen.path), "format": "unknown", **common}
    return {
        **seen.facts.to_dict(),
        **common,
        "written_by": written_by(seen.facts, releases),
        "packages": by_package(seen.facts),
        "risks": [risk.to_dict() for risk in seen.risks],
        "brings_python": list(brought_python(seen.risks)),
    }


def written_by(model: ModelFacts, releases: Sequence[Release]) -> dict[str, str | None]:
    """Who wrote it, as far as it says; GraphDef versions stand for the releases that have them."""
    return {
        "tensorflow": model.tensorflow,
        "keras": model.keras,
        "python": model.python,
        "producer_releases": _producing(model.producer, releases),
        "readable_from": _readable(model.min_consumer, releases),
    }


def by_package(model: ModelFacts) -> dict[str, dict[str, int]]:
    """The ops by the package that brings them, TensorFlow's own first."""
    packages: dict[str, dict[str, int]] = defaultdict(dict)
    packages[_OWN] = {}
    for op, count in model.ops.items():
        packages[package_of(op) or _OWN][op] = count
    return {package: ops for package, ops in packages.items() if ops}


def _producing(number: int | None, releases: Sequence[Release]) -> str | None:
    """Which release has this GraphDef version, or lies on which side of it."""
    numbered = sorted(
        (release.graphdef, release.version) for release in releases if release.graphdef
    )
    if not number or not numbered:
        return None
    same = [
        f"{version.major}.{version.minor}" for graphdef, version in numbered if graphdef == number
    ]
    if same:
        return " or ".join(same)
    before = [version for graphdef, version in numbered if graphdef < number]
    after = [version for graphdef, version in numbered if graphdef > number]
    if not before:
        return f"before {after[0].major}.{after[0].minor}"
    if not after:
        return f"after {before[-1].major}.{before[-1].minor}"
    first, last = before[-1], after[0]
    return f"between {first.major}.{first.minor} and {last.major}.{last.minor}"


def _readable(number: int | None, releases: Sequence[Release]) -> str | None:
    if not number:
        return None
    readers = [release.version for release in releases if release.graphdef >= number]
    return f"{readers[0].major}.{readers[0].minor}" if readers else None


def text(seen: Inspection | Refusal, releases: Sequence[Release]) -> str:
    """Lines for a terminal."""
    if isinstance(seen, Refusal):
        lines = [first_line(f"{_named(seen)} is not a model that can be tested.", 300)]
        lines += [first_line(seen.sentence, 500)]
    else:
        model = seen.facts
        lines = [first_line(f"{model.as_given} is a {model.format.words}", 300), ""]
        lines += [line for row in _rows(model, releases) for line in _row(*row)]
        python = python_sentence(brought_python(seen.risks), trusted=False)
        lines += _listed("python", [python] if python else [])
        lines += _listed("risks", [risk.sentence for risk in seen.risks if not risk.usual])
        lines += _listed("note", model.notes)
    lines += _listed("integrity", [finding.line for finding in seen.findings])
    if is_sound(seen):
        lines += _row("integrity", _sound(seen))
    return "\n".join(lines)


def _named(seen: Refusal) -> str:
    return on_one_line(str(seen.path))


def _sound(seen: Inspection | Refusal) -> str:
    if seen.findings:
        return "no certain damage found"
    assert isinstance(seen, Inspection)
    return reader_of(seen.facts.format).checked


def _rows(model: ModelFacts, releases: Sequence[Release]) -> Iterator[tuple[str, str]]:
    written = written_by(model, releases)
    if model.called:
        yield "name", model.called
    names = [f"TensorFlow {model.tensorflow}"] if model.tensorflow else []
    names += [f"Keras {model.keras}"] if model.keras else []
    names += [f"Python {model.python}"] if model.python else []
    yield "written by", ", ".join(names) or "unknown"
    if model.producer:
        told = f"producer {model.producer} (TensorFlow {written['producer_releases']})"
        at_least = written["readable_from"]
        needs = f", min_consumer {model.min_consumer} (TensorFlow {at_least} and newer)"
        yield "GraphDef", told + (needs if at_least else "")
    yield "size", f"{model.size_bytes:,} bytes"
    if model.parameters is not None:
        yield "parameters", f"{model.parameters:,}"
    for signature in model.signatures:
        yield "signature", _signature(signature)
    for package, ops in by_package(model).items():
        most = sorted(ops, key=lambda op: (-ops[op], op))
        yield "ops", f"{package}: {some_of([f'{op} {ops[op]}' for op in most], _MOST_OPS)}"
    if model.layers:
        yield "layers", ", ".join(f"{name} {count}" for name, count in model.layers.items())
    if model.optimizer:
        yield "optimizer", model.optimizer
    lists: Mapping[str, Sequence[str]] = {
        "custom objects": model.custom_objects,
        "lambdas": model.lambdas,
        "assets": model.assets,
    }
    for name, values in lists.items():
        if values:
            yield name, ", ".join(values)
    yield "sha256", model.sha256


def _signature(signature: SignatureFacts) -> str:
    inputs = ", ".join(map(_tensor, signature.inputs))
    return f"{signature.name}({inputs}) -> {', '.join(map(_tensor, signature.outputs)) or '?'}"


def _tensor(tensor: TensorFacts) -> str:
    sizes = ", ".join("?" if size is None else str(size) for size in tensor.shape or ())
    shape = "[...]" if tensor.shape is None else f"[{sizes}]"
    return f"{tensor.name}: {tensor.dtype}{shape}"


def _row(name: str, value: str) -> list[str]:
    # What a model wrote into its names stays text.
    shown = first_line(on_one_line(value), 2000) or "-"
    return textwrap.wrap(
        shown, _WIDTH, initial_indent=f"  {name:<16}", subsequent_indent=" " * 18
    ) or [f"  {name}"]


def _listed(name: str, values: Sequence[str]) -> list[str]:
    return [line for value in values for line in _row(name, value)]
