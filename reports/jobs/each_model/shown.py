"""A model as `inspect` or `predict` shows it, small enough to wait for those before it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_FAST = 1


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is printed of a model, as compressed text.

    `code` is what the exit code of the call is because of it: 0 where nothing is wrong with it.
    """

    content: bytes
    code: int

    @classmethod
    def of(cls, what: Mapping[str, Any] | str, code: int) -> Self:
        """A model as text, or as JSON values.

        Raises:
            ValueError: JSON has no such values.
        """
        text = what if isinstance(what, str) else json_text(what)
        return cls(content=zlib.compress(text.encode("utf-8", "surrogatepass"), _FAST), code=code)

    @property
    def text(self) -> str:
        """The text, or JSON with an indent of 2."""
        return zlib.decompress(self.content).decode("utf-8", "surrogatepass")


def json_text(values: Mapping[str, Any]) -> str:
    """JSON with an indent of 2, of characters that a terminal shows as they are."""
    # The one character that JSON leaves and that does something to a terminal.
    return json.dumps(values, indent=2, allow_nan=False).replace("\x7f", "\\u007f")
