"""A model that reads what is none of its business.

For old Pythons; harmless where it succeeds.
"""

import contextlib
import ctypes
import os
import struct
import threading

from attempt import VICTIM, Nothing, inside, read, system_call


def read_shadow(_place):
    read("/etc/shadow")


def read_canary(place):
    read(os.path.join(place, "canary"))


def read_through_a_link(place):
    path = inside(place, "link")
    os.symlink(os.path.join(place, "canary"), path)
    read(path)


def read_through_ones_own_root(place):
    read("/proc/self/root" + os.path.join(place, "canary"))


def read_after_a_hard_link(place):
    path = inside(place, "hard")
    os.link(os.path.join(place, "canary"), path)
    read(path)


def read_after_a_rename(place):
    path = inside(place, "renamed")
    os.rename(os.path.join(place, "spare"), path)
    os.rename(path, os.path.join(place, "spare"))


def list_a_folder(place):
    os.listdir(os.path.join(place, "outside"))


def read_the_environment_of_another(_place):
    read("/proc/%d/environ" % VICTIM)


def read_the_maps_of_another(_place):
    read("/proc/%d/maps" % VICTIM)


def read_a_disk(_place):
    disks = [name for name in ("/dev/vda", "/dev/sda", "/dev/nvme0n1") if os.path.exists(name)]
    if not disks:
        raise Nothing("no disk")
    read(disks[0])


def read_the_log_of_the_kernel(_place):
    os.close(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK))


def open_by_handle(place):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    number = ctypes.c_int()
    path = os.path.join(place, "canary").encode()
    system_call(303, 264, -100, path, handle, ctypes.byref(number), 0)
    folder = os.open(place, os.O_RDONLY)
    os.close(system_call(304, 265, folder, handle, os.O_RDONLY))


def in_a_thread(place):
    # A wall of one thread would be no wall.
    found = []

    def attempt():
        with contextlib.suppress(OSError):
            read_canary(place)
            found.append(1)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    if not found:
        raise Nothing("refused in a thread")
