"""What a probe tries its walls with: nothing of it may be reached from inside."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def out_of_bounds() -> Iterator[dict[str, Any]]:
    """A file, a folder, a listener and a process of ours, as a request names them."""
    with (
        tempfile.TemporaryDirectory(prefix="loadmatrix-outside-") as outside,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        canary = Path(outside).resolve() / "canary.txt"
        canary.write_text("A probe must not read this.\n", encoding="utf-8")
        yield {
            "canary": str(canary),
            "outside": str(canary.parent),
            "port": listener.getsockname()[1],
            "parent": os.getpid(),
        }
