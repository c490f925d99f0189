"""Writes wherever it can at import, as TensorFlow and its C++ do, and then behaves."""

from fake_tensorflow import *  # noqa: F403
from fake_tensorflow import __version__, noise  # noqa: F401

noise('{"event": "import", "ok": false}\n')
