"""A model that meddles with other processes and with the kernel.

For old Pythons; harmless where it succeeds.
"""

import ctypes
import fcntl
import os
import resource
import signal
import struct
import termios

from attempt import LIBC, VICTIM, Nothing, checked, system_call, unchanged


def signal_another(_place):
    os.kill(VICTIM, 0)


def signal_everybody(_place):
    os.kill(0, 0)


def signal_a_thread_of_another(_place):
    system_call(234, 131, VICTIM, VICTIM, 0)


def signal_any_thread(_place):
    system_call(200, 130, VICTIM, 0)


def queue_a_signal(_place):
    information = ctypes.create_string_buffer(struct.pack("iii", 0, 0, -1) + bytes(116))
    system_call(129, 138, VICTIM, 0, information)


def descriptor_of_another(_place):
    os.close(system_call(434, 434, VICTIM, 0))


def signals_from_a_pipe(_place):
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, VICTIM)
    finally:
        os.close(reading)
        os.close(writing)


def choose_the_signal_of_a_pipe(_place):
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, 10, int(signal.SIGKILL))
    finally:
        os.close(reading)
        os.close(writing)


def trace(_place):
    checked(LIBC.ptrace(0x4206, VICTIM, None, None))  # PTRACE_SEIZE


def write_memory(_place):
    nowhere = struct.pack("@PN", 0, 0)
    long = ctypes.c_ulong
    checked(LIBC.process_vm_writev(VICTIM, nowhere, long(1), nowhere, long(1), long(0)))


def write_the_memory_of_the_probe(_place):
    with open("/proc/%d/mem" % os.getppid(), "r+b"):
        pass


def slow_another(_place):
    before = os.getpriority(os.PRIO_PROCESS, VICTIM)
    os.setpriority(os.PRIO_PROCESS, VICTIM, before + 1)
    unchanged(before, os.getpriority(os.PRIO_PROCESS, VICTIM))


def move_another(_place):
    before = os.sched_getaffinity(VICTIM)
    os.sched_setaffinity(VICTIM, [min(before)])
    after = os.sched_getaffinity(VICTIM)
    os.sched_setaffinity(VICTIM, before)
    unchanged(before, after)


def limit_another(_place):
    before = resource.prlimit(VICTIM, resource.RLIMIT_NOFILE)
    resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, before)


def hide_ones_memory(_place):
    checked(LIBC.prctl(4, 0, 0, 0, 0))
    checked(LIBC.prctl(4, 1, 0, 0, 0))


def outlive_the_parent(_place):
    checked(LIBC.prctl(1, 0, 0, 0, 0))


def adopt_orphans(_place):
    checked(LIBC.prctl(36, 1, 0, 0, 0))


def leave_the_session(_place):
    os.setsid()


def open_a_terminal(_place):
    ours, theirs = os.openpty()
    os.close(ours)
    os.close(theirs)


def type_into_the_terminal(_place):
    fcntl.ioctl(0, termios.TIOCSTI, b"x")


def shared_memory(_place):
    segment = system_call(29, 194, 0, 4096, 0o600)
    system_call(31, 195, segment, 0, None)


def semaphores(_place):
    one = system_call(64, 190, 0, 1, 0o600)
    system_call(66, 191, one, 0, 0)


def messages(_place):
    queue = system_call(68, 186, 0, 0o600)
    system_call(71, 187, queue, 0, None)


def named_messages(_place):
    queue = system_call(240, 180, b"loadmatrix-test", os.O_CREAT | os.O_RDWR, 0o600, None)
    os.close(queue)
    system_call(241, 181, b"loadmatrix-test")


def shared_files_in_memory(_place):
    path = "/dev/shm/loadmatrix-test-%d" % os.getpid()
    with open(path, "w"):
        pass
    os.unlink(path)


def keys(_place):
    system_call(250, 219, 0, -3, 0)  # the keyring of the session


def watch_a_folder(place):
    watch = system_call(294, 26, 0)
    system_call(254, 27, watch, os.path.join(place, "outside").encode(), 0x100)
    os.close(watch)


def load_into_the_kernel(_place):
    attributes = ctypes.create_string_buffer(struct.pack("4I", 2, 4, 4, 1) + bytes(64))
    os.close(system_call(321, 280, 0, attributes, 72))  # a map


def faults_of_ones_own(_place):
    os.close(system_call(323, 282, 1))


def privileges_of_root(_place):
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith("CapPrm"))
    if int(line.split()[1], 16) & ~0b110 == 0:
        raise Nothing("none")
