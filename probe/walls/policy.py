"""What the walls answer to each system call; `seccomp.py` makes a filter of it.

Part of the probe (see `probe.py`): Python 3.7 syntax. Two filters: the outer one is for the process
that imports TensorFlow and forks its checks, the inner one for the process of a check. Honest
models make none of these calls, or take a no for an answer; where they would not, the call is
answered with a harmless lie.
"""

import stat
from typing import List, Sequence, Tuple

from . import landlock
from .seccomp import ABSENT, ALLOW, PRETEND, REFUSE, UNFIT, Answer, Answers, Test

# Other processes: to look into, to write into, to move about.
_OTHERS = """
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp move_pages
migrate_pages perf_event_open pidfd_open pidfd_getfd pidfd_send_signal
"""
# What a kernel has for its administrators; root loses its privileges too (`privileges.py`).
_ADMINISTRATION = """
bpf add_key request_key keyctl mount umount2 pivot_root chroot unshare setns open_tree move_mount
fsopen fsconfig fsmount fspick mount_setattr open_by_handle_at name_to_handle_at fanotify_init
fanotify_mark inotify_init inotify_init1 inotify_add_watch quotactl quotactl_fd swapon swapoff
reboot kexec_load kexec_file_load init_module finit_module delete_module acct syslog vhangup
settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname iopl ioperm modify_ldt
personality userfaultfd
"""
# What outlives a process, or is shared by name, and is no file that Landlock would see.
_SHARED = """
shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open
mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
"""
# Everybody has another way for what these do. The arguments of clone3 and openat2 are in memory,
# where a filter cannot read them; io_uring makes calls that no filter sees; memory behind
# descriptors is counted for nobody.
_ABSENT = """
clone3 openat2 io_uring_setup io_uring_enter io_uring_register memfd_create memfd_secret
"""
# Landlock does not see these: who may read a file may lock it, and others that read the same model
# would fail; root, or the owner of a file, could change modes, owners, times and
# attributes of any file on the machine. shutil.copy and its like, in the layer of an honest model,
# must not fail for that, and nobody looks at the modes in a scratch: they succeed, without effect.
_PRETENDED = """
chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat setxattr
lsetxattr fsetxattr removexattr lremovexattr fremovexattr flock
"""
_NETWORK = "socket connect bind listen sendmsg sendmmsg"
_PROGRAMS = "execve execveat"
# Out of the session and group in which whoever started us finds us.
_LEAVING = "setsid setpgid"

_STREAM, _DATAGRAM, _TYPE = 1, 2, 0xF
_UNIX, _IPV4, _IPV6 = 1, 2, 10
_THREAD, _NAMESPACES = 0x10000, 0x7E020000
# F_SETOWN, F_SETSIG, F_SETOWN_EX (any signal to anybody), F_SETLEASE, F_NOTIFY.
_FCNTL = (8, 10, 15, 1024, 1026)
# PR_SET_SECUREBITS, PR_SET_MM, PR_SET_CHILD_SUBREAPER, PR_SCHED_CORE; and PR_SET_DUMPABLE with
# anything but 1: our memory could not be measured.
_PRCTL = (28, 35, 36, 62)
_PR_SET_DUMPABLE = 4
_PR_SET_PDEATHSIG = 1
# Terminals looked at, descriptors closed in a child, bytes that wait, files cloned, flags read.
# Everything else can push keys into a terminal, freeze a file for ever, or drive a device.
_IOCTL = (
    *(0x5401, 0x802C542A, 0x5413, 0x540F, 0x5450, 0x5451, 0x5421, 0x5452, 0x541B),
    *(2, 0x40049409, 0x80086601),
)
# Of sockets: names, addresses and flags of interfaces.
_IOCTL_NETWORK = (0x8910, 0x8912, 0x8913, 0x8915, 0x8933)
_TRUNCATING, _MODES = 0o1000, 0o1003
_KIND = 0o170000


