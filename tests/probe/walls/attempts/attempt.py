"""What attempts share: raw system calls, and the error of those without effect. For old Pythons."""

import ctypes
import mmap
import os
import socket

LIBC = ctypes.CDLL(None, use_errno=True)
# A process of the same user that has nothing to do with ours.
VICTIM = int(os.environ["VICTIM"])

BEFORE = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


class Nothing(Exception):
    """A call said that it succeeded, and nothing changed."""


def checked(answer):
    """The answer of a C function; OSError where it failed."""
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return answer


def system_call(x86_64, aarch64, *arguments):
    """A call by its number on this processor."""
    machine = os.uname().machine
    number = {"x86_64": x86_64, "aarch64": aarch64}[machine]
    if number is None:
        raise Nothing("there is no such call on %s" % machine)
    plain = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(LIBC.syscall(ctypes.c_long(number), *plain))


def machine_code(code):
    """Run instructions, as a loaded library could; what they leave in the answer register."""
    if os.uname().machine != "x86_64":
        raise Nothing("instructions of another processor")
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    answer = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    if answer < 0:
        raise OSError(-answer, os.strerror(-answer))


def unchanged(before, after):
    """Whether what was attempted has had no effect, though nothing was refused."""
    if before == after:
        raise Nothing("no effect")


def inside(place, name):
    return os.path.join(place, "scratch", name)


def created(place, name, text="mine"):
    path = inside(place, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def defined_in(module):
    """The attempts of a module by their names: its functions of the place."""
    return {
        name: value
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
    }
