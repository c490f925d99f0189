"""A model that writes, or changes what is known of a file.

For old Pythons; harmless where it succeeds.
"""

import fcntl
import os
import stat
import struct

from attempt import LIBC, Nothing, checked, created, inside, system_call, unchanged


def write_outside(place):
    with open(os.path.join(place, "outside", "mark"), "w"):
        pass


def write_over_the_model(place):
    with open(os.path.join(place, "model", "weights"), "r+b"):
        pass


def write_through_ones_own_descriptor(place):
    file = open(os.path.join(place, "model", "weights"), "rb")
    with file, open("/proc/self/fd/%d" % file.fileno(), "r+b"):
        pass


def write_into_the_interpreter(_place):
    os.close(os.open(os.__file__, os.O_WRONLY))


def truncate(place):
    os.truncate(os.path.join(place, "model", "weights"), 1)


def truncate_while_opening(place):
    path = os.path.join(place, "model", "weights")
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))


def rename_outwards(place):
    os.rename(created(place, "own"), os.path.join(place, "outside", "renamed"))


def rename_the_canary(place):
    path = os.path.join(place, "spare")
    os.rename(path, path + "2")
    os.rename(path + "2", path)


def link_outwards(place):
    os.link(created(place, "own2"), os.path.join(place, "outside", "linked"))


def remove(place):
    os.unlink(os.path.join(place, "outside", "removable"))


def make_a_folder(place):
    os.mkdir(os.path.join(place, "outside", "folder"))


def make_a_link(place):
    os.symlink("/", os.path.join(place, "outside", "symbolic"))


def make_a_pipe(place):
    os.mkfifo(inside(place, "pipe"))


def make_a_socket(place):
    os.mknod(inside(place, "socket"), 0o600 | stat.S_IFSOCK)


def make_a_device(place):
    os.mknod(inside(place, "device"), 0o600 | stat.S_IFCHR, os.makedev(1, 3))


def change_the_mode(place):
    path = os.path.join(place, "canary")
    before = os.stat(path).st_mode
    os.chmod(path, 0o777)
    unchanged(before, os.stat(path).st_mode)


def change_the_mode_by_descriptor(place):
    path = os.path.join(place, "model", "weights")
    with open(path, "rb") as file:
        before = os.stat(path).st_mode
        os.fchmod(file.fileno(), 0o751)
        unchanged(before, os.stat(path).st_mode)


def change_the_mode_anew(place):
    # fchmodat2: newer than our table.
    path = os.path.join(place, "canary")
    system_call(452, 452, -100, path.encode(), 0o755, 0)


def lock_the_model(place):
    # Whoever else reads it with HDF5 would fail.
    path = os.path.join(place, "model", "weights")
    with open(path, "rb") as one, open(path, "rb") as other:
        fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        raise Nothing("it is not locked")


def change_the_owner(place):
    path = os.path.join(place, "canary")
    before = os.stat(path).st_gid
    os.chown(path, -1, 12)
    unchanged(before, os.stat(path).st_gid)


def change_the_times(place):
    path = os.path.join(place, "canary")
    before = os.stat(path).st_mtime
    os.utime(path, (1, 1))
    unchanged(before, os.stat(path).st_mtime)


def set_an_attribute(place):
    path = os.path.join(place, "canary")
    before = os.listxattr(path)
    os.setxattr(path, "user.mark", b"1")
    unchanged(before, os.listxattr(path))


def set_the_flags_of_a_file(place):
    # FS_IOC_SETFLAGS needs no descriptor for writing; the flag is `no dump`.
    with open(os.path.join(place, "model", "weights"), "rb") as file:
        fcntl.ioctl(file.fileno(), 0x40086602, struct.pack("l", 0x40))


def make_oneself_unkillable(_place):
    path = "/proc/self/oom_score_adj"
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text)


def change_the_kernel(_place):
    with open("/proc/sys/kernel/printk_ratelimit") as file:
        text = file.read()
    with open("/proc/sys/kernel/printk_ratelimit", "w") as file:
        file.write(text)


def change_the_root(_place):
    os.chroot("/")


def mount(place):
    target = os.path.join(place, "outside").encode()
    checked(LIBC.mount(b"none", target, b"tmpfs", 0, None))
    checked(LIBC.umount2(target, 0))


def unshare(_place):
    # In a thread, which alone is moved: no thread can get a user namespace of its own.
    checked(LIBC.unshare(0x08000000 if os.geteuid() == 0 else 0x10000000))
