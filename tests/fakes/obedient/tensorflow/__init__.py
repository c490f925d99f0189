"""Imports; loading does what the name of the model says."""

from fake_tensorflow import *  # noqa: F403
from fake_tensorflow import __version__  # noqa: F401
