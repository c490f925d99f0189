"""Models that end, stop or outnumber the processes around them.

Each looks before it kills: only where its HOME lies in the folder of the harness, which no user's
does, are its parents those of the harness.
"""

from common import lambda_h5

OURS = """
def ours(facts):
    import os
    return facts["playground"] in os.path.expanduser("~")

def parent_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("PPid:"))
"""


def _model(path, payload, facts):
    return lambda_h5(path, payload, dict(facts, ours=OURS))


def _kills_the_probe(facts):
    import os
    import signal

    exec(facts["ours"], globals())
    if ours(facts):  # noqa: F821 - just made
        os.kill(os.getppid(), signal.SIGKILL)


def kills_the_probe(path, facts):
    return _model(path, _kills_the_probe, facts)


def _stops_the_probe(facts):
    import os
    import signal

    exec(facts["ours"], globals())
    if ours(facts):  # noqa: F821
        os.kill(os.getppid(), signal.SIGSTOP)


def stops_the_probe(path, facts):
    """Whoever waits for it waits for ever."""
    return _model(path, _stops_the_probe, facts)


def _kills_the_session(facts):
    import os
    import signal

    exec(facts["ours"], globals())
    if ours(facts):  # noqa: F821
        os.kill(parent_of(os.getppid()), signal.SIGKILL)  # noqa: F821


def kills_the_session(path, facts):
    return _model(path, _kills_the_session, facts)


def _kills_the_bystander(facts):
    import os
    import signal

    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/cmdline" % name, "rb") as file:
                    if facts["bystander"].encode() in file.read():
                        os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass


def kills_a_bystander(path, facts):
    """Another process of the same user."""
    return _model(path, _kills_the_bystander, facts)


def _kills_its_group(facts):
    import os
    import signal

    exec(facts["ours"], globals())
    if ours(facts):  # noqa: F821 - a probe leads a group of its own
        os.killpg(os.getpgrp(), signal.SIGKILL)


def kills_its_group(path, facts):
    return _model(path, _kills_its_group, facts)


def _stops_itself(facts):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSTOP)


def stops_itself(path, facts):
    """A stopped process uses no time of a processor."""
    return _model(path, _stops_itself, facts)


def _idle_forks(facts):
    import os
    import time

    for _ in range(200):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)


def idle_forks(path, facts):
    return _model(path, _idle_forks, facts)


def _daemons(facts):
    import os
    import time

    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)


def daemons(path, facts):
    """In sessions of their own, with no parent that knows them."""
    return _model(path, _daemons, facts)


def _daemon_with_memory(facts):
    import os
    import time

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            held = bytearray(3 << 30)
            # Touched, a page at a time: what is only promised takes no room.
            held[::4096] = b"x" * len(held[::4096])
            time.sleep(600)
        os._exit(0)
    time.sleep(8)


def daemon_with_memory(path, facts):
    return _model(path, _daemon_with_memory, facts)


def _many_threads(facts):
    import threading
    import time

    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def many_threads(path, facts):
    return _model(path, _many_threads, facts)


def _program(facts):
    import subprocess

    subprocess.run(["/bin/sh", "-c", "echo written > '%s'" % facts["marker"]], check=False)


def program(path, facts):
    return _model(path, _program, facts)


def _program_that_stays(facts):
    import subprocess

    subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)


def program_that_stays(path, facts):
    return _model(path, _program_that_stays, facts)


def _program_in_memory(facts):
    import os
    import shutil

    with open(shutil.which("touch") or "/usr/bin/touch", "rb") as file:
        content = file.read()
    descriptor = os.memfd_create("program")
    os.write(descriptor, content)
    if os.fork() == 0:
        os.execve(descriptor, ["touch", facts["marker"]], {})


def program_in_memory(path, facts):
    """A program that has no file."""
    return _model(path, _program_in_memory, facts)
