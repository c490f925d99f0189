"""A model that starts programs and processes.

For old Pythons; harmless where it succeeds.
"""

import contextlib
import ctypes
import os
import signal
import struct

from attempt import Nothing, machine_code, system_call


def fork(_place):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def vfork(_place):
    # By number: returning from a vfork of one's own ends badly, so the child ends at once.
    code = (
        b"\xb8\x3a\x00\x00\x00\x0f\x05"  # vfork
        b"\x85\xc0\x75\x09"  # the parent returns
        b"\x31\xff\xb8\xe7\x00\x00\x00\x0f\x05"  # exit_group(0)
        b"\xc3"
    )
    machine_code(code)


def spawn(_place):
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def system(_place):
    if os.system("true") != 0:
        raise Nothing("no shell")


def clone_anew(_place):
    # clone3, with flags that no filter can read; the child ends at once.
    arguments = ctypes.create_string_buffer(struct.pack("8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0))
    pid = system_call(435, 435, arguments, 64)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def execute(_place):
    # Where this is not refused, there is no such program.
    try:
        os.execv("/there-is-no-such-program", ["none"])
    except FileNotFoundError:
        return


def execute_a_descriptor(_place):
    with contextlib.suppress(FileNotFoundError):
        system_call(322, 281, -100, b"/there-is-no-such-program", None, None, 0)


def files_in_memory(_place):
    os.close(system_call(319, 279, b"program", 0))


def call_as_x32(_place):
    system_call(0x40000000 | 39, None)


def call_as_32_bits(_place):
    machine_code(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid of 32-bit programs
