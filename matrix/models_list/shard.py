"""One shard of several: which models a machine tests when several share a list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matrix.errors import UsageError

_WRITTEN = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


@dataclass(frozen=True, order=True)
class Shard:
    """Shard `number` of `of`, counted from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard that a text like `2/4` means.

        Raises:
            UsageError: it is not written so, or there is no such shard.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise UsageError(
                f"--shard {text} is not a shard. Write it like 2/4: the second of four."
            )
        number, of = map(int, found.groups())
        if not 1 <= number <= of:
            raise UsageError(
                f"--shard {text} is not one of the shards: with {of} they are 1/{of} to {of}/{of}."
                if of
                else f"--shard {text} is not valid: there must be at least one shard, as in 1/1."
            )
        return cls(number, of)

    def has(self, name: str) -> bool:
        """Whether a model of this name, as its list gives it, is in this shard.

        Only the name decides, on every machine in the same way, so that a model that is added to
        a list moves no other one.
        """
        return self == self.with_model(name, self.of)

    @classmethod
    def with_model(cls, name: str, of: int) -> Shard:
        """The one of so many shards that has a model of this name."""
        # Here, because a help hashes nothing.
        import hashlib

        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return cls(int.from_bytes(digest[:8], "big") % of + 1, of)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