def outer(network: bool, programs: bool) -> Answers:
    """For the process that imports TensorFlow and forks the checks."""
    answers: Answers = {}
    for names, answer in (
        (_OTHERS + _ADMINISTRATION + _SHARED, REFUSE),
        (_ABSENT, ABSENT),
        (_PRETENDED, PRETEND),
    ):
        answers.update(dict.fromkeys(names.split(), answer))
    answers.update(_narrowed(network))
    answers.update(_sockets() if network else dict.fromkeys(_NETWORK.split(), REFUSE))
    if not network:
        # Without an address it is what a descriptor has always been connected with.
        nowhere = (Test(4, 0), Test(4, 0, upper=True))
        answers["sendto"] = Answer(REFUSE, (nowhere, ALLOW))
    if not programs:
        answers.update(dict.fromkeys(_PROGRAMS.split(), REFUSE))
    return answers


def inner(network: bool, programs: bool, pid: int) -> Answers:
    """For the process of a check, which is `pid`: no other processes, no signals but to itself."""
    answers = outer(network, programs)
    answers["prctl"] = _prctl(*_PRCTL, _PR_SET_PDEATHSIG)
    if programs:
        return answers
    answers.update(dict.fromkeys(_LEAVING.split(), REFUSE))
    answers.update(fork=REFUSE, vfork=REFUSE, tkill=REFUSE)
    answers["clone"] = Answer(REFUSE, ((Test(0, _THREAD, _THREAD), Test(0, 0, _NAMESPACES)), ALLOW))
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        answers[name] = Answer(REFUSE, ((Test(0, pid),), ALLOW))
    return answers


def _narrowed(network: bool) -> Answers:
    """Calls that are harmless with some arguments."""
    ioctls = _IOCTL + (_IOCTL_NETWORK if network else ())
    oneself = ((Test(0, 0),), ALLOW)
    answers: Answers = {
        "clone": Answer(REFUSE, ((Test(0, 0, _NAMESPACES),), ALLOW)),
        "socketpair": Answer(REFUSE, ((Test(0, _UNIX), Test(1, _STREAM, _TYPE)), ALLOW)),
        "fcntl": _all_but(_FCNTL, 1),
        "prctl": _prctl(*_PRCTL),
        "mknod": _only_files(1),
        "mknodat": _only_files(2),
        "ioctl": Answer(UNFIT, *(((Test(1, one),), ALLOW) for one in ioctls)),
        "prlimit64": Answer(REFUSE, oneself),
        # Of others, and of our threads by their number, which a filter cannot know: pretended.
        "setpriority": Answer(PRETEND, ((Test(0, 0), Test(1, 0)), ALLOW)),
        "ioprio_set": Answer(PRETEND, ((Test(0, 1), Test(1, 0)), ALLOW)),
        "sched_setaffinity": Answer(PRETEND, oneself),
        "sched_setparam": Answer(PRETEND, oneself),
        "sched_setscheduler": Answer(PRETEND, oneself),
        "sched_setattr": Answer(PRETEND, oneself),
    }
    if landlock.abi() < 3:
        # Such a Landlock lets whoever may read a file cut it.
        cut = (Test(1, _TRUNCATING, _MODES),)
        answers["truncate"] = REFUSE
        answers["open"] = Answer(ALLOW, (cut, REFUSE))
        answers["openat"] = Answer(ALLOW, ((Test(2, _TRUNCATING, _MODES),), REFUSE))
    return answers


def _sockets() -> Answers:
    """The internet, but no socket of this machine by its path, such as that of Docker."""
    cases: List[Tuple[Sequence[Test], int]] = [
        ((Test(0, family), Test(1, kind, _TYPE)), ALLOW)
        for family in (_IPV4, _IPV6)
        for kind in (_STREAM, _DATAGRAM)
    ]
    return {"socket": Answer(REFUSE, *cases)}


def _prctl(*values: int) -> Answer:
    measured = ((Test(0, _PR_SET_DUMPABLE), Test(1, 1)), ALLOW)
    hidden = ((Test(0, _PR_SET_DUMPABLE),), REFUSE)
    return Answer(ALLOW, measured, hidden, *_all_but(values, 0).cases)


def _only_files(argument: int) -> Answer:
    """No devices, pipes and sockets: whoever looks after a scratch finds files there."""
    kinds = (0, stat.S_IFREG)
    cases = (((Test(argument, kind, _KIND),), ALLOW) for kind in kinds)
    return Answer(REFUSE, *cases)


def _all_but(values: Sequence[int], argument: int) -> Answer:
    return Answer(ALLOW, *(((Test(argument, one),), REFUSE) for one in values))
