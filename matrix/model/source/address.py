"""Addresses of models: `hf://`, `gs://`, `s3://`, `https://`."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What the documents promise. Others that fsspec could reach are not tried.
SCHEMES = frozenset({"https", "hf", "gs", "s3"})
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://.*", re.IGNORECASE | re.DOTALL)
# In these the name of a store stands where others have a user, a password and a host.
_STORES = ("hf", "gs", "s3")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address as the caller gave it; as text it is without what a report must not show."""

    full: str

    @classmethod
    def of(cls, text: str) -> Address | None:
        """The address that a text is, of whatever scheme; `None` for the paths of files."""
        return cls(full=text) if _ADDRESS.fullmatch(text) else None

    @property
    def scheme(self) -> str:
        return self.full.partition(":")[0].lower()

    @property
    def name(self) -> str:
        """What the model is called: the last part of the address, fit for a file."""
        last = str(self).rstrip("/").rpartition("/")[2]
        return re.sub(r"[^\w.@+=-]", "_", last).lstrip(".") or "model"

    def __str__(self) -> str:
        # Here, because a help tells of no address.
        from urllib.parse import urlsplit

        # Users and passwords stand before the host, signatures of who may read it behind the path.
        parts = urlsplit(self.full)
        host = parts.netloc
        if self.scheme not in _STORES:
            host = host.rpartition("@")[2]
            parts = parts._replace(query="", fragment="")
        return parts._replace(netloc=host).geturl()
