"""Downloads a model from `https://`, with the standard library."""

from __future__ import annotations

import http.client
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from matrix.model.source.limits import Refused

_MOST_BYTES = 2**35
_SECONDS = 30
_CHUNK = 2**20
_GONE = (404, 410)
_FORBIDDEN = (401, 403)


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Nobody is sent on from `https://` to what anyone on the way could change."""

    def redirect_request(self, req: Any, *args: Any) -> Any:
        target = args[-1]
        if urlsplit(target).scheme.lower() not in ("https", req.type):
            raise Refused(f"it redirects to {urlsplit(target).scheme}://")
        return super().redirect_request(req, *args)


class Page:
    """What a server gives for an address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def version(self) -> str:
        """What the server says identifies the file; its time and length where it says no more."""
        try:
            answer = self._opened("HEAD")
        except urllib.error.HTTPError:
            # Not every server knows HEAD; what is not read does not come.
            answer = self._opened("GET")
        with answer:
            names = ("ETag", "Last-Modified", "Content-Length")
            return repr([self.url, *(answer.headers.get(name) for name in names)])

    def download(self, folder: Path, name: str) -> None:
        budget = min(_MOST_BYTES, shutil.disk_usage(folder).free)
        with self._opened("GET") as answer, (folder / name).open("wb") as file:
            while chunk := answer.read(_CHUNK):
                budget -= len(chunk)
                if budget < 0:
                    raise Refused("it is larger than 32 GB or than the free disk space")
                file.write(chunk)
            promised = answer.headers.get("Content-Length")
            if promised and promised.isdecimal() and int(promised) != file.tell():
                raise http.client.IncompleteRead(b"")

    def _opened(self, method: str) -> Any:
        # Only what was asked for: the scheme is that of an Address.
        request = urllib.request.Request(self.url, method=method)  # noqa: S310
        opener = urllib.request.build_opener(_SameScheme())
        try:
            return opener.open(request, timeout=_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _GONE:
                raise FileNotFoundError(self.url) from error
            if error.code in _FORBIDDEN:
                raise PermissionError(self.url) from error
            raise
