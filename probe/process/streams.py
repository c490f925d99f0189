"""What the probe is asked and what it says: lines of JSON on descriptors that nobody else has.

Part of the probe (see `probe.py`): Python 3.7 syntax.
"""

import array
import json
import os
import sys

_MOST_DESCRIPTORS = 2
_CHUNK = 65536


class Events:
    """The stream of one process; each line proves with `token` where it comes from."""

    def __init__(self, descriptor, token):
        self.descriptor = descriptor
        self.token = token

    def emit(self, event, **fields):
        fields["event"] = event
        fields["token"] = self.token
        # The line break in front ends a line that a dying process left unfinished.
        line = "\n" + json.dumps(fields, allow_nan=False) + "\n"
        left = memoryview(line.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(self.descriptor, left) :]

    def close(self):
        os.close(self.descriptor)


class Requests:
    """Standard input, taken away from everything else; a line may bring descriptors along."""

    def __init__(self):
        self.descriptor = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self.socket = as_socket(self.descriptor)
        self.unread = b""
        self.descriptors = []

    def following(self):
        """The next line as a value, with the descriptors that came with it; {} at the end."""
        while b"\n" not in self.unread:
            received = self.receive()
            if not received:
                return {}, []
            self.unread += received
        line, _, self.unread = self.unread.partition(b"\n")
        given, self.descriptors = self.descriptors, []
        return json.loads(line.decode("utf-8")), given

    def receive(self):
        if self.socket is None:
            return os.read(self.descriptor, _CHUNK)
        import socket

        number = array.array("i")
        space = socket.CMSG_SPACE(_MOST_DESCRIPTORS * number.itemsize)
        content, ancillary, _, _ = self.socket.recvmsg(_CHUNK, space)
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                number.frombytes(data[: len(data) - len(data) % number.itemsize])
        for descriptor in number:
            os.set_inheritable(descriptor, False)
        self.descriptors += list(number)
        return content

    def close(self):
        if self.socket is None:
            os.close(self.descriptor)
        else:
            self.socket.close()


def as_socket(descriptor):
    """The socket of a descriptor, `None` for a pipe."""
    import socket
    import stat

    if not hasattr(socket, "AF_UNIX") or not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return None
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=descriptor)


def own_output():
    """A descriptor of what standard output was; from now on that is the log, as is the error."""
    sys.stdout.flush()
    descriptor = os.dup(1)
    os.dup2(2, 1)
    return descriptor


def log_to(descriptor):
    """Standard output and error lead there; the descriptor itself is closed."""
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)


def first_line(descriptor):
    """The first line of a stream, without reading a byte beyond it."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            break
        line += byte
    return line.decode("ascii").strip()
