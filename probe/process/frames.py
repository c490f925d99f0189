"""Room for the frames of a deep stack, taken once.

Part of the probe (see `probe.py`): Python 3.7 syntax.

CPython takes memory for frames in pieces of 16 KB from 3.11 on, and gives a piece back as soon as
nothing is in it. An import goes up and down all the time, also across the end of a piece, and each
time asks the system for memory: 10,000 times in an import of TensorFlow, a twentieth of its time.
"""

import sys

# In words of 8 bytes. The piece is the next power of two, so nearly as much is left behind it.
_ROOM = 33 * 1024


def roomy(function):
    """Have a function run in a frame behind which there is room for all that it calls."""
    if sys.implementation.name == "cpython" and sys.version_info >= (3, 11):
        function.__code__ = function.__code__.replace(co_stacksize=_ROOM)
    return function
