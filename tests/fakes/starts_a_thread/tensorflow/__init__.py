"""Has a thread after its import, which a fork would lose."""

from fake_tensorflow import *  # noqa: F403
from fake_tensorflow import __version__, starts_a_thread  # noqa: F401

starts_a_thread()
