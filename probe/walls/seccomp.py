"""seccomp: what the kernel answers to system calls of this process, from now on.

Part of the probe (see `probe.py`): Python 3.7 syntax. A filter is a program of the kernel's own
small machine; `policy.py` says what goes into it.
"""

import ctypes
import errno
import struct
import sys
from typing import Dict, List, Sequence, Tuple, Union

from .syscalls import AUDIT, LAST, MACHINE, call, no_new_privileges, number

ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
PRETEND = _ERRNO  # error 0: the call is not made, and whoever called believes that it was
REFUSE = _ERRNO | errno.EPERM
ABSENT = _ERRNO | errno.ENOSYS
UNFIT = _ERRNO | errno.ENOTTY

# Instructions: load a word of the call, compare it, mask it, answer.
_LOAD, _EQUAL, _ABOVE, _AT_LEAST, _AND, _ANSWER = 0x20, 0x15, 0x25, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000


class Test:
    """Whether the masked lower (or upper) half of an argument is a value."""

    def __init__(
        self, argument: int, value: int, mask: int = 0xFFFFFFFF, upper: bool = False
    ) -> None:
        self.offset = _ARGUMENTS + 8 * argument + (4 if upper else 0)
        self.value, self.mask = value, mask


class Answer:
    """The answer to one call: that of the first case whose tests all hold, else the `otherwise`."""

    def __init__(self, otherwise: int, *cases: Tuple[Sequence[Test], int]) -> None:
        self.otherwise, self.cases = otherwise, cases


# The answers to calls by their names.
Answers = Dict[str, Union[int, Answer]]
# Code, where to if true, where to if false, value.
Instruction = Tuple[int, int, int, int]


def usable() -> bool:
    """Whether this kernel takes filters, and the processor is one whose calls are known."""
    if MACHINE is None:
        return False
    try:
        # A filter at no address: EFAULT from whoever would take one.
        call("seccomp", 1, 0, None)
    except OSError as error:
        return error.errno == errno.EFAULT
    return False


def restrict(answers: Answers) -> None:
    """Install a filter.

    What is not named is allowed, but for calls that are newer than our table.
    """
    lines = program(answers)
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("@HP", len(lines), ctypes.addressof(buffer))
    no_new_privileges()
    call("seccomp", 1, 0, described)


def program(answers: Answers) -> List[Instruction]:
    """The instructions of a filter."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        # The calls of 32-bit programs have other numbers: none of them is let through.
        (_EQUAL, 1, 0, AUDIT[MACHINE or ""]),
        (_ANSWER, 0, 0, REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_ANSWER, 0, 0, REFUSE),
        (_ABOVE, 0, 1, LAST),
        (_ANSWER, 0, 0, ABSENT),
    ]
    for name, answer in sorted(answers.items()):
        own = number(name)
        if own is not None:
            block = _block(answer if isinstance(answer, Answer) else Answer(answer))
            lines += [(_EQUAL, 0, len(block), own), *block]
    return [*lines, (_ANSWER, 0, 0, ALLOW)]


def _block(answer: Answer) -> List[Instruction]:
    block: List[Instruction] = []
    for tests, verdict in answer.cases:
        left = 3 * len(tests)
        for test in tests:
            left -= 3
            away = left + 1  # past the other tests and the answer, to the next case
            block += [
                (_LOAD, 0, 0, test.offset),
                (_AND, 0, 0, test.mask),
                (_EQUAL, 0, away, test.value & test.mask),
            ]
        block.append((_ANSWER, 0, 0, verdict))
    return [*block, (_ANSWER, 0, 0, answer.otherwise)]


assert sys.byteorder == "little" or MACHINE is None
