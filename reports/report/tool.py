"""The name and version of the tool that wrote a document."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

NAME = "loadmatrix"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """What wrote a report."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def this_tool() -> Tool:
    """This tool, in its own version."""
    return Tool(name=NAME, version=tool_version())


def tool_version() -> str:
    """The version of this tool: of the installed package, or of the checkout it runs from."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
