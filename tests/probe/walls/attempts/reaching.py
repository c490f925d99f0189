"""A model that reaches other machines, and sockets of other programs.

For old Pythons; harmless where it succeeds.
"""

import contextlib
import ctypes
import os
import socket
import struct

from attempt import BEFORE, Nothing, system_call


def connect(_place):
    with contextlib.closing(socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))):
        pass


def any_socket(_place):
    # Whatever families this kernel has: one that can be had is one too many.
    for family in range(46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            with contextlib.suppress(OSError):
                os.close(system_call(41, 198, family, int(kind), 0))
                return
    raise Nothing("none of any family")


def datagrams_to_a_path(place):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.sendto(b"here", os.path.join(place, "listener"))


def send_to_a_path(place):
    # Through a descriptor from before the walls.
    BEFORE.sendto(b"here", os.path.join(place, "listener"))


def send_a_message_to_a_path(place):
    BEFORE.sendmsg([b"here"], [], 0, os.path.join(place, "listener"))


def connect_to_a_path(place):
    BEFORE.connect(os.path.join(place, "listener"))


def pass_a_descriptor(_place):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 0))]
        ours.sendmsg([b"x"], rights)


def calls_through_a_ring(_place):
    parameters = ctypes.create_string_buffer(120)
    os.close(system_call(425, 425, 2, parameters))
