"""`nox -s inspect`: inspects models without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.files import write_text
from matrix.model.inspection import Inspection, Refusal, inspect_path
from matrix.model.integrity.manifest import write_manifest
from matrix.model.source.address import Address
from matrix.options.parsing import Line, absolute, session_line
from matrix.plan.untested import surprise
from reports.build import inspection_json
from reports.output import echo
from reports.report.tool import NAME, tool_version

_DAMAGED = NothingTestable.exit_code
_OPTIONS = ("json", "checksums", "write-checksums")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    models: tuple[Path | Address, ...]
    as_json: bool
    checksums: Path | None
    write: bool


def inspect(arguments: Sequence[str], folder: Path) -> int:
    """Print what is known of each model; the code says whether all are sound."""
    asked = _asked(arguments, folder)
    inspections = _inspections(asked)
    if asked.as_json:
        echo(json.dumps(_document(inspections), indent=2, allow_nan=False))
    else:
        echo(
            "\n\n".join(inspection_json.text(inspection, catalogue()) for inspection in inspections)
        )
    if not all(map(inspection_json.is_sound, inspections)):
        return _DAMAGED
    if asked.write:
        for model in asked.models:
            if isinstance(model, Path):
                _write(model, silent=asked.as_json)
    return 0


def _inspections(asked: _Asked) -> list[Inspection | Refusal]:
    """What there is to know of each; one that is not there does not keep the others from it."""
    if len(asked.models) == 1:
        return [inspect_path(asked.models[0], asked.checksums)]
    return [_inspect_or_refuse(model, asked.checksums) for model in asked.models]


def _inspect_or_refuse(model: Path | Address, checksums: Path | None) -> Inspection | Refusal:
    try:
        return inspect_path(model, checksums)
    except LoadmatrixError as error:
        sentence = str(error)
    except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are looked at
        sentence = surprise(str(model), error)
    path = model if isinstance(model, Path) else Path(str(model))
    return Refusal(path=path, sentence=sentence, findings=())


def _document(inspections: Sequence[Inspection | Refusal]) -> dict[str, object]:
    return {
        "schema": 1,
        "tool": {"name": NAME, "version": tool_version()},
        "models": [inspection_json.document(inspection, catalogue()) for inspection in inspections],
    }


def inspect_parser(prog: str | None = None) -> Line:
    """The command line of the `inspect` session."""
    line = session_line("inspect", _OPTIONS, prog)
    line.add_argument("models", nargs="*", metavar="MODEL", help="a model file, folder or address")
    line.add_argument("--json", action="store_true", help="print JSON")
    line.add_argument(
        "--checksums", metavar="FILE", help="`sha256sum` lines that the model must match"
    )
    line.add_argument(
        "--write-checksums",
        action="store_true",
        help="write MODEL.sha256 next to the model if it is intact",
    )
    return line


def _asked(arguments: Sequence[str], folder: Path) -> _Asked:
    parsed = inspect_parser().parse_args(arguments)
    if not parsed.models:
        raise UsageError("No model was given. Call: nox -s inspect -- path/to/model")
    models = [Address.of(name) or absolute(folder, name) for name in parsed.models]
    return _Asked(
        models=tuple(dict.fromkeys(models)),
        as_json=parsed.json,
        checksums=Path(folder, parsed.checksums).absolute() if parsed.checksums else None,
        write=parsed.write_checksums,
    )


def _write(path: Path, *, silent: bool) -> None:
    place = path.with_name(f"{path.name}.sha256")
    write_text(place, write_manifest(path))
    if not silent:
        echo(
            f"Wrote {place}. Check the model with --checksums, or with sha256sum -c in its folder."
        )
